#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <gyre/core/expiry.hpp>
#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/block/egress.hpp>
#include <gyre/kernel/block/environment.hpp>
#include <gyre/kernel/block/letters.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/control.hpp>
#include <gyre/kernel/keyed_home.hpp>
#include <gyre/kernel/opened.hpp>
#include <gyre/kernel/result_slot.hpp>

namespace gyre::block {

/// How wide an actor's handlers run: `static constexpr auto width`, a lane unless it says more.
template <class Actor>
[[nodiscard]] GYRE_FN constexpr width width_of() noexcept {
  if constexpr (requires { Actor::width; }) {
    return Actor::width;
  } else {
    return width::lane;
  }
}

/// One of the warps that run handlers. An actor's messages all come to one worker, so its state
/// needs no lock; of a warp's messages, one for each lane, those of the same type run side by side,
/// but of the same actor one after another, in their order.
///
/// Every lane calls every member. Members marked so are a lane's own; the others are the same in
/// all lanes.
template <class Actor, class Warp>
class worker {
 public:
  GYRE_FN worker(Warp& warp, shared_block& shared, blocks_view const& blocks, std::uint32_t shard,
                 std::uint32_t index) noexcept
      : warp_(warp),
        shared_(shared),
        blocks_(blocks),
        shard_(blocks.kernel.shards[shard]),
        index_(index),
        shard_index_(shard),
        row_(blocks.blocks[shard].rows +
             (std::uint64_t{index} * Warp::lanes + warp.lane()) * rows_per_lane * blocks.row_bytes),
        environment_(warp, shared, blocks, shard, row_ + blocks.row_bytes, index),
        keyed_(home_of(blocks.kernel.shards[shard], index)) {
    if constexpr (keyed<Actor>) live_ = keyed_.live();  // counted when it was here before
  }

  /// Returns when the block is left.
  GYRE_FN void run() noexcept {
    std::uint32_t idle = 0;
    std::uint32_t obeyed = 0;
    std::uint32_t repeated = 0;
    for (;;) {
      std::uint32_t const orders = uniform(shared_.orders);
      if ((orders & shared_block::leave_now) != 0) break;
      if (orders != repeated) {
        repeated = orders;
        if (warp_.lane() == 0) {
          shared_.orders_at[index_].store(orders, platform::memory_order_release);
        }
      }
      join_wide();
      bool const some = turn(from_host) | turn(from_tells);
      if (some) {
        idle = 0;
        continue;
      }
      sweep();
      obey(obeyed);
      warp_.nap(idle);
      if (idle < 8) ++idle;
    }
  }

 private:
  template <class Word>
  [[nodiscard]] GYRE_FN auto uniform(Word const& word) noexcept {
    auto value = word.load(platform::memory_order_acquire);
    value = warp_.shuffle(value, 0);
    warp_.sync();
    return value;
  }

  /// Nothing was in the queues. If the ingress warps have stopped bringing messages, nothing will
  /// be: that is what a command that is not `run` waits for.
  GYRE_FN void obey(std::uint32_t& obeyed) noexcept {
    std::uint32_t const command = uniform(shared_.command);
    if (command == obeyed) return;
    bool const run = (command & 3U) == static_cast<std::uint32_t>(kernel_command::run);
    if (!run) {
      for (std::uint32_t i = 0; i < sources; ++i) {
        if (uniform(shared_.ingress_at[i]) != command) return;
      }
      for (std::uint32_t i = 0; i < sources; ++i) {
        if (uniform(shared_.queues[i][index_].head) != tail_[i]) return;
      }
    }
    obeyed = command;
    if (warp_.lane() == 0) {
      shared_.worker_at[index_].store(command, platform::memory_order_release);
    }
  }

  /// A lane's message, and its answer on the way out.
  struct letter {
    envelope head{};
    opened_message opened{};
    std::uint32_t line = 0;     ///< Of the stage, where it is counted as done.
    std::uint32_t handler = 0;  ///< Its place in the actor's list; beyond it: `wakes`, `rests`.
    std::uint32_t place = 0;    ///< Its actor's, among the shard's states, or its home's if keyed.
    std::uint64_t time = 0;
    // The answer, in the lane's row.
    bool answered = false;
    bool tells_asker = false;  ///< It is a message to the actor that asked.
    std::uint64_t length = 0;
  };

