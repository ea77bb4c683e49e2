#pragma once

#include <cstdint>
#include <new>

#include <gyre/core/platform.hpp>
#include <gyre/core/type_name.hpp>
#include <gyre/kernel/directory.hpp>
#include <gyre/kernel/keys.hpp>

namespace gyre::detail {

/// What the host sends a keyed actor's home, beside messages to it: a state to go on with, and the
/// wish that it be put to rest.
template <class Actor>
inline constexpr type_code wake_code = code_of(mixed_bits(type_id_of<Actor>));
template <class Actor>
inline constexpr type_code rest_code = code_of(mixed_bits(type_id_of<Actor> + 2));

/// The keyed actors of one home: they come into being at their first message, and are put to rest
/// when they are idle or when room is needed. One thread at a time. What it cannot do itself,
/// `Hooks` does:
///
/// | `Hooks::`                | |
/// | ------------------------ | ------------------------------------------------------------- |
/// | `reserve()`              | room for a state on its way to the host; false: there is none |
/// | `hand_over(key, state)`  | sends it there                                                |
/// | `activate(key, state)`   | calls the actor's `on_activate`, if it has one                |
/// | `deactivate(key, state)` | calls its `on_deactivate`, likewise                           |
template <class Actor>
class keyed_home {
 public:
  static constexpr std::uint32_t none = directory::none;

  GYRE_FN keyed_home(directory_view const& view, void* states) noexcept
      : table_(view), states_(static_cast<Actor*>(states) + view.first) {}

  [[nodiscard]] GYRE_FN std::uint32_t find(full_key key) const noexcept { return table_.find(key); }
  [[nodiscard]] GYRE_FN Actor& state(std::uint32_t row) const noexcept { return states_[row]; }
  [[nodiscard]] GYRE_FN directory& table() noexcept { return table_; }
  [[nodiscard]] GYRE_FN std::uint32_t live() const noexcept { return table_.live(); }
  /// It has a message at this tick.
  GYRE_FN void touch(std::uint32_t row, std::uint32_t tick) const noexcept {
    table_.row(row).used = tick;
  }

  /// Brings an actor into being that is not there; another is put to rest if room is needed.
  /// `none`: there is no room. `with`: a state to go on with; null: it begins anew.
  GYRE_EITHER_SIDE
  template <class Hooks>
  GYRE_FN std::uint32_t bring(full_key key, std::uint32_t tick, Hooks& hooks,
                              Actor const* with = nullptr) noexcept {
    std::uint32_t row = table_.insert(key, tick);
    if (row == none) {
      std::uint32_t const oldest = table_.oldest_of_some(tick);
      if (oldest == none || !put_to_rest(oldest, hooks)) return none;
      row = table_.insert(key, tick);
    }
    if (with != nullptr) {
      new (&states_[row]) Actor(*with);
    } else {
      new (&states_[row]) Actor{};
      hooks.activate(key, states_[row]);
    }
    return row;
  }

  /// Hands a living actor's state to the host, and ends it. False: the host has no room for it now.
  GYRE_EITHER_SIDE
  template <class Hooks>
  GYRE_FN bool put_to_rest(std::uint32_t row, Hooks& hooks) noexcept {
    if (!hooks.reserve()) return false;
    full_key const key = table_.row(row).key;
    hooks.deactivate(key, states_[row]);
    hooks.hand_over(key, states_[row]);
    table_.erase(row);
    return true;
  }

  /// Looks at a few of them, and puts those to rest that have had no message for `after`.
  GYRE_EITHER_SIDE
  template <class Hooks>
  GYRE_FN void sweep(std::uint32_t tick, std::uint32_t after, Hooks& hooks) noexcept {
    for (std::uint32_t i = 0; i < looks; ++i) {
      std::uint32_t const row = table_.next_taken(looks);
      if (row == none) return;
      if (tick - table_.row(row).used < after) continue;
      if (!put_to_rest(row, hooks)) return;
    }
  }

 private:
  static constexpr std::uint32_t looks = 16;

  directory table_;
  Actor* states_;
};

}  // namespace gyre::detail
