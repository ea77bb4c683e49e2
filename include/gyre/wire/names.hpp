#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gyre/wire/reflect.hpp>

namespace gyre::wire {

namespace detail {

#if defined(__CUDACC__)
/// A T that is named and never defined: only the compiler's spelling of its members is used. (Given
/// a definition, nvcc 13 confuses the addresses of its members; so local types have no names
/// there.)
template <class T>
struct name_source {
  static T const value;
};
#else
/// A T that is never made: only the compiler's spelling of its members is used. (Without a
/// definition, local types would have no names.)
template <class T>
struct name_source {
  union holder {
    char none;
    T member;
    constexpr holder() noexcept : none() {}
    constexpr ~holder() {}
  };
  static inline holder storage;
  static constexpr T& value = storage.member;
};
#endif

/// clang 14 takes a pointer into an object as a template argument only inside a class; g++ 12 fails
/// (an internal error) with the class.
template <class M>
struct name_pointer {
  M* at;
};
template <class M>
name_pointer(M*) -> name_pointer<M>;

template <std::size_t I>
struct pointer_to {
  template <class First, class... Rest>
  constexpr auto operator()(First& first, Rest&... rest) const noexcept {
    if constexpr (I == 0) {
#if defined(__clang__)
      return name_pointer{&first};
#else
      return &first;
#endif
    } else {
      return pointer_to<I - 1>{}(rest...);
    }
  }
};

template <auto Member>
[[nodiscard]] constexpr auto spelled_member() noexcept {
  return std::string_view(__PRETTY_FUNCTION__);
}

[[nodiscard]] constexpr bool is_identifier(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The last identifier of the compiler's spelling, `… Member = (& source<T>.T::name)]`.
[[nodiscard]] constexpr std::string_view last_identifier(std::string_view spelled) noexcept {
  std::size_t end = spelled.size();
  while (end > 0 && !is_identifier(spelled[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_identifier(spelled[begin - 1])) --begin;
  return spelled.substr(begin, end - begin);
}

template <auto... Pointers>
[[nodiscard]] constexpr auto listed_names(members<Pointers...>) noexcept {
  return std::array<std::string_view, sizeof...(Pointers)>{
      last_identifier(spelled_member<Pointers>())...};
}

template <class T, std::size_t... I>
[[nodiscard]] constexpr auto bound_names(std::index_sequence<I...>) noexcept {
  return std::array<std::string_view, sizeof...(I)>{
      last_identifier(spelled_member<visit_members(name_source<T>::value, pointer_to<I>{})>())...};
}

}  // namespace detail

/// The names of the members in wire order, for tools: from `wire_names` where the type or its
/// adapter states them (names that another language knows), else as spelled in the struct.
template <class T>
[[nodiscard]] constexpr auto member_names() noexcept {
  using names = std::array<std::string_view, member_count<T>>;
  if constexpr (requires { adapt<T>::wire_names; }) {
    return names(adapt<T>::wire_names);
  } else if constexpr (requires { T::wire_names; }) {
    return names(T::wire_names);
  } else if constexpr (detail::lists_members<T>) {
    return names(detail::listed_names(detail::member_list_t<T>{}));
  } else {
    return names(detail::bound_names<T>(std::make_index_sequence<member_count<T>>{}));
  }
}

}  // namespace gyre::wire