  /// Handles what is in a queue, up to a message for each lane. False: nothing was there.
  GYRE_FN bool turn(source from) noexcept {
    work_queue& queue = shared_.queues[from][index_];
    std::uint32_t const head = uniform(queue.head);
    std::uint32_t const waiting = head - tail_[from];
    if (waiting == 0) return false;
    std::uint32_t n = waiting < Warp::lanes ? waiting : Warp::lanes;
    bool const timed = uniform(shared_.telemetry_on) != 0;
    std::uint64_t const begin = warp_.now();
    now_ns_ = begin;

    letter l;
    bool mine = warp_.lane() < n;
    if (mine) open(queue.entries[(tail_[from] + warp_.lane()) % work_queue::capacity], from, l);
    // A message to many actors is a batch of its own, after those before it.
    std::uint32_t const far = warp_.ballot(mine && reach_of(l.head) != reach::one);
    if (far != 0) n = (far & 1U) != 0 ? 1 : platform::lowest_bit(far);
    mine = warp_.lane() < n;
    warp_.sync();
    handle_all(mine, (far & 1U) != 0, l);
    // Who hears of what a handler wrote into a device buffer must find it there.
    if (warp_.ballot(environment_.take_buffers_used()) != 0) platform::full_fence();
    publish(warp_, blocks_, l.answered, row_, l.head.port, l.length);
    if (l.tells_asker) tell_asker(l);
    if (mine) {
      // After the last look at the message; the ingress may lay others down there.
      std::uint64_t const slots = ring_geometry::slots_for(l.head.length, line_payload);
      std::uint64_t const lines = slots <= greatest_staged ? slots : 1;
      shared_.stages[from].done[l.line].store(static_cast<std::uint32_t>(slots << 8 | lines),
                                              platform::memory_order_release);
    }
    tail_[from] += n;
    std::uint32_t const answers = count_of(l.answered);
    if (warp_.lane() == 0) {
      shared_.count.answered.fetch_add(answers, platform::memory_order_relaxed);
      if (timed) record(n, warp_.now() - begin);
    }
    return true;
  }

  /// This lane's own. Sends the answer in its row to the actor that asked.
  GYRE_FN void tell_asker(letter const& l) noexcept {
    return_address const& back = *l.opened.back;
    envelope head;
    head.actor = back.actor;
    head.time = tick(shared_);
    head.type = back.answer_code;
    head.length = static_cast<std::uint32_t>(l.length);
    bool const sent =
        environment_.post(blocks_.kernel, blocks_.kernel.home(back.actor), head,
                          [&](std::byte* out) { std::memcpy(out, row_ + sizeof head, l.length); });
    if (!sent) environment_.lose(blocks_.kernel, drop_reason::no_room, head);
  }

  [[nodiscard]] GYRE_FN std::uint32_t count_of(bool vote) noexcept {
    return platform::count_bits(warp_.ballot(vote));
  }

  /// This lane's own.
  GYRE_FN void open(std::uint16_t entry, source from, letter& l) noexcept {
    l.line = entry & (work_queue::in_scratch - 1U);
    std::byte const* bytes = shared_.stages[from].lines + l.line * line_payload;
    if ((entry & work_queue::in_scratch) != 0) {
      bytes = from == from_host ? shard_.scratch : blocks_.blocks[shard_index_].tell_scratch;
    }
    std::memcpy(&l.head, bytes, sizeof l.head);
    l.opened = open_message<Actor>(message_view{l.head, bytes + sizeof l.head, 1});
    l.handler = handler_of(l.head.type, static_cast<typename Actor::handles*>(nullptr));
    platform::raise(shared_.clock, l.head.time);
    l.time = tick(shared_);
  }

  template <class... Messages>
  [[nodiscard]] GYRE_FN static std::uint32_t handler_of(type_code type,
                                                        handles<Messages...>*) noexcept {
    std::uint32_t found = sizeof...(Messages);
    std::uint32_t i = 0;
    ((type == type_code_of<Messages> ? void(found = i) : void(), ++i), ...);
    if (type == gyre::detail::subscribe_code) found = subscribes;
    if (type == gyre::detail::unsubscribe_code) found = unsubscribes;
    if constexpr (keyed<Actor>) {
      if (type == gyre::detail::wake_code<Actor>) found = wakes;
      if (type == gyre::detail::rest_code<Actor>) found = rests;
    }
    return found;
  }

