#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <gyre/core/uuid.hpp>
#include <gyre/queue/queue_link.hpp>
#include <gyre/wire/codec.hpp>
#include <gyre/wire/types.hpp>

namespace gyre::detail {

template <class T>
concept has_message_id = requires(T const& m) {
  requires std::same_as<std::remove_cvref_t<decltype(m.message_id)>, uuid>;
};
template <class T>
concept has_priority = requires(T const& m) {
  requires std::same_as<std::remove_cvref_t<decltype(m.priority)>, std::uint8_t>;
};
template <class T>
concept has_actor_id = requires(T const& m) {
  requires std::same_as<std::remove_cvref_t<decltype(m.actor_id)>, std::uint64_t>;
};

/// What a message says of itself; a random id if it has none.
template <class T>
[[nodiscard]] message_info info_of(T const& message) noexcept {
  message_info info;
  if constexpr (has_message_id<T>) {
    info.id = message.message_id;
  } else {
    info.id = uuid::random();
  }
  if constexpr (has_priority<T>) info.priority = message.priority;
  if constexpr (has_actor_id<T>) info.actor = message.actor_id;
  return info;
}

template <class T>
inline constexpr bool is_view = std::is_same_v<T, std::string_view>;
template <class T>
inline constexpr bool is_view<std::span<T const>> = true;

template <class T, class... Seen>
[[nodiscard]] consteval bool borrows() noexcept;

template <class... Seen, class... Ts>
[[nodiscard]] consteval bool any_borrows(wire::detail::types<Ts...>) noexcept {
  return (borrows<Ts, Seen...>() || ...);
}

/// Whether a decoded T holds views of the bytes that it was read from. `Seen` are the types being
/// looked at, since a type may contain itself.
template <class T, class... Seen>
[[nodiscard]] consteval bool borrows() noexcept {
  if constexpr (is_view<T>) {
    return true;
  } else if constexpr ((std::is_same_v<T, Seen> || ...) || wire::detail::is_scalar<T>) {
    return false;
  } else if constexpr (wire::detail::parts_of<T>::container) {
    return any_borrows<T, Seen...>(typename wire::detail::parts_of<T>::list{});
  } else {
    return any_borrows<T, Seen...>(wire::detail::member_types<T>{});
  }
}

}  // namespace gyre::detail
