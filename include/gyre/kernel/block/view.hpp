#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/platform.hpp>
#include <gyre/kernel/block/door.hpp>
#include <gyre/kernel/view.hpp>

namespace gyre {

namespace block {
struct rest;
struct letter_box;
}  // namespace block

/// What a block has beside its shard's view, in the memory of its own side of the bus.
struct block_view {
  ring_memory<> tells{};                 ///< What handlers send to this shard's actors.
  ring_memory<> backlog{};               ///< What its own sent, and others have no room for.
  ring_memory<> far_backlog{};           ///< The same of what is for other kernels.
  block::door* door = nullptr;           ///< For other kernels' lanes; null: none may come.
  std::byte* tell_scratch = nullptr;     ///< For one of them that does not fit the stage.
  std::byte* rows = nullptr;             ///< `rows_per_lane` for each lane of each worker.
  block::rest* rest = nullptr;           ///< Where it leaves what it must remember; see `leaves`.
  block::letter_box* letters = nullptr;  ///< The host's: heads of dead letters.
};

/// A kernel as its blocks see it. A plain description that owns nothing; not changed while the
/// kernel lives.
struct blocks_view {
  kernel_view kernel{};
  block_view* blocks = nullptr;  ///< One for each shard.
  /// How far each port's reply ring is reserved; written by the blocks alone.
  platform::atomic<std::uint64_t>* reply_positions = nullptr;
  block::known_link* known_links = nullptr;  ///< Null: no other kernel can be reached.
  std::uint64_t row_bytes = 0;  ///< An envelope and the greatest message or reply; see `row_for`.
  std::uint32_t workers = 1;    ///< Worker warps in a block.
  /// The blocks leave the device together when none of them has had a message for so long; the host
  /// launches them again. `never`: they stay until the host says stop.
  std::uint64_t leave_after_ns = never;
  /// They leave after so long in any case, and come again.
  std::uint64_t longest_stay_ns = never;
  /// How many blocks want to leave, with `all_agreed` once all have. Zero at each launch.
  platform::atomic<std::uint32_t>* idle_blocks = nullptr;

  static constexpr std::uint64_t never = UINT64_MAX;
  static constexpr std::uint32_t all_agreed = 0x8000'0000U;

  [[nodiscard]] GYRE_FN bool leaves() const noexcept { return idle_blocks != nullptr; }

  /// The size of a row for payloads of at most `greatest` bytes; it is read in whole words, and a
  /// word beyond the end.
  [[nodiscard]] static constexpr std::uint64_t row_for(std::uint64_t greatest) noexcept {
    return (sizeof(envelope) + greatest + 8 + 63) / 64 * 64;
  }
};

}  // namespace gyre
