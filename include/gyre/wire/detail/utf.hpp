#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/wire/detail/bytes.hpp>

namespace gyre::wire::detail {

struct utf_check {
  bool valid = false;
  std::size_t units = 0;  ///< Length in UTF-16 code units.
};

[[nodiscard]] GYRE_WIRE_HOT bool is_continuation(unsigned char c) noexcept {
  return (c & 0xC0U) == 0x80U;
}

/// The length in bytes of the well-formed UTF-8 sequence at `s`, of `n` bytes left; 0 if there is
/// none (The Unicode Standard 15.0, table 3-7: no overlong forms, surrogates, or over U+10FFFF).
[[nodiscard]] GYRE_FN inline std::size_t sequence_length(unsigned char const* s,
                                                         std::size_t n) noexcept {
  unsigned char const a = s[0];
  if (a < 0x80) return 1;
  if (a < 0xC2 || a > 0xF4) return 0;
  if (n < 2 || !is_continuation(s[1])) return 0;
  if (a < 0xE0) return 2;
  if (n < 3 || !is_continuation(s[2])) return 0;
  if (a < 0xF0) {
    if ((a == 0xE0 && s[1] < 0xA0) || (a == 0xED && s[1] > 0x9F)) return 0;
    return 3;
  }
  if (n < 4 || !is_continuation(s[3])) return 0;
  if ((a == 0xF0 && s[1] < 0x90) || (a == 0xF4 && s[1] > 0x8F)) return 0;
  return 4;
}

/// Whether no byte has its high bit set. What is left after eights is read with an overlap: names
/// and the like are short, and a loop over single bytes would be most of the work.
[[nodiscard]] GYRE_WIRE_HOT bool is_ascii(std::byte const* s, std::size_t n) noexcept {
  constexpr std::uint64_t high = 0x8080808080808080ULL;
  if (n >= 8) {
    for (std::size_t i = 0; i + 8 < n; i += 8) {
      if ((load<std::uint64_t>(s + i) & high) != 0) return false;
    }
    return (load<std::uint64_t>(s + n - 8) & high) == 0;
  }
  if (n >= 4) {
    return ((load<std::uint32_t>(s) | load<std::uint32_t>(s + n - 4)) & (high >> 32U)) == 0;
  }
  return n == 0 || ((s[0] | s[n / 2] | s[n - 1]) & std::byte{0x80}) == std::byte{0};
}

/// Checks UTF-8 and counts its UTF-16 units. Runs of ASCII go eight bytes at a time.
[[nodiscard]] GYRE_FN inline utf_check check_utf8(std::byte const* bytes, std::size_t n) noexcept {
  auto const* s = reinterpret_cast<unsigned char const*>(bytes);
  std::size_t i = 0;
  std::size_t units = 0;
  while (i < n) {
    if (n - i >= 8 && (load<std::uint64_t>(bytes + i) & 0x8080808080808080ULL) == 0) {
      i += 8;
      units += 8;
      continue;
    }
    std::size_t const length = sequence_length(s + i, n - i);
    if (length == 0) return {};
    units += length == 4 ? 2 : 1;
    i += length;
  }
  return {true, units};
}

/// UTF-16 units of text that is known to be UTF-8: all bytes but continuations count once, and
/// sequences of four once more. No branch, so it is done with vectors.
[[nodiscard]] GYRE_FN inline std::size_t utf16_units(char const* text, std::size_t n) noexcept {
  std::size_t units = 0;
  for (std::size_t i = 0; i < n; ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    units += static_cast<std::size_t>(!is_continuation(c)) + static_cast<std::size_t>(c >= 0xF0);
  }
  return units;
}

/// The character at unit `i` of `n` in UTF-16 LE; moves `i` past it. Negative for a lone surrogate.
[[nodiscard]] GYRE_FN inline std::int32_t next_utf16(std::byte const* at, std::size_t n,
                                                     std::size_t& i) noexcept {
  std::int32_t const first = load<std::uint16_t>(at + 2 * i);
  ++i;
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || i == n) return -1;
  std::int32_t const second = load<std::uint16_t>(at + 2 * i);
  if (second < 0xDC00 || second > 0xDFFF) return -1;
  ++i;
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

/// Bytes of UTF-8 that `units` of UTF-16 LE become; `valid` is false for lone surrogates. Here
/// `utf_check::units` counts bytes.
[[nodiscard]] GYRE_FN inline utf_check check_utf16(std::byte const* at,
                                                   std::size_t units) noexcept {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < units;) {
    std::int32_t const c = next_utf16(at, units, i);
    if (c < 0) return {};
    bytes += c < 0x80 ? 1U : c < 0x800 ? 2U : c < 0x10000 ? 3U : 4U;
  }
  return {true, bytes};
}

/// Writes what `check_utf16` has found valid.
GYRE_FN inline void utf16_to_utf8(std::byte const* at, std::size_t units, char* out) noexcept {
  auto const tail = [](std::int32_t c, int shift) {
    return static_cast<char>(0x80 | ((c >> shift) & 0x3F));
  };
  for (std::size_t i = 0; i < units;) {
    std::int32_t const c = next_utf16(at, units, i);
    if (c < 0x80) {
      *out++ = static_cast<char>(c);
    } else if (c < 0x800) {
      *out++ = static_cast<char>(0xC0 | (c >> 6));
      *out++ = tail(c, 0);
    } else if (c < 0x10000) {
      *out++ = static_cast<char>(0xE0 | (c >> 12));
      *out++ = tail(c, 6);
      *out++ = tail(c, 0);
    } else {
      *out++ = static_cast<char>(0xF0 | (c >> 18));
      *out++ = tail(c, 12);
      *out++ = tail(c, 6);
      *out++ = tail(c, 0);
    }
  }
}

}  // namespace gyre::wire::detail
