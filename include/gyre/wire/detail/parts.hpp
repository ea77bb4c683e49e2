#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <gyre/core/inplace.hpp>
#include <gyre/core/uuid.hpp>
#include <gyre/wire/grid.hpp>
#include <gyre/wire/reflect.hpp>
#include <gyre/wire/union.hpp>

namespace gyre::wire::detail {

/// Why a type has no place on the wire; the static_asserts of `codec` say it in words.
enum class refusal : std::uint8_t {
  none,
  qualified,
  pointer,
  c_array,
  plain_char,
  wide_char,
  wide_number,
  not_aggregate,
  not_default,
  base_class,
  too_many_members,
  borrowed_elements,
  nested_optional,
  loose_enum,
  raw_member,
  not_object,
  bad_link,
  circular_value,
  part,
};

/// Enums that may hold any value of their type: scoped, or with an underlying type stated.
template <class T>
[[nodiscard]] constexpr bool is_fixed_enum() noexcept {
  if constexpr (std::is_enum_v<T>) {
    constexpr bool fixed = requires { T{0}; };
    return fixed && !std::is_same_v<std::underlying_type_t<T>, bool>;
  } else {
    return false;
  }
}

template <class T>
inline constexpr bool is_scalar =
    std::is_same_v<T, bool> || is_fixed_enum<T>() || std::is_same_v<T, char16_t> ||
    std::is_same_v<T, char32_t> || std::is_same_v<T, float> || std::is_same_v<T, double> ||
    (std::is_integral_v<T> && sizeof(T) <= 8 && !std::is_same_v<T, char> &&
     !std::is_same_v<T, char8_t> && !std::is_same_v<T, wchar_t>);

/// The standard's sets and maps of unique keys, ordered or not, known by what they alone have: so
/// that <map> and <set> are opened by whoever has such members, and by nobody else.
template <class T>
concept keyed_container = requires {
  typename T::key_type;
  typename T::insert_return_type;
};
template <class T>
concept std_map = keyed_container<T> && requires {
  typename T::mapped_type;
};
template <class T>
concept std_set = keyed_container<T> && !std_map<T>;

/// A type made of other types, and what it is made of. `container` is true for the standard's and
/// Gyre's own templates, false for what is reflected member by member.
template <class T>
struct parts_of {
  static constexpr bool container = false;
};
template <class... Ts>
struct parts {
  static constexpr bool container = true;
  using list = types<Ts...>;
};
template <>
struct parts_of<uuid> : parts<> {};
template <>
struct parts_of<std::string> : parts<> {};
template <>
struct parts_of<std::string_view> : parts<> {};
template <std::size_t N>
struct parts_of<inplace_string<N>> : parts<> {};
template <class T>
struct parts_of<std::optional<T>> : parts<T> {};
template <class T>
struct parts_of<std::unique_ptr<T>> : parts<T> {};
template <class T>
struct parts_of<std::shared_ptr<T>> : parts<T> {};
template <class T>
struct parts_of<std::weak_ptr<T>> : parts<T> {};
template <class T, class A>
struct parts_of<std::vector<T, A>> : parts<T> {};
template <class T, std::size_t N>
struct parts_of<inplace_vector<T, N>> : parts<T> {};
template <class T, std::size_t N>
struct parts_of<std::array<T, N>> : parts<T> {};
template <class T>
struct parts_of<std::span<T const>> : parts<T> {};
template <class S>
  requires std_set<S>
struct parts_of<S> : parts<typename S::key_type> {
};
template <class M>
  requires std_map<M>
struct parts_of<M> : parts<typename M::key_type, typename M::mapped_type> {
};
template <class A, class B>
struct parts_of<std::pair<A, B>> : parts<A, B> {};
template <class... Ts>
struct parts_of<std::tuple<Ts...>> : parts<Ts...> {};
template <class... Ts>
struct parts_of<std::variant<Ts...>> : parts<Ts...> {};
template <class T, std::size_t Rank>
struct parts_of<grid<T, Rank>> : parts<T> {};
template <class... Alts>
struct parts_of<tagged_union<Alts...>> : parts<typename Alts::type...> {};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_optional<std::unique_ptr<T>> = true;
template <class T>
inline constexpr bool is_optional<std::shared_ptr<T>> = true;
template <class T>
inline constexpr bool is_optional<std::weak_ptr<T>> = true;

template <class T>
inline constexpr bool is_doubly_optional = false;
template <class T>
inline constexpr bool is_doubly_optional<std::optional<T>> = is_optional<T>;
template <class T>
inline constexpr bool is_doubly_optional<std::unique_ptr<T>> = is_optional<T>;

/// C#'s KeyValuePair and ValueTuple.
template <class T>
inline constexpr bool is_tuple = false;
template <class A, class B>
inline constexpr bool is_tuple<std::pair<A, B>> = true;
template <class... Ts>
inline constexpr bool is_tuple<std::tuple<Ts...>> = true;

/// A map's path tells entry and part in one step: twice the entry's index, plus 1 for the value.
template <class T>
inline constexpr bool is_map = std_map<T>;

/// What a C# reference or a union may stand for: not numbers, strings, or unmanaged structs.
template <class T>
[[nodiscard]] constexpr bool is_object() noexcept {
  if constexpr (std::is_class_v<T> && !parts_of<T>::container) {
    return kind_of<T>() != kind::unmanaged;
  } else {
    return false;
  }
}
template <class T>
inline constexpr bool is_union = false;
template <class... Ts>
inline constexpr bool is_union<std::variant<Ts...>> = true;
template <class... Alts>
inline constexpr bool is_union<tagged_union<Alts...>> = true;
template <class List>
inline constexpr bool all_objects = false;
template <class... Ts>
inline constexpr bool all_objects<types<Ts...>> = (is_object<Ts>() && ...);

/// A view of elements can borrow the input if they have no alignment and no forbidden bytes.
template <class T>
inline constexpr bool is_misaligned_view = false;
template <class T>
inline constexpr bool is_misaligned_view<std::span<T const>> = std::is_same_v<T, bool> ||
                                                               sizeof(T) != 1 ||
                                                               !(std::is_integral_v<T> ||
                                                                 std::is_enum_v<T>);

/// What is wrong with a struct itself, its members aside.
template <class T>
[[nodiscard]] constexpr refusal refuse_struct() noexcept {
  if constexpr (!std::is_class_v<T> || (!std::is_aggregate_v<T> && !lists_members<T>)) {
    return refusal::not_aggregate;
  } else if constexpr (!std::is_default_constructible_v<T>) {
    return refusal::not_default;
  } else if constexpr (lists_members<T>) {
    return member_count<T> > 64 ? refusal::too_many_members : refusal::none;
  } else if constexpr (has_base<T>()) {
    return refusal::base_class;
  } else if constexpr (has_c_array<T, member_count<T>>()) {
    return refusal::c_array;
  } else if constexpr (member_count<T> > 64) {
    return refusal::too_many_members;
  } else {
    return refusal::none;
  }
}

}  // namespace gyre::wire::detail
