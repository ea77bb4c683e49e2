#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <gyre/wire/adapt.hpp>
#include <gyre/wire/detail/bindings.hpp>
#include <gyre/wire/detail/count.hpp>

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire {

namespace detail {

template <class T>
[[nodiscard]] constexpr std::size_t count_members() noexcept {
  if constexpr (lists_members<T>) {
    return member_list_t<T>::size;
  } else {
    return count_initializers<T>();
  }
}

template <class T, class F, auto... Pointers>
GYRE_WIRE_HOT constexpr decltype(auto) visit_listed(T& object, F&& f, members<Pointers...>) {
  return f((object.*Pointers)...);
}

/// Calls `f(member_0, …)` with references to all members, in wire order.
template <class T, class F>
GYRE_WIRE_HOT constexpr decltype(auto) visit_members(T& object, F&& f) {
  using plain = std::remove_const_t<T>;
  if constexpr (lists_members<plain>) {
    return visit_listed(object, f, member_list_t<plain>{});
  } else {
    return bind_members<count_initializers<plain>()>(object, f);
  }
}

/// A list of types, to carry and to match.
template <class... Ts>
struct types {
  static constexpr std::size_t size = sizeof...(Ts);
};

struct to_types {
  template <class... Ms>
  GYRE_FN constexpr types<Ms...> operator()(Ms&...) const noexcept {
    return {};
  }
};

/// `types<…>` of the members, in wire order.
template <class T>
using member_types = decltype(visit_members(std::declval<T&>(), to_types{}));

template <std::size_t I, class List>
struct type_at;
template <std::size_t I, class First, class... Rest>
struct type_at<I, types<First, Rest...>> : type_at<I - 1, types<Rest...>> {};
template <class First, class... Rest>
struct type_at<0, types<First, Rest...>> {
  using type = First;
};
template <std::size_t I, class List>
using type_at_t = typename type_at<I, List>::type;

template <class F>
struct each_member {
  F& f;
  std::size_t index = 0;

  template <class... Ms>
  GYRE_FN constexpr void operator()(Ms&... ms) {
    ((void)f(index++, ms), ...);
  }
};

}  // namespace detail

/// The number of members of an aggregate, or of the list that its type gives.
template <class T>
inline constexpr std::size_t member_count = detail::count_members<T>();

/// Calls `f(index, member&)` for each member in wire order; members of a const object are const.
template <class T, class F>
GYRE_FN constexpr void for_each_member(T& object, F&& f) {
  detail::each_member<std::remove_reference_t<F>> each{f};
  detail::visit_members(object, each);
}

}  // namespace gyre::wire
GYRE_WIRE_EITHER_END
