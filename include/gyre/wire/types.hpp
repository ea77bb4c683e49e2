#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/platform.hpp>
#include <gyre/wire/adapt.hpp>

/// \file
/// C# values that C++ has no type for, as their memory: unmanaged structs whose bits are C#'s.
/// Reading refuses values that C# could not hold, `fault::bad_value`. All but `half` to `uint128`
/// follow dotnet/runtime's sources of the type of the same name.

namespace gyre::wire {

/// DateTime: ticks of 100 ns since 0001-01-01, and in the upper two bits what they are relative to.
struct date_time {
  static constexpr auto wire_kind = kind::unmanaged;
  enum class zone : std::uint8_t { unspecified, utc, local, local_ambiguous };
  static constexpr std::int64_t max_ticks = 3'155'378'975'999'999'999;
  static constexpr std::int64_t unix_epoch_ticks = 621'355'968'000'000'000;

  std::uint64_t data = 0;

  [[nodiscard]] GYRE_FN static constexpr date_time of(std::int64_t ticks, zone z) noexcept {
    return {static_cast<std::uint64_t>(ticks) | static_cast<std::uint64_t>(z) << 62U};
  }
  /// From nanoseconds since 1970-01-01 UTC; loses what is below 100 ns.
  [[nodiscard]] GYRE_FN static constexpr date_time from_unix_nanos(std::int64_t nanos) noexcept {
    return of(unix_epoch_ticks + nanos / 100 - (nanos % 100 < 0 ? 1 : 0), zone::utc);
  }
  [[nodiscard]] GYRE_FN constexpr std::int64_t ticks() const noexcept {
    return static_cast<std::int64_t>(data & 0x3FFF'FFFF'FFFF'FFFFULL);
  }
  [[nodiscard]] GYRE_FN constexpr zone relative_to() const noexcept {
    return static_cast<zone>(data >> 62U);
  }
  [[nodiscard]] GYRE_FN constexpr bool wire_accept() const noexcept { return ticks() <= max_ticks; }
  friend constexpr bool operator==(date_time, date_time) = default;
};

/// TimeSpan: ticks of 100 ns.
struct time_span {
  static constexpr auto wire_kind = kind::unmanaged;
  std::int64_t ticks = 0;
  friend constexpr bool operator==(time_span, time_span) = default;
};

/// DateOnly: days since 0001-01-01.
struct date_only {
  static constexpr auto wire_kind = kind::unmanaged;
  std::int32_t days = 0;
  [[nodiscard]] GYRE_FN constexpr bool wire_accept() const noexcept {
    return days >= 0 && days <= 3'652'058;
  }
  friend constexpr bool operator==(date_only, date_only) = default;
};

/// TimeOnly: ticks of 100 ns since midnight.
struct time_only {
  static constexpr auto wire_kind = kind::unmanaged;
  std::int64_t ticks = 0;
  [[nodiscard]] GYRE_FN constexpr bool wire_accept() const noexcept {
    return ticks >= 0 && ticks < 864'000'000'000;
  }
  friend constexpr bool operator==(time_only, time_only) = default;
};

/// DateTimeOffset: the offset comes first. Older runtimes write only its lower 16 bits.
struct date_time_offset {
  static constexpr auto wire_kind = kind::unmanaged;
  std::int32_t offset_minutes = 0;
  std::uint64_t utc_ticks = 0;
  [[nodiscard]] GYRE_FN constexpr bool wire_accept() noexcept {
    offset_minutes = static_cast<std::int16_t>(offset_minutes & 0xFFFF);
    return offset_minutes >= -840 && offset_minutes <= 840 &&
           utc_ticks <= static_cast<std::uint64_t>(date_time::max_ticks);
  }
  friend constexpr bool operator==(date_time_offset, date_time_offset) = default;
};

/// Decimal: a 96-bit integer, divided by ten to the power of its scale.
struct decimal {
  static constexpr auto wire_kind = kind::unmanaged;
  std::uint32_t flags = 0;  ///< Scale (0 to 28) in bits 16 to 23, sign in bit 31, zeros.
  std::uint32_t high = 0;
  std::uint64_t low = 0;
  [[nodiscard]] GYRE_FN constexpr std::uint32_t scale() const noexcept {
    return (flags >> 16U) & 0xFFU;
  }
  [[nodiscard]] GYRE_FN constexpr bool negative() const noexcept { return flags >> 31U != 0; }
  [[nodiscard]] GYRE_FN constexpr bool wire_accept() const noexcept {
    return (flags & 0x7F00'FFFFU) == 0 && scale() <= 28;
  }
  friend constexpr bool operator==(decimal, decimal) = default;
};

/// Half: the bits of an IEEE 754 binary16.
struct half {
  static constexpr auto wire_kind = kind::unmanaged;
  std::uint16_t bits = 0;
  friend constexpr bool operator==(half, half) = default;
};

/// Int128. Inside of other values it is aligned to 16 bytes, as .NET 8 and later have it; .NET 7
/// and runtimes of 32 bits disagree.
struct int128 {
  static constexpr auto wire_kind = kind::unmanaged;
  static constexpr std::size_t wire_align = 16;
  std::uint64_t low = 0;
  std::int64_t high = 0;
  friend constexpr bool operator==(int128, int128) = default;
};

/// UInt128. Inside of other values it is aligned to 16 bytes, as .NET 8 and later have it; .NET 7
/// and runtimes of 32 bits disagree.
struct uint128 {
  static constexpr auto wire_kind = kind::unmanaged;
  static constexpr std::size_t wire_align = 16;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend constexpr bool operator==(uint128, uint128) = default;
};

}  // namespace gyre::wire