  /// Handles the lanes' messages or, if it `spreads`, the first lane's, which is for many of this
  /// worker's actors: then the lanes take as many of those at a time.
  GYRE_FN void handle_all(bool mine, bool spreads, letter& l) noexcept {
    reach far = reach::one;
    std::uint32_t at = topics::none;  // the next subscription; the same in all lanes
    if (spreads) {
      bool const late = mine && give_up(l);
      if (warp_.shuffle(std::uint32_t{late}, 0) != 0) return;
      std::uint32_t const line = l.line;
      l = letter_of(0, l);
      l.line = line;
      far = reach_of(l.head);
      l.head.correlation = 0;  // to each of them it is a message for one
      if (far == reach::subscribers && warp_.lane() == 0) {
        at = subscribers().begin(topic{l.head.actor});
      }
      at = warp_.shuffle(at, 0);
      warp_.sync();
    }
    topic const to{l.head.actor};
    GYRE_ROLLED
    for (std::uint64_t round = 0;; ++round) {  // one call of what brings every handler with it
      if (far == reach::all) mine = nth_of_all(round * Warp::lanes + warp_.lane(), l);
      if (far == reach::subscribers) mine = nth_subscriber(to, at, l);
      bool const more = far == reach::all ? all_left(round + 1) : at != topics::none;
      handle_near(mine, l);
      if (warp_.shuffle(std::uint32_t{more}, 0) == 0) break;
    }
    if (!spreads) return;
    // Nobody waits for an answer, so none is left in the lanes' rows.
    l.answered = l.tells_asker = false;
    if (far == reach::subscribers && warp_.lane() == 0) subscribers().end();
    warp_.sync();
  }

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
  GYRE_FN static void aim(letter& one, full_key const& key) noexcept {
    one.head.actor = key.word;
    one.opened.key = key;
  }

  /// Runs every lane's handler, in groups that may run side by side.
  GYRE_FN void handle_near(bool mine, letter& l) noexcept {
    bool bad = false;
    if (mine && l.handler == Actor::handles::size) {
      fail(l, errc::unknown_message, drop_reason::unknown_message);
      bad = true;
    } else if (mine && give_up(l)) {
      bad = true;
    } else if (mine && !keyed<Actor> && !place_of(l)) {
      fail(l, errc::no_such_actor, drop_reason::no_such_actor);
      bad = true;
    } else if (mine && (l.handler == subscribes || l.handler == unsubscribes)) {
      subscribe(l);
      bad = true;
    }
    bool const rests_one = mine && !bad && l.handler == rests;
    if constexpr (keyed<Actor>) bad = !bring_all(mine && !bad && !rests_one, l) || bad;
    bad = bad || rests_one;
    run_all(mine && !bad, l);
    if constexpr (keyed<Actor>) {
      release_all(mine && !bad, l);
      rest_all(rests_one, l);
    }
  }

  /// This lane's own. Where a dense actor's state is. False: there is none.
  GYRE_FN bool place_of(letter& l) const noexcept {
    std::uint64_t const place = blocks_.kernel.place(l.head.actor);
    l.place = static_cast<std::uint32_t>(place);
    return blocks_.kernel.actors > l.head.actor && place < shard_.actor_count;
  }

  GYRE_FN void run_all(bool mine, letter& l) noexcept {
    std::uint32_t pending = warp_.ballot(mine);
    while (pending != 0) {
      std::uint32_t const leader = platform::lowest_bit(pending);
      if constexpr (width_of<Actor>() == width::lane) {
        std::uint32_t const handler = warp_.shuffle(l.handler, leader);
        // Only the first of each actor's messages: the others must wait for it.
        std::uint32_t const same = warp_.match(l.place) & pending;
        std::uint32_t const before = (std::uint32_t{1} << warp_.lane()) - 1U;
        bool const go =
            (pending >> warp_.lane() & 1U) != 0 && (same & before) == 0 && l.handler == handler;
        if (go) dispatch(handler, l, static_cast<typename Actor::handles*>(nullptr), true);
        warp_.sync();
        pending &= ~warp_.ballot(go);
      } else {
        handle_wide(leader, l);
        pending &= pending - 1;
      }
    }
  }

