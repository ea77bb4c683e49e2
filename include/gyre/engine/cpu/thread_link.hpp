#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include <gyre/core/gate.hpp>
#include <gyre/core/platform.hpp>
#include <gyre/engine/kernel_link.hpp>
#include <gyre/kernel/view.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre {

/// Between kernels whose shards are threads of this process. Each shard of the sender enters a gate
/// for each message, as a client does, and counts it before it publishes it.
///
/// Who may write: a row its shard alone. *Memory ordering*: the gate's (core/gate.hpp); once nobody
/// is inside, `sent` is what it will ever be.
class thread_link final : public kernel_link {
 public:
  /// `tells` are the target's rings for what other shards' handlers send.
  thread_link(kernel_view const& target, std::span<ring_memory<> const> tells,
              std::uint32_t from_shards)
      : target_(target), tells_(tells), rows_(new row[from_shards]), from_shards_(from_shards) {}

  /// Goes in, unless the target takes no more messages.
  [[nodiscard]] bool enter(std::uint32_t from) noexcept { return rows_[from].inside.enter(door_); }
  void leave(std::uint32_t from) noexcept { rows_[from].inside.leave(); }
  /// Inside: the ring of one of its shards, and the bell beside it.
  [[nodiscard]] ring_memory<> const& tells(std::uint32_t to) const noexcept { return tells_[to]; }
  [[nodiscard]] doorbell bell(std::uint32_t to) const noexcept { return target_.shards[to].bell; }
  /// Between room and message: one more is on its way.
  void count(std::uint32_t from) noexcept {
    auto& sent = rows_[from].sent;
    sent.store(sent.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  [[nodiscard]] kernel_view const* target() const noexcept override { return &target_; }
  [[nodiscard]] void* way() noexcept override { return this; }
  void shut() noexcept override { door_.shut(gate_state::closed); }
  [[nodiscard]] std::uint64_t sent() const noexcept override {
    std::uint64_t n = 0;
    for (std::uint32_t i = 0; i < from_shards_; ++i) {
      n += rows_[i].sent.load(std::memory_order_acquire);
    }
    return n;
  }
  [[nodiscard]] bool inside() const noexcept override {
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

  kernel_view const target_;  // outside, a description alone
  gate door_;
  std::span<ring_memory<> const> const tells_;
  std::unique_ptr<row[]> const rows_;
  std::uint32_t const from_shards_;
};

}  // namespace gyre
