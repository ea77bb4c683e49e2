#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gyre/wire.hpp>

namespace test_data {

/// Writes values down as the "value" of data/dotnet10.json has them: numbers in decimal, floats by
/// their bits, text as the hex of its UTF-8, `[elements]`, `{members}`, `(parts)`.
class value_text {
 public:
  [[nodiscard]] std::string take() { return std::move(out_); }

  void word(std::string_view text) { out_ += text; }
  void number(std::int64_t value);
  void number(std::uint64_t value);
  void bits(char prefix, std::uint64_t value, int digits);
  void string(std::string_view value);
  void other(gyre::uuid const& value);
  void other(gyre::wire::date_time value);
  void other(gyre::wire::time_span value);
  void other(gyre::wire::date_only value);
  void other(gyre::wire::time_only value);
  void other(gyre::wire::date_time_offset value);
  void other(gyre::wire::decimal value);
  void other(gyre::wire::half value);
  void other(gyre::wire::int128 value);
  void other(gyre::wire::uint128 value);
  /// "@3" of an object that was there before; else "#3", and true.
  bool begins(void const* object);

 private:
  std::string out_;
  std::vector<void const*> objects_;
};

template <class T>
void write_down(T const& value, value_text& out);

/// One after another, between brackets.
struct write_listed {
  value_text& out;
  std::string_view brackets;
  template <class... Ms>
  void operator()(Ms const&... ms) const {
    out.word(brackets.substr(0, 1));
    std::string_view comma;
    ((out.word(comma), comma = ",", write_down(ms, out)), ...);
    out.word(brackets.substr(1));
  }
};

template <class C>
void write_elements(C const& elements, value_text& out) {
  out.word("[");
  std::string_view comma;
  for (auto const& element : elements) {
    out.word(comma);
    comma = ",";
    write_down<typename C::value_type>(element, out);
  }
  out.word("]");
}

template <class T>
void write_pointed_to(T const* object, value_text& out) {
  if (object == nullptr) return out.word("null");
  if constexpr (gyre::wire::detail::is_circular<T>()) {
    if (!out.begins(object)) return;
  }
  write_down(*object, out);
}

template <class T>
void write_down(T const& value, value_text& out) {
  namespace detail = gyre::wire::detail;
  if constexpr (std::is_enum_v<T>) {
    write_down(static_cast<std::underlying_type_t<T>>(value), out);
  } else if constexpr (std::is_same_v<T, float>) {
    out.bits('f', std::bit_cast<std::uint32_t>(value), 8);
  } else if constexpr (std::is_same_v<T, double>) {
    out.bits('d', std::bit_cast<std::uint64_t>(value), 16);
  } else if constexpr (std::is_signed_v<T>) {
    out.number(static_cast<std::int64_t>(value));
  } else if constexpr (std::is_unsigned_v<T>) {
    out.number(static_cast<std::uint64_t>(value));
  } else if constexpr (detail::is_text<T>) {
    out.string({value.data(), value.size()});
  } else if constexpr (requires { out.other(value); }) {
    out.other(value);
  } else if constexpr (requires { value.lock(); }) {
    write_pointed_to(value.lock().get(), out);
  } else if constexpr (requires { value.get(); }) {
    write_pointed_to(value.get(), out);
  } else if constexpr (detail::is_optional<T>) {
    if (!value) return out.word("null");
    write_down(*value, out);
  } else if constexpr (requires { value.nullable_struct; }) {
    write_down(value.nullable_struct, out);
  } else if constexpr (detail::is_tuple<T>) {
    std::apply(write_listed{out, "()"}, value);
  } else if constexpr (detail::is_union<T>) {
    out.word("u");
    out.number(static_cast<std::uint64_t>(value.index()));
    std::visit([&](auto const& held) { write_down(held, out); }, value);
  } else if constexpr (requires { value.extents; }) {
    out.word("g");
    for (std::uint32_t const extent : value.extents) {
      out.number(std::uint64_t{extent});
      out.word("x");
    }
    write_elements(value.cells, out);
  } else if constexpr (detail::parts_of<T>::container) {
    write_elements(value, out);
  } else {
    detail::visit_members(value, write_listed{out, "{}"});
  }
}

}  // namespace test_data
