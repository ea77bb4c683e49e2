#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/wire/detail/bytes.hpp>

namespace gyre::wire::detail {

// MemoryPack's variable-length integer (MemoryPackReaderWriter.VarInt.cs). The first byte, signed,
// is the value from -120 to 127, or names what follows it: -121 u8, -122 i8, -123 u16, -124 i16,
// -125 u32, -126 i32, -127 u64, -128 i64.

/// Bytes that `put_varint` takes.
[[nodiscard]] GYRE_FN constexpr std::size_t varint_size(std::int64_t v) noexcept {
  if (v >= -120 && v <= 127) return 1;
  if (v >= INT8_MIN && v <= INT8_MAX) return 2;
  if (v >= INT16_MIN && v <= INT16_MAX) return 3;
  return v >= INT32_MIN && v <= INT32_MAX ? 5 : 9;
}

/// Writes the shortest form of a signed integer, as C#'s WriteVarInt(int) and (long) do.
GYRE_FN inline std::byte* put_varint(std::int64_t v, std::byte* out) noexcept {
  switch (varint_size(v)) {
    case 1: return store(out, static_cast<std::int8_t>(v));
    case 2: return store(store<std::int8_t>(out, -122), static_cast<std::int8_t>(v));
    case 3: return store(store<std::int8_t>(out, -124), static_cast<std::int16_t>(v));
    case 5: return store(store<std::int8_t>(out, -126), static_cast<std::int32_t>(v));
    default: return store(store<std::int8_t>(out, -128), v);
  }
}

/// Bytes that `put_varint_unsigned` takes.
[[nodiscard]] constexpr std::size_t varint_unsigned_size(std::uint32_t v) noexcept {
  return v <= INT8_MAX ? 1 : v <= UINT16_MAX ? 3 : 5;
}

/// Writes what C#'s WriteVarInt(uint) does, for ids: it has no form of one byte above 127.
inline std::byte* put_varint_unsigned(std::uint32_t v, std::byte* out) noexcept {
  switch (varint_unsigned_size(v)) {
    case 1: return store(out, static_cast<std::uint8_t>(v));
    case 3: return store(store<std::int8_t>(out, -123), static_cast<std::uint16_t>(v));
    default: return store(store<std::int8_t>(out, -125), v);
  }
}

template <class U>
[[nodiscard]] GYRE_FN inline std::byte const* get_varint_as(std::byte const* at,
                                                            std::byte const* end,
                                                            std::int64_t& out) noexcept {
  if (left(at, end) < sizeof(U)) return nullptr;
  auto const value = load<U>(at);
  if constexpr (sizeof(U) == 8) {
    if (value > static_cast<U>(INT64_MAX)) return nullptr;
  }
  out = static_cast<std::int64_t>(value);
  return at + sizeof(U);
}

/// Reads any form, of signed or unsigned writers; null if it is cut short or over an int64.
[[nodiscard]] GYRE_FN inline std::byte const* get_varint(std::byte const* at, std::byte const* end,
                                                         std::int64_t& out) noexcept {
  if (at == end) return nullptr;
  auto const code = load<std::int8_t>(at);
  ++at;
  switch (code) {
    case -121: return get_varint_as<std::uint8_t>(at, end, out);
    case -122: return get_varint_as<std::int8_t>(at, end, out);
    case -123: return get_varint_as<std::uint16_t>(at, end, out);
    case -124: return get_varint_as<std::int16_t>(at, end, out);
    case -125: return get_varint_as<std::uint32_t>(at, end, out);
    case -126: return get_varint_as<std::int32_t>(at, end, out);
    case -127: return get_varint_as<std::uint64_t>(at, end, out);
    case -128: return get_varint_as<std::int64_t>(at, end, out);
    default: out = code; return at;
  }
}

}  // namespace gyre::wire::detail
