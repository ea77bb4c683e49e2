#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gyre::wire {

/// C#'s multi-dimensional array `T[,]` (to four dimensions), row by row.
template <class T, std::size_t Rank>
struct grid {
  static_assert(Rank >= 2 && Rank <= 4, "gyre::wire: the format has grids of 2 to 4 dimensions");

  std::array<std::uint32_t, Rank> extents{};
  /// As many as the product of the extents; the last index runs fastest.
  std::vector<T> cells;

  friend bool operator==(grid const&, grid const&) = default;
};

}  // namespace gyre::wire
