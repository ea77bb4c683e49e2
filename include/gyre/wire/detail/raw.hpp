#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gyre/core/uuid.hpp>
#include <gyre/wire/detail/bytes.hpp>
#include <gyre/wire/detail/parts.hpp>
#include <gyre/wire/status.hpp>

namespace gyre::wire::detail {

/// The memory of a C# unmanaged value: what stands on the wire is its bytes, padding included.
/// A specialisation has `size` and `align` as in C#; `copyable`, whether C++ has the same bytes
/// and any bytes will do; `store` and `load`, of exactly `size` bytes, without any check of bounds.
template <class T>
struct raw {
  static constexpr bool exists = false;
};

template <class T>
inline constexpr bool is_raw = raw<T>::exists;

template <class T>
  requires is_scalar<T>
struct raw<T> {
  static constexpr bool exists = true;
  static constexpr std::size_t size = sizeof(T);
  static constexpr std::size_t align = sizeof(T);
  static constexpr bool copyable = !std::is_same_v<T, bool> && !std::is_same_v<T, char32_t>;

  static GYRE_WIRE_HOT void store(T const& value, std::byte* out) noexcept {
    std::memcpy(out, &value, sizeof value);
  }
  static GYRE_WIRE_HOT fault load(std::byte const* at, T& out) noexcept {
    if constexpr (std::is_same_v<T, bool>) {
      auto const byte = static_cast<std::uint8_t>(*at);
      if (byte > 1) return fault::bad_bool;
      out = byte != 0;
    } else {
      std::memcpy(&out, at, sizeof out);
      if constexpr (std::is_same_v<T, char32_t>) {
        if (out > 0x10FFFF || (out >= 0xD800 && out <= 0xDFFF)) return fault::bad_value;
      }
    }
    return fault::none;
  }
};

/// .NET's Guid holds an int, so it is aligned to 4, though ours is bytes.
template <>
struct raw<uuid> {
  static constexpr bool exists = true;
  static constexpr std::size_t size = 16;
  static constexpr std::size_t align = 4;
  static constexpr bool copyable = true;

  static GYRE_WIRE_HOT void store(uuid const& value, std::byte* out) noexcept {
    std::memcpy(out, &value, 16);
  }
  static GYRE_WIRE_HOT fault load(std::byte const* at, uuid& out) noexcept {
    std::memcpy(&out, at, 16);
    return fault::none;
  }
};

/// Nullable<T>: a flag, zeros up to T's alignment, T; all zeros for null. The TypeScript reader
/// tests the whole word of the flag, so the zeros matter; this reader looks at the flag alone.
template <class T>
  requires(is_raw<T> && !is_optional<T>)
struct raw<std::optional<T>> {
  static constexpr bool exists = true;
  static constexpr std::size_t align = raw<T>::align;
  static constexpr std::size_t size = align + raw<T>::size;
  static constexpr bool copyable = false;

  static GYRE_WIRE_HOT void store(std::optional<T> const& value, std::byte* out) noexcept {
    std::memset(out, 0, size);
    if (value.has_value()) {
      *out = std::byte{1};
      raw<T>::store(*value, out + align);
    }
  }
  static GYRE_WIRE_HOT fault load(std::byte const* at, std::optional<T>& out) noexcept {
    auto const flag = static_cast<std::uint8_t>(*at);
    if (flag > 1) return fault::bad_bool;
    if (flag == 0) {
      out.reset();
      return fault::none;
    }
    T value{};
    fault const code = raw<T>::load(at + align, value);
    out = value;
    return code;
  }
};

/// Where the members of a sequence of unmanaged members lie, by the rules of the C ABI (and of C#'s
/// LayoutKind.Sequential): each at the next multiple of its alignment, the whole padded to its own.
template <class... Ms>
struct raw_layout {
  static constexpr std::size_t align = std::max({std::size_t{1}, raw<Ms>::align...});

  [[nodiscard]] static constexpr std::size_t offset(std::size_t index) noexcept {
    std::size_t const sizes[] = {raw<Ms>::size..., 0};
    std::size_t const aligns[] = {raw<Ms>::align..., align};
    std::size_t at = 0;
    for (std::size_t i = 0; i < index; ++i) at = align_up(at, aligns[i]) + sizes[i];
    return align_up(at, aligns[index]);
  }
  static constexpr std::size_t size = sizeof...(Ms) == 0 ? 1 : offset(sizeof...(Ms));
  static constexpr bool padded = (raw<Ms>::size + ... + 0) != size;

  template <std::size_t I>
  using at = std::integral_constant<std::size_t, offset(I)>;

