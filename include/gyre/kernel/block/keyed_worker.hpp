#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/block/letter_worker.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/keyed_home.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre::block {

/// The part of a worker (worker.hpp) that finds its actors' states; of keyed ones, that has them
/// come into being and puts them to rest.
template <class Actor, class Warp>
class keyed_worker : protected letter_worker<Actor, Warp> {
 protected:
  using base = letter_worker<Actor, Warp>;
  using base::blocks_;
  using base::environment_;
  using base::fail;
  using base::index_;
  using base::now_ns_;
  using base::shard_;
  using base::shard_index_;
  using base::shared_;
  using base::wakes;
  using base::warp_;
  using typename base::asker;
  using typename base::letter;

  struct nobody {};
  using home = std::conditional_t<keyed<Actor>, gyre::detail::keyed_home<Actor>, nobody>;

  GYRE_FN keyed_worker(Warp& warp, shared_block& shared, blocks_view const& blocks,
                       std::uint32_t shard, std::uint32_t index) noexcept
      : base(warp, shared, blocks, shard, index), keyed_(home_of(shard_, index)) {
    if constexpr (keyed<Actor>) live_ = keyed_.live();  // counted when it was here before
  }

  [[nodiscard]] GYRE_FN Actor& state_at(std::uint32_t place) const noexcept {
    if constexpr (keyed<Actor>) {
      return keyed_.state(place);
    } else {
      return static_cast<Actor*>(shard_.actors)[place];
    }
  }

  /// This lane's own. Where a dense actor's state is. False: there is none.
  GYRE_FN bool place_of(letter& l) const noexcept {
    std::uint64_t const place = blocks_.kernel.place(l.head.actor);
    l.place = static_cast<std::uint32_t>(place);
    return blocks_.kernel.actors > l.head.actor && place < shard_.actor_count;
  }

  // Whom a message to many is for.

  /// Of all actors of this worker, the n-th; false: there are not so many, or it does not live.
  GYRE_FN bool nth_of_all(std::uint64_t n, letter& one) noexcept {
    if constexpr (keyed<Actor>) {
      if (n >= keyed_.table().rows_ever()) return false;
      directory_row const& row = keyed_.table().row(static_cast<std::uint32_t>(n));
      if (row.next != directory::taken) return false;
      aim(one, row.key);
      return true;
    } else {
      std::uint64_t const place = index_ + n * blocks_.workers;
      if (place >= shard_.actor_count) return false;
      aim(one, {place * blocks_.kernel.shard_count + shard_index_, 0});
      return true;
    }
  }
  /// Whether there may be more in this round and later ones.
  [[nodiscard]] GYRE_FN bool all_left(std::uint64_t round) noexcept {
    std::uint64_t const n = round * Warp::lanes;
    if constexpr (keyed<Actor>) {
      return n < keyed_.table().rows_ever();
    } else {
      return index_ + n * blocks_.workers < shard_.actor_count;
    }
  }
  /// The subscriber for this lane, in the order of the lanes; `at` goes on by a warp's worth.
  GYRE_FN bool nth_subscriber(topic to, std::uint32_t& at, letter& one) noexcept {
    topics const of = subscribers();
    bool mine = false;
    GYRE_ROLLED
    for (std::uint32_t i = 0; i < Warp::lanes && at != topics::none; ++i) {
      if (i == warp_.lane()) {
        aim(one, of.who(at));
        mine = true;
      }
      at = of.next(at, to);
    }
    warp_.sync();  // all have looked before a handler changes something
    return mine;
  }
  [[nodiscard]] GYRE_FN topics subscribers() const noexcept {
    return topics(shard_.topics[index_]);
  }

  // Where the type has no keys, none of this is there.

  /// Finds every lane's actor, and brings those into being that are not there, one after another.
  /// False, in a lane: there is no room, or its message was only to bring one.
  GYRE_FN bool bring_all(bool mine, letter& l) noexcept {
    bool const to_home = mine && l.handler == wakes;
    std::uint32_t const now = directory::tick(now_ns_);
    l.place = mine ? keyed_.find(l.opened.key) : home::none;
    if (mine && !to_home && l.place != home::none) hold(l.place, now);
    warp_.sync();
    std::uint32_t missing = warp_.ballot(mine && (l.place == home::none || to_home));
    bool done = false;
    while (missing != 0) {
      std::uint32_t const leader = platform::lowest_bit(missing);
      missing &= missing - 1;
      if (warp_.lane() == leader) {
        l.place = keyed_.find(l.opened.key);  // one before it may have brought it
        if (to_home) {
          wake(l, now);
          done = true;
        } else {
          hooks h{*this};
          if (l.place == home::none) l.place = keyed_.bring(l.opened.key, now, h);
          if (l.place != home::none) hold(l.place, now);
        }
      }
      warp_.sync();
    }
    if (mine && !to_home && l.place == home::none) {
      fail(l, errc::full, drop_reason::no_room);
      done = true;
    }
    return !done;
  }

  /// While a batch runs, none of its actors is put to rest.
  GYRE_FN void hold(std::uint32_t row, std::uint32_t now) noexcept {
    keyed_.touch(row, now);
    keyed_.table().row(row).next = directory::held;
  }

  GYRE_FN void release_all(bool mine, letter const& l) noexcept {
    if (mine) keyed_.table().row(l.place).next = directory::taken;
    warp_.sync();
    if (warp_.lane() == 0) count_live();
  }

