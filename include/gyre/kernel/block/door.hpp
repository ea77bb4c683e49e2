#pragma once

#include <cstdint>
#include <type_traits>

#include <gyre/core/platform.hpp>
#include <gyre/kernel/link.hpp>
#include <gyre/kernel/view.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre::block {

/// By which lanes of other kernels reach one block. They go in for each message, as a client goes
/// in by `gate`; but here all that the end must know is in one word of the device's memory, so that
/// going in and out is one atomic addition each. It stays when the block's kernel has ended: shut.
///
/// Who may write: `word` the lanes that come, and the block's control warp, which shuts it.
/// *Memory ordering*: whoever goes out releases what it wrote inside; the control warp acquires it.
struct alignas(line_bytes) door {
  /// Who is inside; from bit 24 on, the slots that they have filled so far (modulo 2^40).
  platform::device_atomic<std::uint64_t> word{0};
  ring_memory<> tells{};  ///< The block's ring for what handlers send.

  static constexpr std::uint64_t shut_bit = std::uint64_t{1} << 23;
  static constexpr std::uint64_t guests = shut_bit - 1;
  static constexpr std::uint64_t slot = std::uint64_t{1} << 24;

  /// Goes in, unless the door is shut.
  [[nodiscard]] GYRE_FN bool enter() noexcept {
    if ((word.fetch_add(1, platform::memory_order_relaxed) & shut_bit) == 0) return true;
    word.fetch_sub(1, platform::memory_order_relaxed);
    return false;
  }
  /// Goes out, having filled so many slots.
  GYRE_FN void leave(std::uint64_t slots) noexcept {
    word.fetch_add(slots * slot - 1, platform::memory_order_release);
  }
  /// Nobody goes in any more.
  GYRE_FN void shut() noexcept { word.fetch_or(shut_bit, platform::memory_order_relaxed); }
  [[nodiscard]] GYRE_FN bool empty() const noexcept {
    return (word.load(platform::memory_order_acquire) & guests) == 0;
  }
  /// The slots filled since they were `before`; `before` is brought up to date.
  [[nodiscard]] GYRE_FN std::uint64_t filled_since(std::uint64_t& before) const noexcept {
    std::uint64_t const now = word.load(platform::memory_order_acquire) / slot;
    std::uint64_t const more = (now - before) & (UINT64_MAX / slot);
    before = now;
    return more;
  }
};

/// A kernel as the blocks of others see it. In the device's memory; it outlives the kernel.
struct far_kernel {
  kernel_view kernel{};   ///< As a description alone: shards and ports are not to be touched.
  door* doors = nullptr;  ///< One for each shard.
};

static_assert(std::is_standard_layout_v<far_kernel>, "`link_view::target` is its first member");

/// What a block knows of a row of its kernel's links. Null: not looked up yet, or not used.
using known_link = platform::device_atomic<far_kernel const*>;

/// The kernel behind a row of `kernel.links`, counted from 1; null: there is none. `known` has
/// `greatest_links` rows, or is null where no kernel can be reached. The table itself lies across
/// the bus, and a row of it never changes once it is written: it is looked at once.
[[nodiscard]] GYRE_FN inline far_kernel const* linked(kernel_view const& kernel, known_link* known,
                                                      std::uint32_t row) noexcept {
  if (known == nullptr || row == 0 || row > greatest_links) return nullptr;
  known_link& mine = known[row - 1];
  far_kernel const* there = mine.load(platform::memory_order_acquire);
  if (there == nullptr) {
    kernel_view const* const told =
        kernel.links[row - 1].target.load(platform::memory_order_relaxed);
    if (told == nullptr) return nullptr;
    mine.store(reinterpret_cast<far_kernel const*>(told), platform::memory_order_release);
    there = mine.load(platform::memory_order_acquire);
  }
  return there;
}

}  // namespace gyre::block