  template <std::size_t... I>
  static GYRE_WIRE_HOT void store(std::byte* out, std::index_sequence<I...>,
                                  Ms const&... ms) noexcept {
    if constexpr (padded) std::memset(out, 0, size);
    (raw<Ms>::store(ms, out + at<I>::value), ...);
  }
  template <std::size_t... I>
  static GYRE_WIRE_HOT fault load(std::byte const* from, std::index_sequence<I...>,
                                  Ms&... ms) noexcept {
    fault code = fault::none;
    (void)(((code = raw<Ms>::load(from + at<I>::value, ms)) == fault::none) && ...);
    return code;
  }
};

struct raw_storer {
  std::byte* out;
  template <class... Ms>
  GYRE_WIRE_HOT void operator()(Ms const&... ms) const noexcept {
    raw_layout<Ms...>::store(out, std::index_sequence_for<Ms...>{}, ms...);
  }
};
struct raw_loader {
  std::byte const* from;
  template <class... Ms>
  GYRE_WIRE_HOT fault operator()(Ms&... ms) const noexcept {
    return raw_layout<Ms...>::load(from, std::index_sequence_for<Ms...>{}, ms...);
  }
};

template <class List>
inline constexpr bool all_raw = false;
template <class... Ms>
inline constexpr bool all_raw<types<Ms...>> = (is_raw<Ms> && ...);

template <class List>
struct raw_members;
template <class... Ms>
struct raw_members<types<Ms...>> {
  static constexpr bool copyable = (raw<Ms>::copyable && ...);
  using layout = raw_layout<Ms...>;
  static constexpr std::size_t packed_size = (sizeof(Ms) + ... + 0);
};

template <class T>
[[nodiscard]] constexpr bool is_raw_struct() noexcept {
  if constexpr (parts_of<T>::container || !std::is_class_v<T>) {
    return false;
  } else if constexpr (kind_of<T>() != kind::unmanaged || refuse_struct<T>() != refusal::none) {
    return false;
  } else {
    return all_raw<member_types<T>>;
  }
}

/// The alignment of a struct whose members' are `natural`: C# aligns Int128 more than its parts.
template <class T>
[[nodiscard]] constexpr std::size_t stated_align(std::size_t natural) noexcept {
  if constexpr (requires { std::size_t{T::wire_align}; }) {
    return std::max(natural, T::wire_align);
  } else {
    return natural;
  }
}

/// A struct that says `wire_kind = kind::unmanaged`, of unmanaged members. It may have a function
/// `bool wire_accept()`, which is called on every value read and says whether it will do.
template <class T>
  requires(is_raw_struct<T>())
struct raw<T> {
  static constexpr bool exists = true;
  using parts = raw_members<member_types<T>>;
  using layout = typename parts::layout;
  static constexpr bool asks = requires(T value) { value.wire_accept(); };
  static constexpr std::size_t align = stated_align<T>(layout::align);
  static constexpr std::size_t size = align_up(layout::size, align);
  // With no padding on either side, members in the same order lie at the same places.
  static constexpr bool same_memory = parts::copyable && std::is_trivially_copyable_v<T> &&
                                      sizeof(T) == size && parts::packed_size == size;
  static constexpr bool copyable = same_memory && !asks;