  GYRE_FN void count_live() noexcept {
    std::uint32_t const live = keyed_.live();
    shared_.count.live.fetch_add(std::uint64_t{live} - live_, platform::memory_order_relaxed);
    live_ = live;
  }

  /// This lane's own. The host brings a state to go on with.
  GYRE_FN void wake(letter& l, std::uint32_t now) noexcept {
    asker to{*this, l};
    if (l.opened.length != sizeof(Actor)) return fail(l, errc::malformed, drop_reason::malformed);
    if (l.place != home::none) {
      return gyre::detail::answer_failure(to, l.head, errc::already_exists, drop_reason::rejected);
    }
    Actor with;
    std::memcpy(static_cast<void*>(&with), l.opened.body, sizeof with);
    hooks h{*this};
    if (keyed_.bring(l.opened.key, now, h, &with) == home::none) {
      return fail(l, errc::full, drop_reason::no_room);
    }
    gyre::detail::answer_nothing(to);
  }

  /// Puts those actors to rest that the host wants to, after the batch.
  GYRE_FN void rest_all(bool mine, letter& l) noexcept {
    std::uint32_t left = warp_.ballot(mine);
    while (left != 0) {
      std::uint32_t const leader = platform::lowest_bit(left);
      left &= left - 1;
      if (warp_.lane() == leader) {
        asker to{*this, l};
        hooks h{*this};
        std::uint32_t const row = keyed_.find(l.opened.key);
        if (row == home::none) {
          fail(l, errc::no_such_actor, drop_reason::no_such_actor);
        } else if (!keyed_.put_to_rest(row, h)) {
          fail(l, errc::full, drop_reason::no_room);
        } else {
          gyre::detail::answer_nothing(to);
        }
      }
      warp_.sync();
    }
    if (warp_.lane() == 0) count_live();
  }

  /// Puts actors to rest that have been idle for long enough: looks at a few.
  GYRE_FN void sweep() noexcept {
    if constexpr (keyed<Actor>) {
      if (blocks_.kernel.rest.after == 0) return;
      if (warp_.lane() == 0) {
        hooks h{*this};
        keyed_.sweep(directory::tick(warp_.now()), blocks_.kernel.rest.after, h);
        count_live();
      }
      warp_.sync();
    }
  }

  /// What a home of keyed actors needs (kernel/keyed_home.hpp). A lane's own.
  struct hooks {
    using self_type = context<Actor, environment<Warp>>;

    keyed_worker& by;
    std::uint64_t at = 0;

    [[nodiscard]] GYRE_FN auto writer() const noexcept {
      return ring_writer<tag8_codec<>, writers::many>(
          ring<tag8_codec<>>(by.blocks_.kernel.rest.states));
    }
    /// The host's word of what it has taken lies across the bus; this comes to pass rarely.
    [[nodiscard]] GYRE_FN bool reserve() noexcept {
      rest_view const& rest = by.blocks_.kernel.rest;
      if (!rest.wanted()) return false;
      std::uint64_t const slots = writer().target().slots_for(sizeof(Actor));
      std::uint64_t from = rest.reserved->load(platform::memory_order_relaxed);
      do {
        std::uint64_t const taken =
            rest.states.words->consumed.load(platform::memory_order_relaxed);
        if (from + slots - taken > rest.states.geometry.slots) return false;
      } while (!rest.reserved->compare_exchange_weak(
          from, from + slots, platform::memory_order_relaxed, platform::memory_order_relaxed));
      at = from;
      return true;
    }
    GYRE_FN void hand_over(full_key const& key, Actor const& state) noexcept {
      envelope head;
      head.actor = key.word;
      head.correlation = key.rest;
      head.time = tick(by.shared_);
      head.length = sizeof(Actor);
      head.kind = message_kind::raw_reply;
      writer().write(at, head, reinterpret_cast<std::byte const*>(&state));
    }
    // Asked outside of the lambda: within it, nvcc 13.0 compiles the call that is not there.
    GYRE_FN void activate(full_key const& key, Actor& state) noexcept {
      if constexpr (requires { state.on_activate(std::declval<self_type&>()); }) {
        call(key, [&](self_type& self) { state.on_activate(self); });
      }
    }
    GYRE_FN void deactivate(full_key const& key, Actor& state) noexcept {
      if constexpr (requires { state.on_deactivate(std::declval<self_type&>()); }) {
        call(key, [&](self_type& self) { state.on_deactivate(self); });
      }
    }
    template <class F>
    GYRE_FN void call(full_key const& key, F&& f) noexcept {
      envelope head;
      head.actor = key.word;
      self_type self(by.blocks_.kernel, by.environment_, head, key, nullptr, by.shard_index_,
                     tick(by.shared_));
      by.environment_.run_as(width::lane);
      (void)by.warp_.guard([&] { f(self); }, head);
    }
  };

  [[no_unique_address]] home keyed_;
  std::uint32_t live_ = 0;  ///< Lane 0's: actors that `counters::live` counts of this worker.

 private:
  GYRE_FN static void aim(letter& one, full_key const& key) noexcept {
    one.head.actor = key.word;
    one.opened.key = key;
  }

  [[nodiscard]] GYRE_FN static auto home_of(shard_view const& shard, std::uint32_t index) noexcept {
    if constexpr (keyed<Actor>) {
      return home(shard.directories[index], shard.actors);
    } else {
      return nobody{};
    }
  }
};

}  // namespace gyre::block
