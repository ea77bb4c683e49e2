#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/detail/object.hpp>
#include <gyre/wire/detail/raw_words.hpp>
#include <gyre/wire/detail/tuple.hpp>

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

/// A type each byte of whose encoding stands at the same place, whatever the value. Where `exists`,
/// a specialisation has `size`, and at a place At that is known at compile time
///   `put<At>(value, words)`         adds the value's bytes to words that are zero there,
///   `get<At>(words, value, status)` reads and checks it; false, with the status set, if refused.
template <class T>
struct placed {
  static constexpr bool exists = false;
};

template <class T>
inline constexpr bool is_placed = placed<T>::exists;

/// Notes what is wrong at this place. Apart from the reader, which is inlined whole.
GYRE_WIRE_COLD inline void note_place(status& what, fault code, std::size_t at) noexcept {
  what = status{};
  what.code = code;
  what.offset = static_cast<std::uint32_t>(at);
}

template <class T>
  requires is_raw<T>
struct placed<T> {
  static constexpr bool exists = true;
  static constexpr std::size_t size = raw<T>::size;

  template <std::size_t At>
  static GYRE_WIRE_HOT void put(T const& value, std::uint32_t* words) noexcept {
    raw_words<T>::template put<At>(value, words);
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT bool get(std::uint32_t const* words, T& out, status& what) noexcept {
    fault const code = raw_words<T>::template get<At>(words, out);
    if (code == fault::none) [[likely]]
      return true;
    note_place(what, code, At);
    return false;
  }
};

/// Members one after another, from At on.
template <class... Ms>
struct placed_members {
  static constexpr std::size_t size = (placed<Ms>::size + ... + 0);

  /// Where member i is, from the first one on.
  [[nodiscard]] static constexpr std::size_t offset(std::size_t i) noexcept {
    std::size_t const sizes[] = {placed<Ms>::size..., 0};
    std::size_t at = 0;
    for (std::size_t k = 0; k < i; ++k) at += sizes[k];
    return at;
  }

  template <std::size_t At, std::size_t... I>
  static GYRE_WIRE_HOT void put([[maybe_unused]] std::uint32_t* words, std::index_sequence<I...>,
                                Ms const&... ms) noexcept {
    (placed<Ms>::template put<At + offset(I)>(ms, words), ...);
  }
  template <std::size_t At, std::size_t... I>
  static GYRE_WIRE_HOT bool get([[maybe_unused]] std::uint32_t const* words,
                                [[maybe_unused]] status& what, std::index_sequence<I...>,
                                Ms&... ms) noexcept {
    return (one<At, I>(words, ms, what) && ...);
  }

 private:
  template <std::size_t At, std::size_t I, class M>
  static GYRE_WIRE_HOT bool one(std::uint32_t const* words, M& m, status& what) noexcept {
    if (placed<M>::template get<At + offset(I)>(words, m, what)) [[likely]]
      return true;
    what.enclose(static_cast<std::uint32_t>(I));
    return false;
  }
};

template <std::size_t At>
struct members_to_words {
  std::uint32_t* words;
  template <class... Ms>
  GYRE_WIRE_HOT void operator()(Ms const&... ms) const noexcept {
    placed_members<Ms...>::template put<At>(words, std::index_sequence_for<Ms...>{}, ms...);
  }
};
template <std::size_t At>
struct members_from_words {
  std::uint32_t const* words;
  status& what;
  template <class... Ms>
  GYRE_WIRE_HOT bool operator()(Ms&... ms) const noexcept {
    return placed_members<Ms...>::template get<At>(words, what, std::index_sequence_for<Ms...>{},
                                                   ms...);
  }
};

template <class List>
inline constexpr bool all_placed = false;
template <class... Ms>
inline constexpr bool all_placed<types<Ms...>> = (is_placed<Ms> && ...);

template <class List>
struct placed_size;
template <class... Ms>
struct placed_size<types<Ms...>> {
  static constexpr std::size_t value = placed_members<Ms...>::size;
};

template <class T>
[[nodiscard]] constexpr bool is_placed_object() noexcept {
  if constexpr (is_framed<T>(kind::object)) {
    return all_placed<member_types<T>>;
  } else {
    return false;
  }
}

/// A byte with the number of members, which must be all of them, and the members.
template <class T>
  requires(is_placed_object<T>())
struct placed<T> {
  static constexpr bool exists = true;
  static constexpr std::size_t size = 1 + placed_size<member_types<T>>::value;
  static constexpr auto count = static_cast<std::uint8_t>(member_types<T>::size);

  template <std::size_t At>
  static GYRE_WIRE_HOT void put(T const& value, std::uint32_t* words) noexcept {
    put_bits<At>(words, count);
    visit_members(value, members_to_words<At + 1>{words});
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT bool get(std::uint32_t const* words, T& out, status& what) noexcept {
    auto const header = get_bits<At, std::uint8_t>(words);
    if (header != count) [[unlikely]] {
      bool const null = header == static_cast<std::uint8_t>(null_object);
      note_place(what, null ? fault::null_not_allowed : fault::bad_header, At);
      return false;
    }
    return visit_members(out, members_from_words<At + 1>{words, what});
  }
};

/// The count, which must be N, and the elements.
template <class E, std::size_t N>
  requires is_placed<E>
struct placed<std::array<E, N>> {
  static constexpr bool exists = true;
  static constexpr std::size_t size = 4 + N * placed<E>::size;

