#pragma once

#include <cstdint>
#include <type_traits>

#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/block/egress.hpp>
#include <gyre/kernel/block/environment.hpp>
#include <gyre/kernel/block/keyed_worker.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/control.hpp>
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
class worker : private keyed_worker<Actor, Warp> {
  using base = keyed_worker<Actor, Warp>;
  using base::all_left;
  using base::blocks_;
  using base::bring_all;
  using base::count_of;
  using base::environment_;
  using base::fail;
  using base::give_up;
  using base::index_;
  using base::letter_of;
  using base::now_ns_;
  using base::nth_of_all;
  using base::nth_subscriber;
  using base::open;
  using base::place_of;
  using base::release_all;
  using base::rest_all;
  using base::rests;
  using base::row_;
  using base::shard_index_;
  using base::shared_;
  using base::state_at;
  using base::subscribe;
  using base::subscribers;
  using base::subscribes;
  using base::sweep;
  using base::tell_asker;
  using base::uniform;
  using base::unsubscribes;
  using base::warp_;
  using typename base::asker;
  using typename base::letter;

 public:
  GYRE_FN worker(Warp& warp, shared_block& shared, blocks_view const& blocks, std::uint32_t shard,
                 std::uint32_t index) noexcept
      : base(warp, shared, blocks, shard, index) {}

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

  GYRE_FN void record(std::uint32_t messages, std::uint64_t elapsed_ns) noexcept {
    std::uint64_t const each = elapsed_ns / messages;
    counters& c = shared_.count;
    c.total_ns.fetch_add(elapsed_ns, platform::memory_order_relaxed);
    platform::lower(c.least_ns, each);
    platform::raise(c.greatest_ns, each);
    // Last: who sees these messages counted sees their time.
    c.histogram[latency_bucket(each)].fetch_add(messages, platform::memory_order_release);
  }

  std::uint32_t tail_[sources] = {};  ///< Entries taken out of each queue.
  std::uint32_t joined_ = 0;          ///< Messages that all workers handled together.
};

}  // namespace gyre::block
