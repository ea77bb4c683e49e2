#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gyre/core/uuid.hpp>
#include <gyre/wire/detail/raw.hpp>
#include <gyre/wire/reflect.hpp>

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

// Bytes at places that are known at compile time, in 32-bit words. All indices and shifts are
// constants and all is inlined, so that the words are registers.

/// Adds the bytes of an unsigned number, at byte At, to words that are zero there.
template <std::size_t At, class U>
GYRE_WIRE_HOT void put_bits(std::uint32_t* words, U bits) noexcept {
  if constexpr (sizeof(U) == 8) {
    put_bits<At>(words, static_cast<std::uint32_t>(bits));
    put_bits<At + 4>(words, static_cast<std::uint32_t>(bits >> 32U));
  } else {
    constexpr std::size_t shift = At % 4 * 8;
    words[At / 4] |= static_cast<std::uint32_t>(bits) << shift;
    if constexpr (At % 4 + sizeof(U) > 4) {
      words[At / 4 + 1] |= static_cast<std::uint32_t>(bits) >> (32 - shift);
    }
  }
}

/// The unsigned number at byte At.
template <std::size_t At, class U>
[[nodiscard]] GYRE_WIRE_HOT U get_bits(std::uint32_t const* words) noexcept {
  if constexpr (sizeof(U) == 8) {
    return static_cast<U>(get_bits<At, std::uint32_t>(words)) |
           static_cast<U>(get_bits<At + 4, std::uint32_t>(words)) << 32U;
  } else {
    constexpr std::size_t shift = At % 4 * 8;
    std::uint32_t bits = words[At / 4] >> shift;
    if constexpr (At % 4 + sizeof(U) > 4) bits |= words[At / 4 + 1] << (32 - shift);
    return static_cast<U>(bits);
  }
}

/// `raw<T>` in words: `put<At>(value, words)` and `get<At>(words, value)`, where `words` has the
/// whole message. What `raw<T>` writes and refuses, this writes and refuses.
template <class T>
struct raw_words;

template <std::size_t Size>
using bits_of_size = std::conditional_t<
    Size == 1, std::uint8_t,
    std::conditional_t<Size == 2, std::uint16_t,
                       std::conditional_t<Size == 4, std::uint32_t, std::uint64_t>>>;

template <class T>
  requires is_scalar<T>
struct raw_words<T> {
  using bits = bits_of_size<sizeof(T)>;

  template <std::size_t At>
  static GYRE_WIRE_HOT void put(T const& value, std::uint32_t* words) noexcept {
    // Copied as what it is: nvcc takes memcpy's source for unaligned, and would read bytes.
    T const copy = value;
    bits b;
    std::memcpy(&b, &copy, sizeof b);
    put_bits<At>(words, b);
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT fault get(std::uint32_t const* words, T& out) noexcept {
    auto const b = get_bits<At, bits>(words);
    return raw<T>::load(reinterpret_cast<std::byte const*>(&b), out);
  }
};

template <>
struct raw_words<uuid> {
  template <std::size_t At>
  static GYRE_WIRE_HOT void put(uuid const& value, std::uint32_t* words) noexcept {
    std::uint32_t part[4];
    std::memcpy(part, &value, sizeof part);
    put_bits<At>(words, part[0]);
    put_bits<At + 4>(words, part[1]);
    put_bits<At + 8>(words, part[2]);
    put_bits<At + 12>(words, part[3]);
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT fault get(std::uint32_t const* words, uuid& out) noexcept {
    std::uint32_t const part[4] = {
        get_bits<At, std::uint32_t>(words), get_bits<At + 4, std::uint32_t>(words),
        get_bits<At + 8, std::uint32_t>(words), get_bits<At + 12, std::uint32_t>(words)};
    std::memcpy(&out, part, sizeof part);
    return fault::none;
  }
};

template <class T>
  requires is_raw<std::optional<T>>
struct raw_words<std::optional<T>> {
  template <std::size_t At>
  static GYRE_WIRE_HOT void put(std::optional<T> const& value, std::uint32_t* words) noexcept {
    if (!value.has_value()) return;
    put_bits<At>(words, std::uint8_t{1});
    raw_words<T>::template put<At + raw<T>::align>(*value, words);
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT fault get(std::uint32_t const* words, std::optional<T>& out) noexcept {
    auto const flag = get_bits<At, std::uint8_t>(words);
    if (flag > 1) return fault::bad_bool;
    if (flag == 0) {
      out.reset();
      return fault::none;
    }
    T value{};
    fault const code = raw_words<T>::template get<At + raw<T>::align>(words, value);
    out = value;
    return code;
  }
};

/// Members of an unmanaged struct that begins at At.
template <std::size_t At>
struct raw_to_words {
  std::uint32_t* words;
  template <class... Ms>
  GYRE_WIRE_HOT void operator()(Ms const&... ms) const noexcept {
    all(std::index_sequence_for<Ms...>{}, ms...);
  }

