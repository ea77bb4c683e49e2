#pragma once

#include <gyre/core/chrono.hpp>

namespace gyre {

/// A timeout that never expires.
inline constexpr std::chrono::nanoseconds forever = std::chrono::nanoseconds::max();

/// A point in time by which to be done. Built from a timeout with saturating arithmetic, so that
/// "for ever" does not wrap round into the past.
class deadline {
 public:
  using clock = std::chrono::steady_clock;

  /// Never expires.
  constexpr deadline() noexcept = default;

  /// `timeout` from now; zero or less has expired at once; so long that it cannot be told from
  /// never, never.
  explicit deadline(std::chrono::nanoseconds timeout) noexcept : deadline(timeout, clock::now()) {}

  /// `timeout` from `now`, for callers that have read the clock already.
  constexpr deadline(std::chrono::nanoseconds timeout, clock::time_point now) noexcept
      : at_(timeout >= clock::time_point::max() - now ? clock::time_point::max() : now + timeout) {}

  [[nodiscard]] constexpr bool is_never() const noexcept { return at_ == clock::time_point::max(); }

  /// Reads the clock, unless it never expires.
  [[nodiscard]] bool expired() const noexcept { return !is_never() && clock::now() >= at_; }

  /// What is left, at least zero; `forever` if it never expires.
  [[nodiscard]] std::chrono::nanoseconds left() const noexcept {
    if (is_never()) return forever;
    auto const now = clock::now();
    return now >= at_ ? std::chrono::nanoseconds::zero() : at_ - now;
  }

  [[nodiscard]] constexpr clock::time_point when() const noexcept { return at_; }

 private:
  clock::time_point at_ = clock::time_point::max();
};

}  // namespace gyre
