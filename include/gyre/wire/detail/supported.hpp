#pragma once

#include <memory>
#include <optional>
#include <type_traits>

#include <gyre/wire/detail/link.hpp>
#include <gyre/wire/detail/parts.hpp>
#include <gyre/wire/detail/raw.hpp>

namespace gyre::wire::detail {

template <class T>
inline constexpr bool is_bad_pointer = false;
template <class T>
inline constexpr bool is_bad_pointer<std::unique_ptr<T>> = !is_object<T>() && !is_union<T>;

template <class T, class... Seen>
[[nodiscard]] constexpr refusal refuse_type() noexcept;

template <class... Seen, class... Ts>
[[nodiscard]] constexpr refusal refuse_parts(types<Ts...>) noexcept {
  return ((refuse_type<Ts, Seen...>() == refusal::none) && ...) ? refusal::none : refusal::part;
}

/// Why T is refused. `Seen` are the types being looked at, so that a type may contain itself
/// (through a vector, say) without end.
template <class T, class... Seen>
[[nodiscard]] constexpr refusal refuse_type() noexcept {
  if constexpr ((std::is_same_v<T, Seen> || ...)) {
    return refusal::none;
  } else if constexpr (std::is_reference_v<T> || std::is_const_v<T> || std::is_volatile_v<T>) {
    return refusal::qualified;
  } else if constexpr (std::is_pointer_v<T> || std::is_member_pointer_v<T> ||
                       std::is_null_pointer_v<T> || std::is_function_v<T>) {
    return refusal::pointer;
  } else if constexpr (std::is_array_v<T>) {
    return refusal::c_array;
  } else if constexpr (std::is_same_v<T, char> || std::is_same_v<T, char8_t>) {
    return refusal::plain_char;
  } else if constexpr (std::is_same_v<T, wchar_t>) {
    return refusal::wide_char;
  } else if constexpr (is_scalar<T>) {
    return refusal::none;
  } else if constexpr (std::is_arithmetic_v<T>) {
    return refusal::wide_number;
  } else if constexpr (is_doubly_optional<T>) {
    return refusal::nested_optional;
  } else if constexpr (is_misaligned_view<T>) {
    return refusal::borrowed_elements;
  } else if constexpr (is_union<T>) {
    if constexpr (!all_objects<typename parts_of<T>::list>) return refusal::not_object;
    return refuse_parts<T, Seen...>(typename parts_of<T>::list{});
  } else if constexpr (std::is_enum_v<T>) {
    return refusal::loose_enum;
  } else if constexpr (is_bad_pointer<T>) {
    return refusal::not_object;
  } else if constexpr (is_link<T>) {
    // The members of what it points to, since the object itself is refused where it is a value.
    if constexpr (!is_circular<link_target<T>>()) {
      return refusal::bad_link;
    } else if constexpr (constexpr refusal own = refuse_struct<link_target<T>>();
                         own != refusal::none) {
      return own;
    } else {
      return refuse_parts<T, Seen...>(member_types<link_target<T>>{});
    }
  } else if constexpr (parts_of<T>::container) {
    return refuse_parts<T, Seen...>(typename parts_of<T>::list{});
  } else if constexpr (constexpr refusal own = refuse_struct<T>(); own != refusal::none) {
    return own;
  } else if constexpr (kind_of<T>() == kind::unmanaged) {
    return is_raw<T> ? refusal::none : refusal::raw_member;
  } else if constexpr (kind_of<T>() == kind::circular_reference) {
    return refusal::circular_value;
  } else {
    return refuse_parts<T, Seen...>(member_types<T>{});
  }
}

}  // namespace gyre::wire::detail
