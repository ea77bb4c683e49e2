#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/platform.hpp>
#include <gyre/ring/envelope.hpp>

namespace gyre {

/// The size and shape of a ring's slots. Positions are 64-bit and never wrap in practice; a
/// position's slot is its low bits, its lap the rest, counted from 1.
struct ring_geometry {
  std::uint64_t slots = 0;   ///< A power of two.
  std::uint32_t stride = 0;  ///< Bytes from slot to slot, a multiple of 64.
  std::uint32_t log2_slots = 0;

  [[nodiscard]] GYRE_FN static constexpr ring_geometry of(std::uint64_t at_least_slots,
                                                          std::size_t stride_bytes) noexcept {
    ring_geometry g;
    g.slots = 1;
    while (g.slots < at_least_slots) {
      g.slots <<= 1;
      ++g.log2_slots;
    }
    g.stride = static_cast<std::uint32_t>(stride_bytes);
    return g;
  }

  [[nodiscard]] GYRE_FN constexpr std::uint64_t bytes() const noexcept { return slots * stride; }
  [[nodiscard]] GYRE_FN constexpr std::uint64_t offset(std::uint64_t position) const noexcept {
    return (position & (slots - 1)) * stride;
  }
  [[nodiscard]] GYRE_FN constexpr std::uint64_t lap(std::uint64_t position) const noexcept {
    return (position >> log2_slots) + 1;
  }
  /// Slots that a message takes, envelope and all, where a slot carries `slot_payload` bytes.
  [[nodiscard]] GYRE_FN static constexpr std::uint64_t slots_for(
      std::uint64_t message_bytes, std::size_t slot_payload) noexcept {
    std::uint64_t const total = sizeof(envelope) + message_bytes;
    return (total + slot_payload - 1) / slot_payload;
  }
};

/// The stride at which a message of `message_bytes` fits one slot: whole lines, from one line to
/// `greatest_stride`; larger messages take several slots.
inline constexpr std::size_t greatest_stride = 512;

template <class Codec>
[[nodiscard]] constexpr std::size_t stride_for(std::uint64_t message_bytes) noexcept {
  if constexpr (!Codec::in_place) {
    return line_bytes;  // the tags travel with every line, so a line is a slot
  } else {
    std::size_t stride = line_bytes;
    while (stride < greatest_stride &&
           ring_geometry::slots_for(message_bytes, Codec::payload(stride)) > 1) {
      stride += line_bytes;
    }
    return stride;
  }
}

}  // namespace gyre
