#pragma once

#include <cstdint>
#include <string_view>

#include <gyre/core/platform.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/keys.hpp>

namespace gyre {

/// Which of `n` dense actors, from `first` on, a key belongs to: the same key always to the same
/// one, keys evenly over all. `n` is not 0. On the host and in handlers.
template <class Actor>
[[nodiscard]] GYRE_FN constexpr actor<Actor> by_hash(std::uint64_t key, std::uint64_t n,
                                                     std::uint64_t first = 0) noexcept {
  return {first + mixed_bits(key) % n};
}
/// The same for a text. Host only.
template <class Actor>
[[nodiscard]] constexpr actor<Actor> by_hash(std::string_view key, std::uint64_t n,
                                             std::uint64_t first = 0) noexcept {
  return by_hash<Actor>(key_of(key), n, first);
}

/// Deals messages round `n` dense actors from `first` on. A plain value: each holder, a thread or
/// an actor's state, deals on its own. `n` is not 0.
template <class Actor>
struct round_robin {
  std::uint64_t n = 1;
  std::uint64_t first = 0;
  std::uint64_t dealt = 0;

  [[nodiscard]] GYRE_FN constexpr actor<Actor> next() noexcept { return {first + dealt++ % n}; }
};

}  // namespace gyre
