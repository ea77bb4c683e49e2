#pragma once

#include <memory>
#include <type_traits>

#include <gyre/wire/detail/parts.hpp>

namespace gyre::wire::detail {

/// A C# class of GenerateType.CircularReference.
template <class T>
[[nodiscard]] constexpr bool is_circular() noexcept {
  if constexpr (is_object<T>() && !std::is_const_v<T> && !std::is_volatile_v<T>) {
    return kind_of<T>() == kind::circular_reference;
  } else {
    return false;
  }
}

/// A pointer that may stand for an object seen before.
template <class T>
inline constexpr bool is_link = false;
template <class T>
inline constexpr bool is_link<std::shared_ptr<T>> = true;
template <class T>
inline constexpr bool is_link<std::weak_ptr<T>> = true;

template <class Link>
using link_target = typename Link::element_type;

template <class T, class... Seen>
[[nodiscard]] constexpr bool holds_links() noexcept;

template <class... Seen, class... Ts>
[[nodiscard]] constexpr bool any_holds_links(types<Ts...>) noexcept {
  return (holds_links<Ts, Seen...>() || ...);
}

/// Whether a T holds such pointers at any depth. `Seen` are the types being looked at, since a type
/// may contain itself.
template <class T, class... Seen>
[[nodiscard]] constexpr bool holds_links() noexcept {
  if constexpr (!std::is_class_v<T> || (std::is_same_v<T, Seen> || ...)) {
    return false;
  } else if constexpr (is_link<T>) {
    return is_circular<link_target<T>>();
  } else if constexpr (parts_of<T>::container) {
    return any_holds_links<T, Seen...>(typename parts_of<T>::list{});
  } else if constexpr (kind_of<T>() == kind::unmanaged ||
                       kind_of<T>() == kind::circular_reference) {
    return false;
  } else if constexpr (refuse_struct<T>() != refusal::none) {
    return false;
  } else {
    return any_holds_links<T, Seen...>(member_types<T>{});
  }
}

}  // namespace gyre::wire::detail
