#pragma once

#include <cstdint>

#include <gyre/core/chrono.hpp>
#include <gyre/core/platform.hpp>

namespace gyre {

/// \file
/// When a message is too late, as it travels in 32 bits: microseconds of the host's monotonic
/// clock, modulo 2^32. 0: never. A moment can be told from its past and its future for 35 minutes;
/// a longer time to live is for ever.

/// Whether it is too late at `now`, in the same form. Never early by rounding.
[[nodiscard]] GYRE_FN constexpr bool has_expired(std::uint32_t expires,
                                                 std::uint32_t now) noexcept {
  return expires != 0 && static_cast<std::int32_t>(now - expires) >= 0;
}

/// A reading of a monotonic clock of nanoseconds in this form.
[[nodiscard]] GYRE_FN constexpr std::uint32_t expiry_clock(std::uint64_t ns) noexcept {
  return static_cast<std::uint32_t>(ns / 1000);
}

namespace detail {
/// What can be told from the past.
inline constexpr std::chrono::nanoseconds longest_expiry = std::chrono::microseconds(INT32_MAX);
[[nodiscard]] std::uint32_t read_expiry(std::chrono::nanoseconds timeout) noexcept;
}  // namespace detail

/// So long from now; 0 for what is too long to be told. Times of 100 ms and more are read off the
/// system's coarse clock (5 ns a reading, not 25): they are late by a tick at most, 4 ms on most
/// systems, and early only where that clock stood still for longer than a tick, as it does for some
/// milliseconds where a busy machine's interrupts are late. Shorter ones are exact to a
/// microsecond. Host only.
[[nodiscard]] inline std::uint32_t expiry_after(std::chrono::nanoseconds timeout) noexcept {
  return timeout >= detail::longest_expiry ? 0 : detail::read_expiry(timeout);
}

}  // namespace gyre
