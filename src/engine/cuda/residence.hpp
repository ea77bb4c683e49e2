#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gyre/engine/engine.hpp>
#include <gyre/kernel/block/letters.hpp>
#include <gyre/kernel/block/view.hpp>

#include "../arena.hpp"
#include "device.hpp"

namespace gyre::cuda {

/// The memory that kernels are laid out in.
struct memories {
  std::shared_ptr<arena> host;    ///< Pinned.
  std::shared_ptr<arena> device;  ///< The device's own.
  /// The device's own, through a mapping that the host writes; null if there is none.
  std::shared_ptr<arena> mapped;
  std::byte* mapped_on_host = nullptr;
  std::byte* mapped_on_device = nullptr;

  /// Where the device finds what the host has at `at`.
  [[nodiscard]] std::byte* on_device(std::byte* at) const noexcept {
    if (mapped == nullptr || at < mapped_on_host || at >= mapped_on_host + mapped->bytes()) {
      return at;
    }
    return mapped_on_device + (at - mapped_on_host);
  }
};

/// A kernel's description and its doors, for the blocks of others: the memory, and where it is.
struct seen_from_afar {
  std::vector<memory_block> memory;
  block::far_kernel const* at = nullptr;
};

/// One kernel's life on the device: launched, looked after, launched again where it leaves by
/// itself. Thread-safe after `launch`.
class residence {
 public:
  residence(std::shared_ptr<device> where, kernel_view const& kernel, kernel_listener& listener);
  residence(residence const&) = delete;
  residence& operator=(residence const&) = delete;

  // Said before `launch`, by the engine and by `lay_out`.
  kernel_view const host;  ///< As the host sees it.
  std::shared_ptr<device> const on;
  std::string actor;
  std::uint32_t threads = 0;  ///< Of a block.
  std::uint64_t leave_after_ns = blocks_view::never;
  std::uint64_t longest_stay_ns = blocks_view::never;
  stream_id stream = 0;
  std::shared_ptr<arena> trays;  ///< Pinned memory of the host.
  std::vector<memory_block> memory;
  std::vector<block_view> blocks;  ///< With the device's addresses.
  blocks_view const* view = nullptr;
  std::byte* votes = nullptr;
  /// What the blocks of other kernels see of it, which outlives it. Null: they cannot reach it.
  std::shared_ptr<seen_from_afar const> shown;

  /// Whether it leaves the device when nothing is to be done.
  [[nodiscard]] bool leaves() const noexcept { return leave_after_ns != blocks_view::never; }

  /// Launches it and waits until each shard is in its loop.
  result<void> launch();

  /// Looks at it once: passes letters on, notes that it left or failed, launches it again if there
  /// is something to do.
  void tend();
  /// Has it launched once more, whatever there is to do.
  void call() noexcept { called_.store(true, std::memory_order_release); }
  /// Whether `tend` would launch it again.
  [[nodiscard]] bool wanted() const noexcept;
  /// Whether it is on the device, for all that is known.
  [[nodiscard]] bool here() const noexcept { return here_.load(std::memory_order_acquire); }
  /// Whether it will not be there again: it stopped, or failed.
  [[nodiscard]] bool ended() const noexcept;
  [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }

  /// Whether every handler that ran when `control_words::grace` became `grace` has ended.
  [[nodiscard]] bool passed(std::uint64_t grace) const noexcept;
  std::uint64_t launched_in_grace = 0;  ///< What it was at the launch.

  /// Has the blocks let no more messages of other kernels in; returns when none is on its way, or
  /// none can be.
  void shut_out_others() noexcept;

  /// What handlers sent and nobody handled: tells the listener. After the end.
  std::uint64_t bury_tells();

 private:
  void fail_with(std::string const& why);
  result<void> put_on_device();
  void pass_letters();
  void count_unseen(std::uint32_t shard);
  [[nodiscard]] bool pending() const noexcept;
  [[nodiscard]] bool all_in(shard_phase phase) const noexcept;
  std::uint64_t consumed(ring_memory<> const& ring);
  std::uint64_t bury_rest(ring_memory<> ring, std::uint64_t taken);

  kernel_listener& listener_;
  std::mutex tending_;
  /// A shard's dead letters, as far as the listener has heard of them.
  struct letters_heard {
    block::letter_reader box;
    std::uint64_t of_reason[drop_reasons] = {};
  };
  std::vector<letters_heard> letters_;  // guarded by tending_
  std::atomic<bool> here_{false};
  std::atomic<bool> failed_{false};
  std::atomic<bool> called_{false};
};

}  // namespace gyre::cuda
