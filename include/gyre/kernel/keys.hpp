#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include <gyre/core/platform.hpp>
#include <gyre/core/uuid.hpp>
#include <gyre/kernel/handles.hpp>

namespace gyre {

/// An actor that is found by its key: `using key = std::uint64_t;`, or `gyre::uuid`. It comes into
/// being at its first message. Others have the dense ids 0 … n-1, and are there from the start.
template <class Actor>
concept keyed = requires {
  typename Actor::key;
};

namespace detail {

template <class Actor>
struct key_of_actor {
  using type = std::uint64_t;
};
template <keyed Actor>
struct key_of_actor<Actor> {
  using type = typename Actor::key;
  static_assert(std::is_same_v<type, std::uint64_t> || std::is_same_v<type, uuid>,
                "an actor's key is a std::uint64_t or a gyre::uuid; a text is hashed to one");
};

}  // namespace detail

/// What addresses an actor of this type.
template <class Actor>
using key_type = typename detail::key_of_actor<Actor>::type;

/// Any address in two words. `word` travels in the envelope and decides the actor's home; `rest`,
/// of a key of 128 bits, before the message.
struct full_key {
  std::uint64_t word = 0;
  std::uint64_t rest = 0;

  friend GYRE_FN constexpr bool operator==(full_key a, full_key b) noexcept {
    return a.word == b.word && a.rest == b.rest;
  }
};

/// Every bit of the result depends on every bit of `x`; no two have the same (the finalizer of
/// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
[[nodiscard]] GYRE_FN constexpr std::uint64_t mixed_bits(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

[[nodiscard]] GYRE_FN inline full_key split_key(std::uint64_t key) noexcept { return {key, 0}; }
[[nodiscard]] GYRE_FN inline full_key split_key(uuid const& key) noexcept {
  std::uint64_t half[2];
  std::memcpy(half, &key, sizeof half);
  return {half[0] ^ mixed_bits(half[1]), half[1]};
}

/// The address that was split.
template <class Key>
[[nodiscard]] GYRE_FN Key joined_key(full_key const& key) noexcept {
  if constexpr (std::is_same_v<Key, std::uint64_t>) {
    return key.word;
  } else {
    std::uint64_t const half[2] = {key.word ^ mixed_bits(key.rest), key.rest};
    uuid out;
    std::memcpy(out.bytes.data(), half, sizeof half);
    return out;
  }
}

/// Bytes of address before each message to such an actor; a multiple of 16.
template <class Actor>
inline constexpr std::size_t address_bytes = std::is_same_v<key_type<Actor>, uuid> ? 16 : 0;

/// A text as a key of 64 bits (FNV-1a). Two of a million texts have the same with a chance of 1 to
/// 37 million.
[[nodiscard]] constexpr std::uint64_t key_of(std::string_view text) noexcept {
  return detail::fnv1a(text);
}

/// A text as a key of 128 bits (FNV-1a, 128 bits): no two of any number of texts that exist.
[[nodiscard]] inline uuid wide_key_of(std::string_view text) noexcept {
  __extension__ using wide = unsigned __int128;
  wide h = static_cast<wide>(0x6C62272E07BB0142ULL) << 64 | 0x62B821756295C58DULL;
  constexpr wide prime = static_cast<wide>(1) << 88 | 0x13B;
  for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * prime;
  uuid out;
  std::memcpy(out.bytes.data(), &h, sizeof out);
  return out;
}

}  // namespace gyre
