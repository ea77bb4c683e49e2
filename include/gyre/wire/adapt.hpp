#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace gyre::wire {

/// How a struct is framed. MemoryPack's own rule (class or struct) is not visible in C++.
enum class kind : std::uint8_t {
  object,            ///< A C# class: a byte with the number of members, then the members, unpadded.
  unmanaged,         ///< A C# unmanaged struct: its memory, with zeros for padding. No header.
  version_tolerant,  ///< `[MemoryPackable(GenerateType.VersionTolerant)]`: each member's length.
  /// `[MemoryPackable(GenerateType.CircularReference)]`: as version tolerant, and with an identity.
  /// Held by std::shared_ptr alone, and by std::weak_ptr where it must not own: several pointers to
  /// one object are one object for the reader too, and objects may point at one another in cycles.
  /// On the host only. Who owns a cycle: see wire/dismantle.hpp.
  circular_reference,
};

/// The members of a type that is not a plain aggregate, in wire order, as pointers to members:
/// `using wire_members = gyre::wire::members<&point::x, &point::y>;`, in the class after the
/// members.
template <auto... Pointers>
struct members {
  static constexpr std::size_t size = sizeof...(Pointers);
};

/// The `[MemoryPackOrder]` of each member of a version-tolerant or circular type, ascending; a gap
/// is a member that was removed: `using wire_order = gyre::wire::order<0, 2>;`
template <std::size_t... Orders>
struct order {};

/// Describes a type from outside, for types that cannot be edited. A specialisation may have the
/// names that a type itself may have: `static constexpr auto wire_kind`, `using wire_members`,
/// `using wire_order`, and `static constexpr std::array<std::string_view, N> wire_names`.
template <class T>
struct adapt {};

namespace detail {

template <class T>
[[nodiscard]] constexpr kind kind_of() noexcept {
  if constexpr (requires { adapt<T>::wire_kind; }) {
    return adapt<T>::wire_kind;
  } else if constexpr (requires { T::wire_kind; }) {
    return T::wire_kind;
  } else {
    return kind::object;
  }
}

struct no_list {};

template <class T>
concept states_members = requires {
  typename T::wire_members;
};

template <class T>
struct member_list {
  using type = no_list;
};
template <class T>
  requires(states_members<T> && !states_members<adapt<T>>)
struct member_list<T> {
  using type = typename T::wire_members;
};
template <class T>
  requires states_members<adapt<T>>
struct member_list<T> {
  using type = typename adapt<T>::wire_members;
};

/// `members<…>` where the type or its adapter lists them, else `no_list`.
template <class T>
using member_list_t = typename member_list<T>::type;

template <class T>
inline constexpr bool lists_members = !std::is_same_v<member_list_t<T>, no_list>;

}  // namespace detail
}  // namespace gyre::wire
