#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gyre/wire/adapt.hpp>
#include <gyre/wire/schema_types.hpp>

namespace gyre::wire::detail {

/// The compiler's spelling of these values: an enumerator's name, or `(type)5` where there is none.
template <class E, E... GyreValues>
[[nodiscard]] constexpr std::string_view spelled_values() noexcept {
  return __PRETTY_FUNCTION__;
}

/// Those of `values` that have names, in the order given; `spelled` is what the compiler says of
/// them.
[[nodiscard]] std::vector<schema_enumerator> named_values(std::string_view spelled,
                                                          std::span<std::int64_t const> values);

/// C++20 has no list of an enum's values, so some are looked at: of 8 bits all, else those from
/// -128 to 1023, then the powers of two.
template <class E>
struct looked_at {
  using number = std::underlying_type_t<E>;
  static constexpr bool small = sizeof(E) == 1;
  static constexpr std::int64_t first = std::is_signed_v<number> ? -128 : 0;
  static constexpr std::int64_t last = small ? (std::is_signed_v<number> ? 127 : 255) : 1023;
  static constexpr std::size_t run = static_cast<std::size_t>(last - first + 1);
  static constexpr std::size_t powers =
      small ? 0 : static_cast<std::size_t>(std::numeric_limits<number>::digits) - 10;
  static constexpr std::array<std::int64_t, run + powers> values = [] {
    std::array<std::int64_t, run + powers> all{};
    for (std::size_t i = 0; i < run; ++i) all[i] = first + static_cast<std::int64_t>(i);
    for (std::size_t i = 0; i < powers; ++i) {
      all[run + i] = static_cast<std::int64_t>(std::uint64_t{1} << (10 + i));
    }
    return all;
  }();
};
template <class E>
  requires requires { adapt<E>::wire_values; }
struct looked_at<E> {
  static constexpr auto values = [] {
    std::array<std::int64_t, std::size(adapt<E>::wire_values)> all{};
    std::size_t i = 0;
    for (auto const value : adapt<E>::wire_values) all[i++] = static_cast<std::int64_t>(value);
    return all;
  }();
};

template <class E, std::size_t... I>
[[nodiscard]] std::vector<schema_enumerator> enumerators_of(std::index_sequence<I...>) {
  constexpr auto const& values = looked_at<E>::values;
  return named_values(spelled_values<E, static_cast<E>(values[I])...>(), values);
}

template <class E>
[[nodiscard]] std::vector<schema_enumerator> enumerators_of() {
  return enumerators_of<E>(std::make_index_sequence<looked_at<E>::values.size()>{});
}

}  // namespace gyre::wire::detail
