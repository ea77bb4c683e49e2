#pragma once

#include <cstdint>
#include <string_view>

#include <gyre/core/platform.hpp>

namespace gyre {

/// A message type inside Gyre: a hash of its name, so that host and device, and two builds, agree.
using type_id = std::uint64_t;

namespace detail {

template <class T>
[[nodiscard]] constexpr std::string_view raw_type_name() noexcept {
  return __PRETTY_FUNCTION__;
}

/// The compiler's own spelling of the type, with its namespaces: what `raw_type_name` says of it,
/// less the frame, which is measured on a type whose name is known.
template <class T>
[[nodiscard]] constexpr std::string_view spelled_name() noexcept {
  constexpr std::string_view probe = raw_type_name<double>();
  constexpr std::size_t prefix = probe.find("double");
  constexpr std::size_t suffix = probe.size() - prefix - std::string_view("double").size();
  constexpr std::string_view raw = raw_type_name<T>();
  return raw.substr(prefix, raw.size() - prefix - suffix);
}

/// Where a spelled name's namespaces end. What stands in angle brackets is passed over: a
/// template's arguments, and the name that nvcc gives a namespace without one, `<unnamed>`.
[[nodiscard]] constexpr std::size_t after_namespaces(std::string_view name) noexcept {
  std::size_t end = 0;
  int depth = 0;
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] == '>') --depth;
    if (depth == 0 && name[i] == ':' && name[i + 1] == ':') end = i + 2;
  }
  return end;
}

/// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view text) noexcept {
  std::uint64_t h = 0xCBF29CE484222325ULL;
  for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return h;
}

}  // namespace detail

/// The type's name: its own `static constexpr std::string_view gyre_name` if it states one (for a
/// name that outlives a rename, or an alias shared with another language), else the spelled name
/// without its namespaces.
template <class T>
[[nodiscard]] constexpr std::string_view type_name() noexcept {
  if constexpr (requires { std::string_view(T::gyre_name); }) {
    return T::gyre_name;
  } else {
    constexpr std::string_view full = detail::spelled_name<T>();
    return full.substr(detail::after_namespaces(full));
  }
}

/// `type_name` hashed at compile time. Never 0, which stands for "no type".
template <class T>
inline constexpr type_id type_id_of = detail::fnv1a(type_name<T>()) | 1U;

/// The same in an envelope, where room is dear: the id's halves, folded. Two messages of one actor
/// with the same code do not compile.
using type_code = std::uint32_t;

[[nodiscard]] GYRE_FN constexpr type_code code_of(type_id id) noexcept {
  return static_cast<type_code>(id >> 32 ^ id) | 1U;
}
template <class T>
inline constexpr type_code type_code_of = code_of(type_id_of<T>);

}  // namespace gyre
