#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <gyre/wire/detail/circular.hpp>
#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/detail/nullable.hpp>
#include <gyre/wire/detail/object.hpp>
#include <gyre/wire/detail/union.hpp>
#include <gyre/wire/detail/version_tolerant.hpp>
#include <gyre/wire/grid.hpp>

/// \file
/// One way through a value that holds references, in the order of the wire: for measuring it, for
/// writing it and for taking it apart. Whatever holds no references is handed over whole.
///
/// A visitor ("sink") has
///   `plain(value)`             a part without references,
///   `null<T>()` of an optional T, `byte(u8)`, `i32(n)`, `tag(u16)`   pieces of framing,
///   `descend()`, `ascend()`    round what the reader counts as a level; false: too deep,
///   `link(shared_ptr, owns)`   a reference, null or not,
///   `open<T>(id)`, `position()`, `close(slot, position)`   round the members that have lengths,
///   `enclose(step)`            a level of the path, on the way out of what was refused.

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

/// Whether all of the value was visited.
template <class T, class Sink>
[[nodiscard]] bool walk(T const& value, Sink& sink);

template <class T, class Sink>
[[nodiscard]] bool walk_at(std::size_t step, T const& value, Sink& sink) {
  if (walk(value, sink)) return true;
  sink.enclose(static_cast<std::uint32_t>(step));
  return false;
}

/// Members one after another, each a step of the path.
template <class Sink>
struct walk_members {
  Sink& sink;

  template <class... Ms>
  bool operator()(Ms const&... ms) const {
    std::size_t index = 0;
    return (walk_at(index++, ms, sink) && ...);
  }
};

/// Members that have lengths. `slot` is what `open` returned.
template <class Sink>
struct walk_slots {
  Sink& sink;
  std::size_t slot;

  template <class... Ms>
  bool operator()(Ms const&... ms) const {
    std::size_t index = 0;
    return (one(index++, ms) && ...);
  }

 private:
  template <class M>
  bool one(std::size_t index, M const& m) const {
    std::size_t const from = sink.position();
    if (!walk_at(index, m, sink)) return false;
    sink.close(slot + index, from);
    return true;
  }
};

/// `no_id` for objects that are version-tolerant and no more.
inline constexpr std::int64_t no_id = -1;

template <class T, class Sink>
[[nodiscard]] bool walk_tolerant(T const& object, std::int64_t id, Sink& sink) {
  std::size_t const slot = sink.template open<T>(id);
  return visit_members(object, walk_slots<Sink>{sink, slot});
}

template <class C, class Sink>
[[nodiscard]] bool walk_elements(C const& elements, Sink& sink) {
  sink.i32(elements.size());
  if (!sink.descend()) return false;
  std::size_t index = 0;
  for (auto const& element : elements) {
    if constexpr (is_map<C>) {
      if (!walk_at(index++, element.first, sink)) return false;
      if (!walk_at(index++, element.second, sink)) return false;
    } else {
      if (!walk_at(index++, element, sink)) return false;
    }
  }
  sink.ascend();
  return true;
}

template <class Sink, class... Ts, std::uint16_t... Tags>
[[nodiscard]] bool walk_union(std::variant<Ts...> const& value,
                              std::integer_sequence<std::uint16_t, Tags...>, Sink& sink) {
  std::size_t index = 0;
  bool well = true;
  (void)((index++ == value.index() &&
          (sink.tag(Tags), well = walk_at(value.index(), *std::get_if<Ts>(&value), sink), true)) ||
         ...);
  return well;
}

/// The tags of a plain variant are 0, 1, 2, …
template <class Sink, class... Ts>
[[nodiscard]] bool walk_union(std::variant<Ts...> const& value, Sink& sink) {
  return walk_union(value, std::make_integer_sequence<std::uint16_t, sizeof...(Ts)>{}, sink);
}
template <class Sink, class... Alts>
[[nodiscard]] bool walk_union(tagged_union<Alts...> const& value, Sink& sink) {
  return walk_union(value.value, std::integer_sequence<std::uint16_t, Alts::tag...>{}, sink);
}

template <class T, std::size_t Rank, class Sink>
[[nodiscard]] bool walk_grid(grid<T, Rank> const& value, Sink& sink) {
  sink.byte(Rank + 1);
  for (std::uint32_t const extent : value.extents) sink.i32(extent);
  return walk_elements(value.cells, sink);
}

template <class T>
inline constexpr bool is_grid = false;
template <class T, std::size_t Rank>
inline constexpr bool is_grid<grid<T, Rank>> = true;

template <class T, class Sink>
[[nodiscard]] bool walk_link(std::shared_ptr<T> const& link, Sink& sink) {
  return sink.link(link, true);
}
template <class T, class Sink>
[[nodiscard]] bool walk_link(std::weak_ptr<T> const& link, Sink& sink) {
  return sink.link(link.lock(), false);
}

/// An optional, or an owned pointer, which is a level for the reader.
template <class T, class Sink>
[[nodiscard]] bool walk_optional(T const& value, Sink& sink) {
  using inner = type_at_t<0, typename parts_of<T>::list>;
  constexpr bool owned = std::is_same_v<T, std::unique_ptr<inner>>;
  if (!value) {
    sink.template null<T>();
    return true;
  }
  if constexpr (is_tuple<inner>) sink.byte(1);
  if constexpr (owned) {
    if (!sink.descend()) return false;
  }
  if (!walk(*value, sink)) return false;
  if constexpr (owned) sink.ascend();
  return true;
}

template <class T, class Sink>
bool walk(T const& value, Sink& sink) {
  static_assert(codec<T>::least != 0, "asked, so that the codec says why T has no place there");
  if constexpr (!holds_links<T>()) {
    sink.plain(value);
    return true;
  } else if constexpr (is_link<T>) {
    return walk_link(value, sink);
  } else if constexpr (is_optional<T>) {
    return walk_optional(value, sink);
  } else if constexpr (is_tuple<T>) {
    return std::apply(walk_members<Sink>{sink}, value);
  } else if constexpr (is_union<T>) {
    return walk_union(value, sink);
  } else if constexpr (is_grid<T>) {
    return walk_grid(value, sink);
  } else if constexpr (parts_of<T>::container) {
    return walk_elements(value, sink);
  } else if constexpr (kind_of<T>() == kind::version_tolerant) {
    return walk_tolerant(value, no_id, sink);
  } else {
    sink.byte(member_count<T>);
    return visit_members(value, walk_members<Sink>{sink});
  }
}

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