  static GYRE_WIRE_HOT void store(T const& value, std::byte* out) noexcept {
    if constexpr (same_memory) {
      std::memcpy(out, &value, size);
    } else {
      visit_members(value, raw_storer{out});
    }
  }
  static GYRE_WIRE_HOT fault load(std::byte const* at, T& out) noexcept {
    fault code = fault::none;
    if constexpr (same_memory) {
      std::memcpy(&out, at, size);
    } else {
      code = visit_members(out, raw_loader{at});
    }
    if constexpr (asks) {
      if (code == fault::none && !out.wire_accept()) code = fault::bad_value;
    }
    return code;
  }
};

/// How C#'s runtime places one part of a ValueTuple.
struct auto_part {
  std::size_t size;
  std::size_t align;
  bool primitive;  ///< C#'s own numbers, characters, truth values, and enums: not its structs.
};

struct auto_size {
  std::size_t size;
  std::size_t align;
};

/// Places the parts of a struct of LayoutKind.Auto without references, as .NET of 64 bits does
/// (dotnet/runtime, `MethodTableBuilder::HandleAutoLayout`): primitive parts first, larger before
/// smaller, then structs in their order. The whole is rounded up to a power of two if it is at most
/// 8 bytes, else to the largest alignment, where that of any primitive part counts as 8. C# keeps
/// the eighth part and those after it in a tuple of their own.
constexpr auto_size place_parts(auto_part const* parts, std::size_t count,
                                std::size_t* offsets) noexcept {
  constexpr std::size_t word = 8;
  constexpr std::size_t most = 7;
  auto_size rest{0, 1};
  if (count > most) rest = place_parts(parts + most, count - most, offsets + most);
  std::size_t const own = std::min(count, most);
  std::size_t at = 0;
  std::size_t largest = 1;
  for (std::size_t bytes = word; bytes != 0; bytes /= 2) {
    for (std::size_t i = 0; i < own; ++i) {
      if (!parts[i].primitive || parts[i].size != bytes) continue;
      offsets[i] = at;
      at += bytes;
      largest = word;
    }
  }
  for (std::size_t i = 0; i < own; ++i) {
    if (parts[i].primitive) continue;
    offsets[i] = align_up(at, parts[i].align);
    at = offsets[i] + parts[i].size;
    largest = std::max(largest, parts[i].align);
  }
  if (count > most) {
    at = align_up(at, rest.align);
    for (std::size_t i = most; i < count; ++i) offsets[i] += at;
    at += rest.size;
    largest = std::max(largest, rest.align);
  }
  at = std::max(at, std::size_t{1});
  std::size_t const align = at > word ? largest : std::bit_ceil(at);
  return {align_up(at, align), align};
}

/// The places of a ValueTuple's parts.
template <class... Ts>
struct auto_layout {
  static constexpr std::size_t count = sizeof...(Ts);
  struct places {
    std::size_t offsets[count + 1] = {};
    auto_size whole{};
  };
  static constexpr places all = [] {
    auto_part const parts[] = {
        {raw<Ts>::size, raw<Ts>::align, is_scalar<Ts> && !std::is_same_v<Ts, char32_t>}...,
        {0, 1, false}};
    places p;
    p.whole = place_parts(parts, count, p.offsets);
    return p;
  }();
  template <std::size_t I>
  using at = std::integral_constant<std::size_t, all.offsets[I]>;
};

/// ValueTuple of unmanaged parts: C# copies its memory, in which the parts have an order of their
/// own.
template <class... Ts>
  requires all_raw<types<Ts...>>
struct raw<std::tuple<Ts...>> {
  static constexpr bool exists = true;
  using layout = auto_layout<Ts...>;
  static constexpr std::size_t size = layout::all.whole.size;
  static constexpr std::size_t align = layout::all.whole.align;
  static constexpr bool copyable = false;
  static constexpr bool padded = (raw<Ts>::size + ... + 0) != size;

  static GYRE_WIRE_HOT void store(std::tuple<Ts...> const& value, std::byte* out) noexcept {
    if constexpr (padded) std::memset(out, 0, size);
    store_all(value, out, std::index_sequence_for<Ts...>{});
  }
  static GYRE_WIRE_HOT fault load(std::byte const* at, std::tuple<Ts...>& out) noexcept {
    return load_all(at, out, std::index_sequence_for<Ts...>{});
  }

 private:
  template <std::size_t... I>
  static GYRE_WIRE_HOT void store_all([[maybe_unused]] std::tuple<Ts...> const& value,
                                      [[maybe_unused]] std::byte* out,
                                      std::index_sequence<I...>) noexcept {
    (raw<Ts>::store(std::get<I>(value), out + layout::template at<I>::value), ...);
  }
  template <std::size_t... I>
  static GYRE_WIRE_HOT fault load_all([[maybe_unused]] std::byte const* from,
                                      [[maybe_unused]] std::tuple<Ts...>& out,
                                      std::index_sequence<I...>) noexcept {
    fault code = fault::none;
    (void)(((code = raw<Ts>::load(from + layout::template at<I>::value, std::get<I>(out))) ==
            fault::none) &&
           ...);
    return code;
  }
};

/// KeyValuePair of unmanaged parts: a sequential struct, padded like one.
template <class A, class B>
  requires all_raw<types<A, B>>
struct raw<std::pair<A, B>> {
  static constexpr bool exists = true;
  using layout = raw_layout<std::remove_const_t<A>, B>;
  static constexpr std::size_t size = layout::size;
  static constexpr std::size_t align = layout::align;
  static constexpr bool copyable = false;

  static GYRE_WIRE_HOT void store(std::pair<A, B> const& value, std::byte* out) noexcept {
    raw_storer{out}(value.first, value.second);
  }
  static GYRE_WIRE_HOT fault load(std::byte const* at, std::pair<A, B>& out) noexcept {
    return raw_loader{at}(out.first, out.second);
  }
};

}  // namespace gyre::wire::detail