  /// This lane's own. The host has an actor subscribe to a topic, or give it up.
  GYRE_FN void subscribe(letter& l) noexcept {
    gyre::detail::topic_change change;
    if (l.opened.length != sizeof change) return fail(l, errc::malformed, drop_reason::malformed);
    std::memcpy(&change, l.opened.body, sizeof change);
    topics table(shard_.topics[index_]);
    bool const wants = l.handler == subscribes;
    bool const done = wants ? table.subscribe({change.topic}, l.opened.key)
                            : table.unsubscribe({change.topic}, l.opened.key);
    asker to{*this, l};
    if (done) return gyre::detail::answer_nothing(to);
    fail(l, wants ? errc::no_memory : errc::not_found, drop_reason::rejected);
  }

  // Keyed actors. Where the type has none, none of this is there.

  struct nobody {};
  using home = std::conditional_t<keyed<Actor>, gyre::detail::keyed_home<Actor>, nobody>;
  static constexpr std::uint32_t wakes = Actor::handles::size + 1;
  static constexpr std::uint32_t rests = Actor::handles::size + 2;
  static constexpr std::uint32_t subscribes = Actor::handles::size + 3;
  static constexpr std::uint32_t unsubscribes = Actor::handles::size + 4;

  [[nodiscard]] GYRE_FN static auto home_of(shard_view const& shard, std::uint32_t index) noexcept {
    if constexpr (keyed<Actor>) {
      return home(shard.directories[index], shard.actors);
    } else {
      return nobody{};
    }
  }
  [[nodiscard]] GYRE_FN Actor& state_at(std::uint32_t place) const noexcept {
    if constexpr (keyed<Actor>) {
      return keyed_.state(place);
    } else {
      return static_cast<Actor*>(shard_.actors)[place];
    }
  }

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

    worker& by;
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

  /// This lane's own. Refuses a message that nobody wants to be handled any more: its time has
  /// passed, or its asker has given it up, which is looked up across the bus for a while after any
  /// has.
  GYRE_FN bool give_up(letter& l) noexcept {
    std::uint64_t const ahead = shared_.host_ahead.load(platform::memory_order_relaxed);
    bool const late =
        ahead != 0 &&
        has_expired(l.head.expires, expiry_clock(now_ns_) + static_cast<std::uint32_t>(ahead));
    bool const looks = now_ns_ < shared_.look_until.load(platform::memory_order_acquire);
    asker to{*this, l};
    if (!late && !(to.by_host() && looks &&
                   blocks_.kernel.ports[l.head.port].cancelled(l.head.correlation))) {
      return false;
    }
    drop_reason const reason = late ? drop_reason::expired : drop_reason::cancelled;
    to.bury(reason);
    if (to.asked()) {
      gyre::detail::answer_failure(to, l.head, late ? errc::timed_out : errc::cancelled, reason);
    }
    return true;
  }

  /// The leader's message, in all lanes; but for its place.
  [[nodiscard]] GYRE_FN letter letter_of(std::uint32_t leader, letter const& l) noexcept {
    letter common;
    std::uint32_t const prefix = static_cast<std::uint32_t>(l.head.length - l.opened.length);
    auto const* const payload = reinterpret_cast<std::byte const*>(
        warp_.shuffle(reinterpret_cast<std::uintptr_t>(l.opened.body) - prefix, leader));
    std::memcpy(&common.head, payload - sizeof(envelope), sizeof(envelope));
    common.opened = open_message<Actor>(message_view{common.head, payload, 1});
    common.handler = warp_.shuffle(l.handler, leader);
    common.time = warp_.shuffle(l.time, leader);
    return common;
  }

