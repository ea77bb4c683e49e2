#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/wire/detail/attributes.hpp>

namespace gyre::wire::detail {

static_assert(std::endian::native == std::endian::little,
              "gyre::wire copies memory: the format is little endian");

/// Writes the bytes of a value at an address of any alignment; returns the address after them.
template <class U>
GYRE_WIRE_HOT std::byte* store(std::byte* out, U value) noexcept {
  std::memcpy(out, &value, sizeof value);
  return out + sizeof value;
}

/// Reads a value from an address of any alignment.
template <class U>
[[nodiscard]] GYRE_WIRE_HOT U load(std::byte const* at) noexcept {
  U value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

[[nodiscard]] GYRE_WIRE_HOT std::size_t left(std::byte const* at, std::byte const* end) noexcept {
  return static_cast<std::size_t>(end - at);
}

/// `a + b` and `a * b` of sizes at compile time, where SIZE_MAX stands for "no bound".
[[nodiscard]] constexpr std::size_t add_sizes(std::size_t a, std::size_t b) noexcept {
  return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}
[[nodiscard]] constexpr std::size_t times_size(std::size_t a, std::size_t n) noexcept {
  return n != 0 && a > SIZE_MAX / n ? SIZE_MAX : a * n;
}

[[nodiscard]] constexpr std::size_t align_up(std::size_t n, std::size_t alignment) noexcept {
  return (n + alignment - 1) / alignment * alignment;
}

}  // namespace gyre::wire::detail
