#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <gyre/core/inplace.hpp>
#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/detail/utf.hpp>

namespace gyre::wire::detail {

/// What a string's header says: where its text is, and in which form.
struct text_span {
  std::byte const* text = nullptr;
  std::size_t bytes = 0;       ///< Bytes of text in the input.
  std::size_t utf8_bytes = 0;  ///< Bytes of the text as UTF-8.
  bool utf16 = false;
};

/// Reads a string's header and checks its text, once and for all kinds of strings:
/// `i32 0` empty; `i32 n > 0`, then n units of UTF-16; `i32 ~n`, `i32` length in UTF-16 (exact, or
/// not positive for unknown), then n bytes of UTF-8. Returns the address after it, or null.
GYRE_WIRE_HOT std::byte const* get_text(std::byte const* at, std::byte const* end, text_span& out,
                                        failure& f) noexcept {
  std::int32_t header = 0;
  if (!get_header(at, end, header, f)) return nullptr;
  out = {};
  out.text = at + 4;
  if (header == 0) return at + 4;
  if (header == null_collection) return refuse(f, fault::null_not_allowed, at);
  if (header > 0) {
    auto const units = static_cast<std::uint64_t>(header);
    if (2 * units > left(at + 4, end)) return refuse(f, fault::bad_length, at);
    utf_check const check = check_utf16(at + 4, static_cast<std::size_t>(units));
    if (!check.valid) return refuse(f, fault::bad_utf8, at);
    out.bytes = static_cast<std::size_t>(2 * units);
    out.utf8_bytes = check.units;
    out.utf16 = true;
    return out.text + out.bytes;
  }
  if (left(at, end) < 8) return refuse(f, fault::truncated, at);
  auto const bytes = static_cast<std::uint64_t>(~static_cast<std::int64_t>(header));
  if (bytes > left(at + 8, end)) return refuse(f, fault::bad_length, at);
  out.text = at + 8;
  out.bytes = static_cast<std::size_t>(bytes);
  out.utf8_bytes = out.bytes;
  utf_check const check =
      is_ascii(out.text, out.bytes) ? utf_check{true, out.bytes} : check_utf8(out.text, out.bytes);
  if (!check.valid) return refuse(f, fault::bad_utf8, at);
  auto const claimed = load<std::int32_t>(at + 4);
  if (claimed > 0 && static_cast<std::uint64_t>(claimed) != check.units) {
    return refuse(f, fault::bad_length, at);
  }
  return out.text + out.bytes;
}

GYRE_WIRE_HOT void copy_text(text_span const& from, char* out) noexcept {
  if (from.utf16) {
    utf16_to_utf8(from.text, from.bytes / 2, out);
  } else if (from.bytes != 0) {
    std::memcpy(out, from.text, from.bytes);
  }
}

/// What all kinds of strings share: `S` has data() and size(); `max_bytes` bounds its UTF-8.
template <class S, std::size_t MaxBytes>
struct text_codec {
  static constexpr std::size_t min = 4;
  static constexpr std::size_t max = add_sizes(8, MaxBytes);
  static constexpr std::size_t least = 4;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::collection;

  static GYRE_WIRE_HOT std::size_t size(S const& value) noexcept {
    return value.size() == 0 ? 4 : 8 + value.size();
  }
  template <class Policy>
  static GYRE_WIRE_HOT std::byte* put(S const& value, std::byte* out) noexcept {
    std::size_t const n = value.size();
    if (n == 0) return store<std::int32_t>(out, 0);
    out = store(out, ~static_cast<std::int32_t>(n));
    if constexpr (Policy::exact) {
      out = store(out, static_cast<std::int32_t>(utf16_units(value.data(), n)));
    } else {
      out = store<std::int32_t>(out, -1);
    }
    std::memcpy(out, value.data(), n);
    return out + n;
  }
};

template <>
struct codec<std::string> : text_codec<std::string, unbounded> {
  static std::byte const* get(std::byte const* at, std::byte const* end, std::string& out,
                              failure& f) {
    text_span text;
    std::byte const* const after = get_text(at, end, text, f);
    if (after == nullptr) return nullptr;
    out.resize(text.utf8_bytes);
    copy_text(text, out.data());
    return after;
  }
};

template <std::size_t N>
struct codec<inplace_string<N>> : text_codec<inplace_string<N>, N> {
  static GYRE_FN std::byte const* get(std::byte const* at, std::byte const* end,
                                      inplace_string<N>& out, failure& f) noexcept {
    text_span text;
    std::byte const* const after = get_text(at, end, text, f);
    if (after == nullptr) return nullptr;
    if (!out.resize(text.utf8_bytes)) return refuse(f, fault::over_capacity, at);
    copy_text(text, out.data());
    return after;
  }
};

/// A view borrows the input's bytes, and lives no longer than they.
template <>
struct codec<std::string_view> : text_codec<std::string_view, unbounded> {
  static GYRE_FN std::byte const* get(std::byte const* at, std::byte const* end,
                                      std::string_view& out, failure& f) noexcept {
    text_span text;
    std::byte const* const after = get_text(at, end, text, f);
    if (after == nullptr) return nullptr;
    if (text.utf16) return refuse(f, fault::not_borrowable, at);
    out = {reinterpret_cast<char const*>(text.text), text.bytes};
    return after;
  }
};

}  // namespace gyre::wire::detail