  /// All lanes of the warp, or of the block, handle the leader's message; what the leader's lane
  /// returns is the answer.
  GYRE_FN void handle_wide(std::uint32_t leader, letter& l) noexcept {
    letter common = letter_of(leader, l);
    common.place = warp_.shuffle(l.place, leader);
    common.head.actor = warp_.shuffle(l.head.actor, leader);
    common.opened.key.word = common.head.actor;
    common.opened.key.rest = warp_.shuffle(l.opened.key.rest, leader);
    if constexpr (width_of<Actor>() == width::warp) {
      environment_.run_as(width::warp);
      perform(common, warp_.lane() == leader);
      warp_.sync();
    } else {
      claim_wide();
      if (warp_.lane() == 0) {
        shared_.wide.head = common.head;
        shared_.wide.message = common.opened;
        shared_.wide.place = common.place;
        shared_.wide.time = common.time;
        shared_.wide.handler = common.handler;
        shared_.wide.opened.store(joined_ + 1, platform::memory_order_release);
      }
      warp_.sync();
      run_wide(common, warp_.lane() == leader);
      if (warp_.lane() == 0) shared_.wide.claimed.store(0, platform::memory_order_release);
    }
    if (warp_.lane() == leader) {
      l.answered = common.answered;
      l.tells_asker = common.tells_asker;
      l.length = common.length;
    }
  }

  /// Waits until no other worker has a message that all must handle, and helps with theirs.
  GYRE_FN void claim_wide() noexcept {
    for (;;) {
      join_wide();
      std::uint32_t got = 0;
      if (warp_.lane() == 0) {
        std::uint32_t free = 0;
        got = shared_.wide.claimed.compare_exchange_strong(free, 1, platform::memory_order_acq_rel,
                                                           platform::memory_order_relaxed)
                  ? 1U
                  : 0U;
      }
      got = warp_.shuffle(got, 0);
      warp_.sync();
      if (got != 0) return;
      warp_.nap(0);
    }
  }

  /// Takes part in a message that all workers handle, if one has been opened.
  GYRE_FN void join_wide() noexcept {
    if constexpr (width_of<Actor>() == width::block) {
      if (uniform(shared_.wide.opened) == joined_) return;
      letter common;
      common.head = shared_.wide.head;
      common.opened = shared_.wide.message;
      common.place = shared_.wide.place;
      common.time = shared_.wide.time;
      common.handler = shared_.wide.handler;
      run_wide(common, false);
    }
  }

  GYRE_FN void run_wide(letter& common, bool speaks) noexcept {
    environment_.run_as(width::block);
    ++joined_;
    perform(common, speaks);
    warp_.sync_workers(blocks_.workers);
  }

  /// `speaks`: this lane's return is the message's answer.
  GYRE_FN void perform(letter& l, bool speaks) noexcept {
    dispatch(l.handler, l, static_cast<typename Actor::handles*>(nullptr), speaks);
  }

  template <class... Messages>
  GYRE_FN void dispatch(std::uint32_t handler, letter& l, handles<Messages...>*,
                        bool speaks) noexcept {
    std::uint32_t i = 0;
    ((handler == i++ ? deliver<Messages>(l, speaks) : void()), ...);
  }

  template <class Message>
  GYRE_FN void deliver(letter& l, bool speaks) noexcept {
    Actor& state = state_at(l.place);
    // A line of the stage begins at a multiple of 8.
    if (!gyre::detail::read_message<Message, 8>(
            l.opened.body, l.opened.length, l.head.kind,
            [&](Message const& m) { handle(state, m, l, speaks); })) {
      if (speaks) fail(l, errc::malformed, drop_reason::malformed);
    }
  }

  template <class Message>
  GYRE_FN void handle(Actor& state, Message const& message, letter& l, bool speaks) noexcept {
    using returned = gyre::detail::handler_result<Actor, Message>;
    context<Actor, environment<Warp>, Message> self(
        blocks_.kernel, environment_, l.head, l.opened.key, l.opened.back, shard_index_, l.time);
    asker to{*this, l};
    if (speaks) shared_.count.handled.fetch_add(1, platform::memory_order_relaxed);
    if constexpr (std::is_void_v<returned>) {
      bool const fine = warp_.guard([&] { state.on(message, self); }, l.head);
      if (!speaks) return;
      if (!fine) return gyre::detail::answer_thrown(to, l.head);
      gyre::detail::answer_nothing(to);
    } else {
      gyre::detail::result_slot<returned> out;
      bool const fine = warp_.guard([&] { out.put(state.on(message, self)); }, l.head);
      if (!speaks) return;
      if (!fine) return gyre::detail::answer_thrown(to, l.head);
      gyre::detail::answer(to, l.head, out.get());
    }
  }

