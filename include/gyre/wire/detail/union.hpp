#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/union.hpp>

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

/// A union: a tag, as a byte below 250, else as 250 and a u16; then the alternative, its object
/// header included. A null is 255. A wide form of a small tag is accepted, as C# does.
template <class V, class Types, std::uint16_t... Tags>
struct union_codec;

template <class V, class... Ts, std::uint16_t... Tags>
struct union_codec<V, types<Ts...>, Tags...> {
  static_assert(
      [] {
        std::array const tags{Tags...};
        for (std::size_t i = 0; i < tags.size(); ++i) {
          for (std::size_t k = 0; k < i; ++k) {
            if (tags[i] == tags[k]) return false;
          }
        }
        return true;
      }(),
      "gyre::wire: the tags of a union must differ");

  static constexpr std::byte wide{250};
  [[nodiscard]] GYRE_FN static constexpr std::size_t tag_size(std::uint16_t tag) noexcept {
    return tag < 250 ? 1 : 3;
  }

  static constexpr std::size_t min = [] {
    std::size_t least_bytes = unbounded;
    ((least_bytes = std::min(least_bytes, add_sizes(tag_size(Tags), codec<Ts>::min))), ...);
    return least_bytes;
  }();
  static constexpr std::size_t max = [] {
    std::size_t most = 0;
    ((most = std::max(most, add_sizes(tag_size(Tags), codec<Ts>::max))), ...);
    return most;
  }();
  static constexpr std::size_t least = 2;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::object;

  static GYRE_FN std::size_t size(V const& value) noexcept {
    std::size_t bytes = 0;
    std::size_t index = 0;
    (void)((index++ == value.index() &&
            (bytes = tag_size(Tags) + codec<Ts>::size(*std::get_if<Ts>(&value)), true)) ||
           ...);
    return bytes;
  }

  template <class Policy>
  static GYRE_FN std::byte* put(V const& value, std::byte* out) noexcept {
    std::size_t index = 0;
    (void)((index++ == value.index() &&
            (out = codec<Ts>::template put<Policy>(*std::get_if<Ts>(&value), put_tag<Tags>(out)),
             true)) ||
           ...);
    return out;
  }

  static GYRE_FN std::byte const* get(std::byte const* at, std::byte const* end, V& out,
                                      failure& f) {
    std::byte const* const header = at;
    if (at == end) return refuse(f, fault::truncated, at);
    if (*at == null_object) return refuse(f, fault::null_not_allowed, at);
    auto tag = static_cast<std::uint16_t>(*at);
    if (*at > wide) return refuse(f, fault::bad_tag, at);
    if (*at++ == wide) {
      if (left(at, end) < 2) return refuse(f, fault::truncated, at);
      tag = load<std::uint16_t>(at);
      at += 2;
    }
    bool known = false;
    std::uint32_t index = 0;
    (void)((tag == Tags ? (known = true, at = get_alternative<Ts>(at, end, out, index, f), true)
                        : (++index, false)) ||
           ...);
    return known ? at : refuse(f, fault::bad_tag, header);
  }

 private:
  template <std::uint16_t Tag>
  static GYRE_WIRE_HOT std::byte* put_tag(std::byte* out) noexcept {
    if constexpr (Tag < 250) {
      return store(out, static_cast<std::uint8_t>(Tag));
    } else {
      return store(store(out, wide), Tag);
    }
  }

  template <class T>
  static GYRE_FN std::byte const* get_alternative(std::byte const* at, std::byte const* end, V& out,
                                                  std::uint32_t index, failure& f) {
    T* held = std::get_if<T>(&out);
    if (held == nullptr) held = &out.template emplace<T>();
    at = codec<T>::get(at, end, *held, f);
    if (at == nullptr) f.what.enclose(index);
    return at;
  }
};

template <class... Ts, std::size_t... I>
auto numbered_union(types<Ts...>, std::index_sequence<I...>)
    -> union_codec<std::variant<Ts...>, types<Ts...>, static_cast<std::uint16_t>(I)...>;

/// The tags of a plain variant are 0, 1, 2, …
template <class... Ts>
  requires(all_objects<types<Ts...>>)
struct codec<std::variant<Ts...>>
    : decltype(numbered_union(types<Ts...>{}, std::index_sequence_for<Ts...>{})) {};

template <class... Alts>
  requires(all_objects<types<typename Alts::type...>>)
struct codec<tagged_union<Alts...>> {
  using inner = union_codec<std::variant<typename Alts::type...>, types<typename Alts::type...>,
                            Alts::tag...>;
  using type = tagged_union<Alts...>;
  static constexpr std::size_t min = inner::min;
  static constexpr std::size_t max = inner::max;
  static constexpr std::size_t least = inner::least;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::object;

  static GYRE_FN std::size_t size(type const& u) noexcept { return inner::size(u.value); }
  template <class Policy>
  static GYRE_FN std::byte* put(type const& u, std::byte* out) noexcept {
    return inner::template put<Policy>(u.value, out);
  }
  static GYRE_FN std::byte const* get(std::byte const* at, std::byte const* end, type& out,
                                      failure& f) {
    return inner::get(at, end, out.value, f);
  }
};

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
