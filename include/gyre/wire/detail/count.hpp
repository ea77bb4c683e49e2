#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace gyre::wire::detail {

/// Converts to any type but `Owner`: `T{anything<T>{}, …}` is well-formed for as many as T has
/// members. `Owner` itself is left out, or one of them would copy the whole object. The conversion
/// is never called.
template <class Owner>
struct anything {
  template <class U>
    requires(!std::is_same_v<std::remove_cv_t<U>, Owner>)
  operator U() const noexcept { __builtin_unreachable(); }
};

/// Converts to bases of `Owner` alone.
template <class Owner>
struct any_base {
  template <class U>
    requires(std::is_base_of_v<U, Owner> && !std::is_same_v<std::remove_cv_t<U>, Owner>)
  operator U() const noexcept { __builtin_unreachable(); }
};

template <class T, std::size_t>
using anything_at = anything<T>;

template <class T, std::size_t... I>
[[nodiscard]] constexpr bool takes(std::index_sequence<I...>) noexcept {
  return requires { T{anything_at<T, I>{}...}; };
}

/// Whether T can be initialised from so many values, brace elision included.
template <class T, std::size_t Count>
[[nodiscard]] constexpr bool takes() noexcept {
  return takes<T>(std::make_index_sequence<Count>{});
}

/// The number of values that T takes, up to one over the limit of 64.
template <class T, std::size_t Count = 0>
[[nodiscard]] constexpr std::size_t count_initializers() noexcept {
  if constexpr (Count > 64) {
    return Count;
  } else if constexpr (takes<T, Count + 1>()) {
    return count_initializers<T, Count + 1>();
  } else {
    return Count;
  }
}

/// A base class takes the first initialiser, and structured bindings do not see its members.
template <class T>
[[nodiscard]] constexpr bool has_base() noexcept {
  return requires { T{any_base<T>{}}; };
}

/// Whether T takes `Before` values, then two in braces of their own, then `After`.
template <class T, std::size_t... B, std::size_t... A>
[[nodiscard]] constexpr bool takes_pair(std::index_sequence<B...>,
                                        std::index_sequence<A...>) noexcept {
  return requires {
    T{anything_at<T, B>{}..., {anything<T>{}, anything<T>{}}, anything_at<T, A>{}...};
  };
}

template <class T, std::size_t Count, std::size_t At>
[[nodiscard]] constexpr bool elides_at() noexcept {
  constexpr std::make_index_sequence<At> before{};
  return takes_pair<T>(before, std::index_sequence<>{}) &&
         !takes_pair<T>(before, std::make_index_sequence<Count - At - 1>{});
}

template <class T, std::size_t Count, std::size_t... At>
[[nodiscard]] constexpr bool elides(std::index_sequence<At...>) noexcept {
  return (elides_at<T, Count, At>() || ...);
}

/// A C array takes one initialiser for each element, which makes the count wrong. It gives itself
/// away: two values in braces go into it, and then fewer than `Count - 1` others have room.
template <class T, std::size_t Count>
[[nodiscard]] constexpr bool has_c_array() noexcept {
  if constexpr (Count < 2 || Count > 64) {
    return false;
  } else {
    return elides<T, Count>(std::make_index_sequence<Count>{});
  }
}

}  // namespace gyre::wire::detail