  /// The way to one asker (kernel/answer.hpp): an answer is put into this lane's row, and goes out
  /// with the batch.
  struct asker {
    worker& by;
    letter& l;

    [[nodiscard]] GYRE_FN bool by_host() const noexcept {
      return by.blocks_.kernel.port_count > l.head.port;  // `port <` would name a template
    }
    [[nodiscard]] GYRE_FN bool asked() const noexcept {
      return by_host() || l.opened.back != nullptr;
    }
    template <class Fill>
    GYRE_FN void send(message_kind kind, type_code type, std::size_t length, Fill&& fill) noexcept {
      if (l.opened.back != nullptr) {
        return answer_actor(answer_head{l.opened.back->tag}, fill);
      }
      envelope head = l.head;
      head.time = tick(by.shared_);
      head.type = type;
      head.length = static_cast<std::uint32_t>(length);
      head.kind = kind;
      std::memcpy(by.row_, &head, sizeof head);
      fill(by.row_ + sizeof head);
      l.answered = true;
      l.length = length;
    }
    /// The answer to an actor's ask is a message: put into this lane's row, and sent after the
    /// batch.
    template <class Fill>
    GYRE_FN void answer_actor(answer_head const& first, Fill&& fill) noexcept {
      return_address const& back = *l.opened.back;
      std::byte* const out = by.row_ + sizeof(envelope);
      l.length = back.address_length + back.answer_bytes;
      std::memset(out, 0, l.length);
      if (back.address_length != 0) std::memcpy(out, &back.rest, sizeof back.rest);
      std::memcpy(out + back.address_length, &first, sizeof first);
      fill(out + back.address_length + back.value_offset);
      l.tells_asker = true;
    }
    GYRE_FN void send_failure(type_code type, failure_reply const& why) noexcept {
      if (l.opened.back != nullptr) {
        return answer_actor({l.opened.back->tag, why.code + 1, why.reject_code, why.detail},
                            [](std::byte*) {});
      }
      send(message_kind::failure, type, sizeof why,
           [&](std::byte* out) { std::memcpy(out, &why, sizeof why); });
    }
    GYRE_FN void refused() noexcept {
      by.shared_.count.refused.fetch_add(1, platform::memory_order_relaxed);
    }
    GYRE_FN void note(errc code) noexcept {
      counters& c = by.shared_.count;
      c.last_error_type.store(l.head.type, platform::memory_order_relaxed);
      c.last_error.store(std::uint64_t{static_cast<std::uint32_t>(code)} + 1,
                         platform::memory_order_release);
    }
    GYRE_FN void bury(drop_reason reason) noexcept {
      block::bury(by.shared_, by.blocks_.blocks[by.shard_index_], reason, l.head);
    }
  };

  GYRE_FN void fail(letter& l, errc code, drop_reason reason) noexcept {
    asker to{*this, l};
    gyre::detail::answer_failure(to, l.head, code, reason);
  }

  GYRE_FN void record(std::uint32_t messages, std::uint64_t elapsed_ns) noexcept {
    std::uint64_t const each = elapsed_ns / messages;
    counters& c = shared_.count;
    c.total_ns.fetch_add(elapsed_ns, platform::memory_order_relaxed);
    platform::lower(c.least_ns, each);
    platform::raise(c.greatest_ns, each);
    // Last: who sees these messages counted sees their time.
    c.histogram[latency_bucket(each)].fetch_add(messages, platform::memory_order_release);
  }

  Warp& warp_;
  shared_block& shared_;
  blocks_view const& blocks_;
  shard_view const& shard_;
  std::uint32_t index_;
  std::uint32_t shard_index_;
  std::byte* row_;  ///< This lane's own.
  environment<Warp> environment_;
  [[no_unique_address]] home keyed_;
  std::uint32_t live_ = 0;  ///< Lane 0's: actors that `counters::live` counts of this worker.
  std::uint32_t tail_[sources] = {};  ///< Entries taken out of each queue.
  std::uint64_t now_ns_ = 0;          ///< This side's clock, read once a batch.
  std::uint32_t joined_ = 0;          ///< Messages that all workers handled together.
};

}  // namespace gyre::block
