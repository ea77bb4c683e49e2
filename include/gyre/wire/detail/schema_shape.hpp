#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gyre/core/inplace.hpp>
#include <gyre/core/type_name.hpp>
#include <gyre/core/uuid.hpp>
#include <gyre/wire/detail/link.hpp>
#include <gyre/wire/detail/parts.hpp>
#include <gyre/wire/detail/raw.hpp>
#include <gyre/wire/schema_types.hpp>
#include <gyre/wire/types.hpp>

namespace gyre::wire::detail {

template <class T>
inline constexpr bool is_text =
    std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>;
template <std::size_t N>
inline constexpr bool is_text<inplace_string<N>> = true;

template <class T>
inline constexpr bool is_set = std_set<T>;

template <class T>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;

template <class T>
inline constexpr bool is_owned = false;
template <class T>
inline constexpr bool is_owned<std::unique_ptr<T>> = true;

template <class T>
inline constexpr std::size_t grid_rank = 0;
template <class T, std::size_t Rank>
inline constexpr std::size_t grid_rank<grid<T, Rank>> = Rank;

/// How many elements, or bytes of text, a type holds: at least, at most.
template <class T>
inline constexpr std::array<std::size_t, 2> element_bounds{0, SIZE_MAX};
template <class T, std::size_t N>
inline constexpr std::array<std::size_t, 2> element_bounds<std::array<T, N>>{N, N};
template <class T, std::size_t N>
inline constexpr std::array<std::size_t, 2> element_bounds<inplace_vector<T, N>>{0, N};
template <std::size_t N>
inline constexpr std::array<std::size_t, 2> element_bounds<inplace_string<N>>{0, N};

template <class T>
[[nodiscard]] constexpr shape shape_of_number() noexcept {
  if constexpr (std::is_same_v<T, bool>) {
    return shape::boolean;
  } else if constexpr (std::is_same_v<T, char16_t>) {
    return shape::char16;
  } else if constexpr (std::is_same_v<T, char32_t>) {
    return shape::char32;
  } else if constexpr (std::is_floating_point_v<T>) {
    return sizeof(T) == 4 ? shape::float32 : shape::float64;
  } else if constexpr (sizeof(T) == 1) {
    return std::is_signed_v<T> ? shape::int8 : shape::uint8;
  } else if constexpr (sizeof(T) == 2) {
    return std::is_signed_v<T> ? shape::int16 : shape::uint16;
  } else if constexpr (sizeof(T) == 4) {
    return std::is_signed_v<T> ? shape::int32 : shape::uint32;
  } else {
    return std::is_signed_v<T> ? shape::int64 : shape::uint64;
  }
}

template <std::size_t Size, bool Signed>
struct integer;
template <bool Signed>
struct integer<1, Signed> : std::conditional<Signed, std::int8_t, std::uint8_t> {};
template <bool Signed>
struct integer<2, Signed> : std::conditional<Signed, std::int16_t, std::uint16_t> {};
template <bool Signed>
struct integer<4, Signed> : std::conditional<Signed, std::int32_t, std::uint32_t> {};
template <bool Signed>
struct integer<8, Signed> : std::conditional<Signed, std::int64_t, std::uint64_t> {};

/// What an enum is written as: the integer like its underlying type, which may be a char.
template <class E>
using enum_number = typename integer<sizeof(E), std::is_signed_v<std::underlying_type_t<E>>>::type;

/// The types of `wire/types.hpp`, and how C# has them.
template <class T>
inline constexpr std::optional<shape> value_shape{};
template <>
inline constexpr std::optional<shape> value_shape<uuid>{shape::uuid};
template <>
inline constexpr std::optional<shape> value_shape<date_time>{shape::date_time};
template <>
inline constexpr std::optional<shape> value_shape<time_span>{shape::time_span};
template <>
inline constexpr std::optional<shape> value_shape<date_only>{shape::date_only};
template <>
inline constexpr std::optional<shape> value_shape<time_only>{shape::time_only};
template <>
inline constexpr std::optional<shape> value_shape<date_time_offset>{shape::date_time_offset};
template <>
inline constexpr std::optional<shape> value_shape<decimal>{shape::decimal};
template <>
inline constexpr std::optional<shape> value_shape<half>{shape::half};
template <>
inline constexpr std::optional<shape> value_shape<int128>{shape::int128};
template <>
inline constexpr std::optional<shape> value_shape<uint128>{shape::uint128};

template <class T>
[[nodiscard]] constexpr shape shape_of() noexcept {
  if constexpr (std::is_same_v<T, std::byte>) {
    return shape::uint8;
  } else if constexpr (std::is_enum_v<T>) {
    return shape::enumeration;
  } else if constexpr (is_scalar<T>) {
    return shape_of_number<T>();
  } else if constexpr (value_shape<T>.has_value()) {
    return *value_shape<T>;
  } else if constexpr (is_text<T>) {
    return shape::string;
  } else if constexpr (is_link<T>) {
    return shape::reference;
  } else if constexpr (is_owned<T>) {
    return shape::owned;
  } else if constexpr (is_optional<T>) {
    return shape::optional;
  } else if constexpr (is_set<T>) {
    return shape::set;
  } else if constexpr (is_map<T>) {
    return shape::map;
  } else if constexpr (is_pair<T>) {
    return shape::pair;
  } else if constexpr (is_tuple<T>) {
    return shape::tuple;
  } else if constexpr (is_union<T>) {
    return shape::one_of;
  } else if constexpr (grid_rank<T> != 0) {
    return shape::grid;
  } else if constexpr (parts_of<T>::container) {
    return shape::sequence;
  } else if constexpr (kind_of<T>() == kind::unmanaged) {
    return shape::unmanaged;
  } else if constexpr (kind_of<T>() == kind::version_tolerant) {
    return shape::version_tolerant;
  } else if constexpr (kind_of<T>() == kind::circular_reference) {
    return shape::circular;
  } else {
    static_assert(kind_of<T>() == kind::object, "gyre::wire: the schema does not know this kind");
    return shape::object;
  }
}

/// The name for other languages, then the type's own; none for unions.
template <class T>
[[nodiscard]] constexpr std::string_view schema_name() noexcept {
  if constexpr (requires { std::string_view(adapt<T>::wire_name); }) {
    return adapt<T>::wire_name;
  } else if constexpr (requires { std::string_view(T::wire_name); }) {
    return T::wire_name;
  } else if constexpr (is_union<T>) {
    return {};
  } else {
    return type_name<T>();
  }
}

template <class T>
inline constexpr std::array<std::uint16_t, 0> union_tags{};
template <class... Ts>
inline constexpr auto union_tags<std::variant<Ts...>> = [] {
  std::array<std::uint16_t, sizeof...(Ts)> tags{};
  for (std::size_t i = 0; i < tags.size(); ++i) tags[i] = static_cast<std::uint16_t>(i);
  return tags;
}();
template <class... Alts>
inline constexpr std::array<std::uint16_t, sizeof...(Alts)> union_tags<tagged_union<Alts...>>{
    Alts::tag...};

}  // namespace gyre::wire::detail
