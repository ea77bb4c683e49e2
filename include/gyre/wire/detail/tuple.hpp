#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/detail/object.hpp>

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

/// C#'s ValueTuple and KeyValuePair that hold a reference: the parts one after another, with no
/// header, and so never null by themselves. (Of unmanaged parts: `raw`.)
template <class Tuple, class... Ts>
struct tuple_codec {
  static constexpr std::size_t min = member_facts<Ts...>::min() - 1;
  static constexpr std::size_t max = [] {
    constexpr std::size_t with_header = member_facts<Ts...>::max();
    return with_header == unbounded ? unbounded : with_header - 1;
  }();
  static constexpr std::size_t least = (codec<Ts>::least + ... + 0);
  static constexpr bool rigid = false;

  static GYRE_FN std::size_t size(Tuple const& value) noexcept {
    return std::apply(size_members{}, value) - 1;
  }
  template <class Policy>
  static GYRE_FN std::byte* put(Tuple const& value, std::byte* out) noexcept {
    std::apply([&](Ts const&... ts) { ((out = codec<Ts>::template put<Policy>(ts, out)), ...); },
               value);
    return out;
  }
  static GYRE_FN std::byte const* get(std::byte const* at, std::byte const* end, Tuple& out,
                                      failure& f) {
    return std::apply(get_members{at, end, f}, out);
  }
};

template <class... Ts>
  requires(!is_raw<std::tuple<Ts...>>)
struct codec<std::tuple<Ts...>> : tuple_codec<std::tuple<Ts...>, Ts...> {};

template <class A, class B>
  requires(!is_raw<std::pair<A, B>>)
struct codec<std::pair<A, B>> : tuple_codec<std::pair<A, B>, A, B> {};

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
