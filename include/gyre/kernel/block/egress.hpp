#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/ring/codec.hpp>

namespace gyre::block {

/// Seven bytes, or a few more, of a lane's row from `begin` on: two aligned words, shifted
/// together.
[[nodiscard]] GYRE_FN inline std::uint64_t seven_bytes(std::byte const* row,
                                                       std::uint64_t begin) noexcept {
  auto const* const aligned = reinterpret_cast<std::uint64_t const*>(row + begin / 8 * 8);
  std::uint64_t const shift = begin % 8 * 8;
  std::uint64_t const low = aligned[0] >> shift;
  return shift == 0 ? low : low | aligned[1] << (64 - shift);
}

/// Publishes the replies that a warp's lanes hold in their rows: reserves room in each asker's ring
/// (the ask has paid for it), then writes line by line, eight lanes to a line, so that a line
/// crosses the bus in one piece. No fence: each word carries its tag.
///
/// `row` is the lane's, at a multiple of 8: an envelope, then `length` bytes of payload. `holds`:
/// whether this lane has a reply. Every lane of the warp calls it.
template <class Warp>
GYRE_FN void publish(Warp& warp, blocks_view const& blocks, bool holds, std::byte const* row,
                     std::uint16_t port, std::uint64_t length) noexcept {
  constexpr std::uint32_t lanes_per_line = Warp::lanes < 8 ? Warp::lanes : 8;
  constexpr std::uint32_t lines_at_once = Warp::lanes / lanes_per_line;
  constexpr std::uint32_t words = line_bytes / 8;

  std::uint64_t position = 0;
  std::uint64_t slots = 0;
  ring_memory<> ring{};
  if (holds) {
    ring = blocks.kernel.ports[port].replies;
    slots = ring_geometry::slots_for(length, line_payload);
  }
  warp.sync();  // the rows are written
  std::uint32_t rest = warp.ballot(holds);
  if (rest == 0) return;

  // One reservation for each port, and within it the lanes in their order: an asker gets the
  // replies to its messages to one actor in the order of the messages.
  std::uint32_t const same = warp.match(port) & rest;
  std::uint64_t before = 0;
  std::uint64_t together = slots;
  if ((rest & (rest - 1)) != 0) {
    together = 0;
    for (std::uint32_t i = 0; i < Warp::lanes; ++i) {
      std::uint64_t const n = warp.shuffle(slots, i);
      if ((same >> i & 1U) == 0) continue;
      if (i < warp.lane()) before += n;
      together += n;
    }
  }
  std::uint32_t const first_of_port = holds ? platform::lowest_bit(same) : 0;
  if (holds && warp.lane() == first_of_port) {
    position = blocks.reply_positions[port].fetch_add(together, platform::memory_order_relaxed);
  }
  position = warp.shuffle(position, first_of_port) + before;

  std::uint32_t const mine = warp.lane() / lanes_per_line;
  while (rest != 0) {
    // The next few replies, one for each group of lanes.
    std::uint32_t from = Warp::lanes;  // this lane's own: whose reply it helps to write
    for (std::uint32_t i = 0; i < lines_at_once && rest != 0; ++i) {
      std::uint32_t const lowest = platform::lowest_bit(rest);
      if (i == mine) from = lowest;
      rest &= rest - 1;
    }
    bool const helps = from < Warp::lanes;
    std::uint32_t const whose = helps ? from : 0;
    auto const* const bytes = reinterpret_cast<std::byte const*>(
        warp.shuffle(reinterpret_cast<std::uintptr_t>(row), whose));
    auto* const slots_at = reinterpret_cast<std::byte*>(
        warp.shuffle(reinterpret_cast<std::uintptr_t>(ring.slots), whose));
    ring_geometry geometry;
    geometry.slots = warp.shuffle(ring.geometry.slots, whose);
    geometry.log2_slots = warp.shuffle(ring.geometry.log2_slots, whose);
    geometry.stride = line_bytes;
    std::uint64_t const first = warp.shuffle(position, whose);
    std::uint64_t const theirs = warp.shuffle(slots, whose);
    std::uint64_t const count = helps ? theirs : 0;
    std::uint64_t const total = sizeof(envelope) + warp.shuffle(length, whose);
    for (std::uint64_t slot = 0; slot < count; ++slot) {
      std::uint64_t const lap = geometry.lap(first + slot);
      auto* const line = reinterpret_cast<platform::atomic<std::uint64_t>*>(
          slots_at + geometry.offset(first + slot));
      for (std::uint32_t w = warp.lane() % lanes_per_line; w < words; w += lanes_per_line) {
        std::uint64_t const begin = slot * line_payload + w * 7;
        std::uint64_t const value = begin < total ? seven_bytes(bytes, begin) : 0;
        line[w].store(value << 8 | (lap & 0xFF), platform::memory_order_relaxed);
      }
    }
  }
}

}  // namespace gyre::block