  template <std::size_t At>
  static GYRE_WIRE_HOT void put(std::array<E, N> const& value, std::uint32_t* words) noexcept {
    put_bits<At>(words, static_cast<std::uint32_t>(N));
    put_all<At + 4>(value.data(), words, std::make_index_sequence<N>{});
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT bool get(std::uint32_t const* words, std::array<E, N>& out,
                                status& what) noexcept {
    auto const header = static_cast<std::int32_t>(get_bits<At, std::uint32_t>(words));
    if (header != static_cast<std::int32_t>(N)) [[unlikely]] {
      note_place(what, wrong_count(header), At);
      return false;
    }
    return get_all<At + 4>(words, out.data(), what, std::make_index_sequence<N>{});
  }

 private:
  [[nodiscard]] GYRE_FN static constexpr fault wrong_count(std::int32_t count) noexcept {
    if (count == null_collection) return fault::null_not_allowed;
    return count < static_cast<std::int32_t>(N) ? fault::bad_length : fault::over_capacity;
  }

  template <std::size_t At, std::size_t... I>
  static GYRE_WIRE_HOT void put_all([[maybe_unused]] E const* items,
                                    [[maybe_unused]] std::uint32_t* words,
                                    std::index_sequence<I...>) noexcept {
    (placed<E>::template put<At + I * placed<E>::size>(items[I], words), ...);
  }
  template <std::size_t At, std::size_t... I>
  static GYRE_WIRE_HOT bool get_all([[maybe_unused]] std::uint32_t const* words,
                                    [[maybe_unused]] E* items, [[maybe_unused]] status& what,
                                    std::index_sequence<I...>) noexcept {
    return (one<At + I * placed<E>::size, I>(words, items[I], what) && ...);
  }
  template <std::size_t At, std::size_t I>
  static GYRE_WIRE_HOT bool one(std::uint32_t const* words, E& item, status& what) noexcept {
    if (placed<E>::template get<At>(words, item, what)) [[likely]]
      return true;
    what.enclose(static_cast<std::uint32_t>(I));
    return false;
  }
};

/// Tuples and pairs that are not unmanaged: the parts.
template <class Tuple, class... Ts>
struct placed_tuple {
  static constexpr bool exists = true;
  static constexpr std::size_t size = placed_members<Ts...>::size;

  template <std::size_t At>
  static GYRE_WIRE_HOT void put(Tuple const& value, std::uint32_t* words) noexcept {
    std::apply(members_to_words<At>{words}, value);
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT bool get(std::uint32_t const* words, Tuple& out, status& what) noexcept {
    return std::apply(members_from_words<At>{words, what}, out);
  }
};

template <class... Ts>
  requires(!is_raw<std::tuple<Ts...>> && all_placed<types<Ts...>>)
struct placed<std::tuple<Ts...>> : placed_tuple<std::tuple<Ts...>, Ts...> {};

template <class A, class B>
  requires(!is_raw<std::pair<A, B>> && all_placed<types<A, B>>)
struct placed<std::pair<A, B>> : placed_tuple<std::pair<A, B>, A, B> {};

/// Moves all words, in quads; Bytes is a multiple of 16.
template <std::size_t Bytes, std::size_t... Quad>
GYRE_WIRE_HOT void store_words(std::uint32_t const* words, std::byte* out,
                               std::index_sequence<Quad...>) noexcept {
  (platform::store_quad(out + 16 * Quad, {{words[4 * Quad], words[4 * Quad + 1],
                                           words[4 * Quad + 2], words[4 * Quad + 3]}}),
   ...);
}
template <std::size_t Bytes>
GYRE_WIRE_HOT void store_words(std::uint32_t const* words, std::byte* out) noexcept {
  store_words<Bytes>(words, out, std::make_index_sequence<Bytes / 16>{});
}

template <std::size_t Quad>
GYRE_WIRE_HOT void load_quad_at(std::byte const* in, std::uint32_t* words) noexcept {
  platform::quad const q = platform::load_quad(in + 16 * Quad);
  words[4 * Quad] = q.words[0];
  words[4 * Quad + 1] = q.words[1];
  words[4 * Quad + 2] = q.words[2];
  words[4 * Quad + 3] = q.words[3];
}
template <std::size_t... Quad>
GYRE_WIRE_HOT void load_words(std::byte const* in, std::uint32_t* words,
                              std::index_sequence<Quad...>) noexcept {
  (load_quad_at<Quad>(in, words), ...);
}
template <std::size_t Bytes>
GYRE_WIRE_HOT void load_words(std::byte const* in, std::uint32_t* words) noexcept {
  load_words(in, words, std::make_index_sequence<Bytes / 16>{});
}

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
