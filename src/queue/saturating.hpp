#pragma once

#include <cstdint>

namespace gyre::saturating {

/// Sizes in 64 bits that stop at the greatest number instead of wrapping round to a small one.
[[nodiscard]] inline std::uint64_t add(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t out = 0;
  return __builtin_add_overflow(a, b, &out) ? UINT64_MAX : out;
}
[[nodiscard]] inline std::uint64_t multiply(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t out = 0;
  return __builtin_mul_overflow(a, b, &out) ? UINT64_MAX : out;
}

}  // namespace gyre::saturating
