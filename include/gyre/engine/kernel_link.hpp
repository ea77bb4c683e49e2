#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include <gyre/core/gate.hpp>
#include <gyre/core/platform.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre {

/// How the shards of one kernel write into the rings of another, and how that one's end waits for
/// them. Both kernels hold it; neither holds the other by it.
///
/// Each shard of the sender enters the target's door for each message, as a client does, and counts
/// it before it publishes it. Who may write: a row its shard alone. *Memory ordering*: the door's
/// (core/gate.hpp); once nobody is inside, `sent` is what it will ever be.
class kernel_link {
 public:
  kernel_link(gate const& door, std::span<ring_memory<> const> tells, std::uint32_t from_shards)
      : door_(door), tells_(tells), rows_(new row[from_shards]), from_shards_(from_shards) {}

  /// Goes in, unless the target takes no more messages.
  [[nodiscard]] bool enter(std::uint32_t from) noexcept { return rows_[from].inside.enter(door_); }
  void leave(std::uint32_t from) noexcept { rows_[from].inside.leave(); }
  /// The target's ring for what other shards' handlers send to one of its shards.
  [[nodiscard]] ring_memory<> const& tells(std::uint32_t to) const noexcept { return tells_[to]; }
  /// Between room and message: one more is on its way.
  void count(std::uint32_t from) noexcept {
    auto& sent = rows_[from].sent;
    sent.store(sent.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  /// What has been sent so far.
  [[nodiscard]] std::uint64_t sent() const noexcept {
    std::uint64_t n = 0;
    for (std::uint32_t i = 0; i < from_shards_; ++i) {
      n += rows_[i].sent.load(std::memory_order_acquire);
    }
    return n;
  }
  /// Whether any shard is inside.
  [[nodiscard]] bool inside() const noexcept {
    for (std::uint32_t i = 0; i < from_shards_; ++i) {
      if (rows_[i].inside.inside()) return true;
    }
    return false;
  }

 private:
  struct alignas(cache_line) row {
    gate::visitor inside;
    std::atomic<std::uint64_t> sent{0};
  };

  gate const& door_;
  std::span<ring_memory<> const> const tells_;
  std::unique_ptr<row[]> const rows_;
  std::uint32_t const from_shards_;
};

}  // namespace gyre
