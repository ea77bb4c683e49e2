#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

namespace gyre::wire {

/// An alternative of a union and the tag that `[MemoryPackUnion(tag, typeof(T))]` gives it.
template <std::uint16_t Tag, class T>
struct alternative {
  static constexpr std::uint16_t tag = Tag;
  using type = T;
};

/// A union whose tags are not just 0, 1, 2…: that a plain std::variant stands for. Null is not one
/// of its values; for that, wrap it in std::optional.
template <class... Alternatives>
struct tagged_union {
  std::variant<typename Alternatives::type...> value;

  friend bool operator==(tagged_union const&, tagged_union const&) = default;
};

}  // namespace gyre::wire
