#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/detail/collection.hpp>
#include <gyre/wire/grid.hpp>

namespace gyre::wire::detail {

/// A grid: a byte with the rank plus 1, the extents, the count, the cells row by row.
template <class T, std::size_t Rank>
struct codec<grid<T, Rank>> {
  static constexpr std::size_t fixed = 1 + 4 * Rank;
  static constexpr std::size_t min = fixed + 4;
  static constexpr std::size_t max = unbounded;
  static constexpr std::size_t least = min;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::object;
  using cells = codec<std::vector<T>>;

  static std::size_t size(grid<T, Rank> const& value) noexcept {
    return fixed + cells::size(value.cells);
  }
  template <class Policy>
  static std::byte* put(grid<T, Rank> const& value, std::byte* out) noexcept {
    out = store(out, static_cast<std::uint8_t>(Rank + 1));
    for (std::uint32_t const extent : value.extents) out = store(out, extent);
    return cells::template put<Policy>(value.cells, out);
  }
  static std::byte const* get(std::byte const* at, std::byte const* end, grid<T, Rank>& out,
                              failure& f) {
    if (at == end) return refuse(f, fault::truncated, at);
    if (*at == null_object) return refuse(f, fault::null_not_allowed, at);
    if (*at != std::byte{Rank + 1}) return refuse(f, fault::bad_header, at);
    if (left(at, end) < min) return refuse(f, fault::truncated, at);
    // The count is an int, so the product may stop as soon as it is over one.
    std::uint64_t product = 1;
    bool empty = false;
    for (std::size_t i = 0; i < Rank; ++i) {
      auto const extent = load<std::int32_t>(at + 1 + 4 * i);
      if (extent < 0 || product > INT32_MAX) return refuse(f, fault::bad_length, at);
      out.extents[i] = static_cast<std::uint32_t>(extent);
      empty = empty || extent == 0;
      product *= extent == 0 ? 1U : static_cast<std::uint64_t>(extent);
    }
    if (empty) product = 0;
    auto const count = load<std::int32_t>(at + fixed);
    if (count < 0 || static_cast<std::uint64_t>(count) != product) {
      return refuse(f, fault::bad_length, at + fixed);
    }
    return cells::get(at + fixed, end, out.cells, f);
  }
};

}  // namespace gyre::wire::detail