 private:
  template <std::size_t... I, class... Ms>
  GYRE_WIRE_HOT void all(std::index_sequence<I...>, Ms const&... ms) const noexcept {
    using layout = raw_layout<Ms...>;
    (raw_words<Ms>::template put<At + layout::offset(I)>(ms, words), ...);
  }
};
template <std::size_t At>
struct raw_from_words {
  std::uint32_t const* words;
  template <class... Ms>
  GYRE_WIRE_HOT fault operator()(Ms&... ms) const noexcept {
    return all(std::index_sequence_for<Ms...>{}, ms...);
  }

 private:
  template <std::size_t... I, class... Ms>
  GYRE_WIRE_HOT fault all(std::index_sequence<I...>, Ms&... ms) const noexcept {
    using layout = raw_layout<Ms...>;
    fault code = fault::none;
    (void)(((code = raw_words<Ms>::template get<At + layout::offset(I)>(words, ms)) ==
            fault::none) &&
           ...);
    return code;
  }
};

template <class T>
  requires(is_raw_struct<T>())
struct raw_words<T> {
  template <std::size_t At>
  static GYRE_WIRE_HOT void put(T const& value, std::uint32_t* words) noexcept {
    visit_members(value, raw_to_words<At>{words});
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT fault get(std::uint32_t const* words, T& out) noexcept {
    fault code = visit_members(out, raw_from_words<At>{words});
    if constexpr (raw<T>::asks) {
      if (code == fault::none && !out.wire_accept()) code = fault::bad_value;
    }
    return code;
  }
};

template <class... Ts>
  requires is_raw<std::tuple<Ts...>>
struct raw_words<std::tuple<Ts...>> {
  using layout = auto_layout<Ts...>;

  template <std::size_t At>
  static GYRE_WIRE_HOT void put(std::tuple<Ts...> const& value, std::uint32_t* words) noexcept {
    put_all<At>(value, words, std::index_sequence_for<Ts...>{});
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT fault get(std::uint32_t const* words, std::tuple<Ts...>& out) noexcept {
    return get_all<At>(words, out, std::index_sequence_for<Ts...>{});
  }

 private:
  template <std::size_t At, std::size_t... I>
  static GYRE_WIRE_HOT void put_all([[maybe_unused]] std::tuple<Ts...> const& value,
                                    [[maybe_unused]] std::uint32_t* words,
                                    std::index_sequence<I...>) noexcept {
    (raw_words<Ts>::template put<At + layout::template at<I>::value>(std::get<I>(value), words),
     ...);
  }
  template <std::size_t At, std::size_t... I>
  static GYRE_WIRE_HOT fault get_all([[maybe_unused]] std::uint32_t const* words,
                                     [[maybe_unused]] std::tuple<Ts...>& out,
                                     std::index_sequence<I...>) noexcept {
    fault code = fault::none;
    (void)(((code = raw_words<Ts>::template get<At + layout::template at<I>::value>(
                 words, std::get<I>(out))) == fault::none) &&
           ...);
    return code;
  }
};

template <class A, class B>
  requires is_raw<std::pair<A, B>>
struct raw_words<std::pair<A, B>> {
  template <std::size_t At>
  static GYRE_WIRE_HOT void put(std::pair<A, B> const& value, std::uint32_t* words) noexcept {
    raw_to_words<At>{words}(value.first, value.second);
  }
  template <std::size_t At>
  static GYRE_WIRE_HOT fault get(std::uint32_t const* words, std::pair<A, B>& out) noexcept {
    return raw_from_words<At>{words}(out.first, out.second);
  }
};

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
