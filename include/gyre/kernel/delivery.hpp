#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

#include <gyre/core/expiry.hpp>
#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/keyed_home.hpp>
#include <gyre/kernel/opened.hpp>
#include <gyre/kernel/publish.hpp>
#include <gyre/kernel/result_slot.hpp>
#include <gyre/kernel/view.hpp>

namespace gyre {

/// Brings one message to its handler, on a shard that is one thread: finds the actor and the
/// handler, runs it, and sends what becomes of it. One for each shard; used by its loop alone.
/// `Env` is the loop's.
template <class Actor, class Env>
class delivery {
 public:
  delivery(kernel_view const& kernel, std::uint32_t shard, Env& env) noexcept
      : kernel_(kernel),
        shard_(kernel.shards[shard]),
        env_(env),
        telemetry_(shard_.telemetry),
        index_(shard),
        whole_power_(std::has_single_bit(kernel.shard_count)),
        log2_shards_(static_cast<std::uint8_t>(std::countr_zero(kernel.shard_count))),
        keyed_(home_of(shard_)) {}

  telemetry_writer& telemetry() noexcept { return telemetry_; }
  local_clock& clock() noexcept { return clock_; }

  /// Whether failures are noted in the telemetry block.
  void note_failures(bool on) noexcept { noted_ = on; }
  /// The time, in nanoseconds, as of now.
  void now(std::uint64_t ns) noexcept {
    now_ = ns;
    now_us_ = expiry_clock(ns);
  }

  /// Hands a message to its handler, unless nobody wants that any more.
  void operator()(message_view const& message) noexcept {
    envelope const& head = message.head;
    if (has_expired(head.expires, now_us_)) [[unlikely]] {
      give_up(message, errc::timed_out, drop_reason::expired);
    } else if (given_up(head)) [[unlikely]] {
      give_up(message, errc::cancelled, drop_reason::cancelled);
    } else if (reach_of(head) != reach::one) [[unlikely]] {
      spread(message);
    } else {
      dispatch(message);
    }
  }

  /// Whether it pays to `expect` messages: not where all states fit into the nearest cache.
  [[nodiscard]] bool expects() const noexcept {
    return keyed<Actor> || shard_.actor_count * sizeof(Actor) > near_bytes;
  }
  /// A message to this actor probably comes soon: has the memory that it begins with brought near.
  void expect(std::uint64_t actor) noexcept {
    if constexpr (keyed<Actor>) {
      if constexpr (address_bytes<Actor> == 0) keyed_.table().expect({actor, 0});
    } else if (std::uint64_t const place = place_of(actor); place < shard_.actor_count) {
      platform::prefetch_write(&static_cast<Actor*>(shard_.actors)[place]);
    }
  }
  /// Comes sooner: what is found by what `expect` has brought.
  void expect_soon(std::uint64_t actor) noexcept {
    std::uint32_t const row = keyed_.table().expect_row({actor, 0});
    if (row != home::none) platform::prefetch_write(&keyed_.state(row));
  }
  static constexpr bool found_in_steps = keyed<Actor> && address_bytes<Actor> == 0;

  /// Puts keyed actors to rest that have been idle for long enough: looks at a few.
  void sweep() noexcept {
    if constexpr (keyed<Actor>) {
      if (kernel_.rest.after == 0) return;
      hooks h{*this};
      keyed_.sweep(directory::tick(now_), kernel_.rest.after, h);
      count_live();
    }
  }

 private:
  /// States that altogether take no more stay in a core's nearest cache by themselves.
  static constexpr std::uint64_t near_bytes = 16U << 10;

  struct nobody {};
  using home = std::conditional_t<keyed<Actor>, detail::keyed_home<Actor>, nobody>;

  [[nodiscard]] static auto home_of(shard_view const& shard) noexcept {
    if constexpr (keyed<Actor>) {
      return home(*shard.directories, shard.actors);
    } else {
      return nobody{};
    }
  }

  /// Whether its asker has said that it no longer waits.
  [[nodiscard]] bool given_up(envelope const& head) const noexcept {
    return head.port < kernel_.port_count && kernel_.ports[head.port].cancelled(head.correlation);
  }

  /// An actor's place among this shard's. Dividing takes as long as handling a small message: where
  /// the number of shards is a power of two, its bits are shifted out.
  [[nodiscard]] std::uint64_t place_of(std::uint64_t actor) const noexcept {
    if (whole_power_) [[likely]]
      return actor >> log2_shards_;
    return actor / kernel_.shard_count;
  }

  /// Counts a message that is not handled, and frees its asker's place.
  [[gnu::noinline]] void give_up(message_view const& message, errc code,
                                 drop_reason reason) noexcept {
    envelope const& head = message.head;
    asker to{*this, head, open_message<Actor>(message).back};
    to.bury(reason);
    if (to.asked()) detail::answer_failure(to, head, code, reason);
  }

  /// Finds the message's type in the actor's list, and runs its handler; `whose`, if it is one of
  /// many. Called and not inlined, so that handlers are compiled once.
  [[gnu::noinline]] void dispatch(message_view const& message,
                                  full_key const* whose = nullptr) noexcept {
    opened_message opened = open_message<Actor>(message);
    if (whose != nullptr) [[unlikely]]
      opened.key = {whose->word, whose->rest};
    if (!offer(message.head, opened, static_cast<typename Actor::handles*>(nullptr))) [[unlikely]]
      dispatch_own(message.head, opened);
  }
  template <class... Messages>
  [[gnu::always_inline]] bool offer(envelope const& head, opened_message const& opened,
                                    handles<Messages...>*) noexcept {
    return (
        (head.type == type_code_of<Messages> ? (deliver<Messages>(head, opened), true) : false) ||
        ...);
  }

  /// Handles what is for the actor's home, not for the actor; unknown types are answered or buried.
  [[gnu::noinline]] void dispatch_own(envelope const& head, opened_message opened) noexcept {
    if (head.type == detail::subscribe_code || head.type == detail::unsubscribe_code) {
      return subscribe(head, opened);
    }
    if constexpr (keyed<Actor>) {
      if (head.type == detail::wake_code<Actor>) return wake(head, opened);
      if (head.type == detail::rest_code<Actor>) return put_to_rest(head, opened);
    }
    fail(head, opened, errc::unknown_message, drop_reason::unknown_message);
  }

  /// A message to more than one of this shard's actors: each has it as if it were for it alone.
  [[gnu::noinline]] void spread(message_view const& message) noexcept {
    envelope const& head = message.head;
    message_view one = message;
    one.head.correlation = 0;
    auto const hand_to = [&](full_key const& key) {
      one.head.actor = key.word;
      dispatch(one, &key);
    };
    if (reach_of(head) == reach::all) return for_all(hand_to);
    topics subscribers(shard_.topics[0]);
    topic const to{head.actor};
    for (std::uint32_t at = subscribers.begin(to); at != topics::none;
         at = subscribers.next(at, to)) {
      hand_to(subscribers.who(at));
    }
    subscribers.end();
  }

  template <class F>
  void for_all(F&& f) noexcept {
    if constexpr (keyed<Actor>) {
      directory& table = keyed_.table();
      for (std::uint32_t row = 0; row < table.rows_ever(); ++row) {
        if (table.row(row).next == directory::taken) f(full_key(table.row(row).key));
      }
    } else {
      for (std::uint64_t place = 0; place < shard_.actor_count; ++place) {
        f(full_key{place * kernel_.shard_count + index_, 0});
      }
    }
  }

  template <class Message>
  [[gnu::always_inline]] void deliver(envelope const& head, opened_message const& opened) noexcept {
    Actor* state = nullptr;
    if (!find(head, opened, state)) [[unlikely]]
      return;
    bool const raw = lies_there<Message>(opened, head.kind);
    std::optional<Message> copy;
    if (!raw && !copy_out(opened.body, opened.length, head.kind, copy)) [[unlikely]]
      return fail(head, opened, errc::malformed, drop_reason::malformed);
    handle(*state, raw ? *reinterpret_cast<Message const*>(opened.body) : *copy, head, opened);
  }

  /// Whether the bytes are the message itself, to be read where it lies.
  template <class Message>
  [[nodiscard]] static bool lies_there(opened_message const& opened, message_kind kind) noexcept {
    return payload<Message>::raw && kind == message_kind::raw && opened.length == sizeof(Message);
  }
  /// False: the bytes are no such message.
  template <class Message>
  [[nodiscard, gnu::noinline]] static bool copy_out(std::byte const* bytes, std::size_t length,
                                                    message_kind kind,
                                                    std::optional<Message>& out) noexcept {
    return payload<Message>::unpack({bytes, length}, kind == message_kind::raw, out.emplace());
  }

  /// The actor that a message is for. False: there is none, and the asker has been told.
  bool find(envelope const& head, opened_message const& opened, Actor*& state) noexcept {
    if constexpr (keyed<Actor>) {
      std::uint32_t row = keyed_.find(opened.key);
      if (row == home::none) {
        hooks h{*this};
        row = keyed_.bring(opened.key, directory::tick(now_), h);
        count_live();
        if (row == home::none) {
          fail(head, opened, errc::full, drop_reason::no_room);
          return false;
        }
      }
      keyed_.touch(row, directory::tick(now_));
      state = &keyed_.state(row);
    } else {
      std::uint64_t const place = place_of(opened.key.word);
      if (place >= shard_.actor_count) [[unlikely]] {
        fail(head, opened, errc::no_such_actor, drop_reason::no_such_actor);
        return false;
      }
      state = &static_cast<Actor*>(shard_.actors)[place];
    }
    return true;
  }

  template <class Message>
  [[gnu::always_inline]] void handle(Actor& state, Message const& message, envelope const& head,
                                     opened_message const& opened) noexcept {
    using returned = detail::handler_result<Actor, Message>;
    context<Actor, Env, Message> self(kernel_, env_, head, opened.key, opened.back, index_,
                                      clock_.tick().word);
    detail::bump(shard_.words->handled, 1);
    asker to{*this, head, opened.back};
    if constexpr (std::is_void_v<returned>) {
      if (!env_.guard([&] { state.on(message, self); }, head)) {
        return detail::answer_thrown(to, head);
      }
      detail::answer_nothing(to);
    } else {
      // Filled by the handler; `guard` says whether it was.
      detail::result_slot<returned> out;
      if (!env_.guard([&] { out.put(state.on(message, self)); }, head)) {
        return detail::answer_thrown(to, head);
      }
      detail::answer(to, head, out.get());
    }
  }

  /// The host has an actor subscribe to a topic, or give it up.
  void subscribe(envelope const& head, opened_message const& opened) noexcept {
    detail::topic_change change;
    if (opened.length != sizeof change) {
      return fail(head, opened, errc::malformed, drop_reason::malformed);
    }
    std::memcpy(&change, opened.body, sizeof change);
    if (!keyed<Actor> && head.actor >= kernel_.actors) {
      return fail(head, opened, errc::no_such_actor, drop_reason::no_such_actor);
    }
    topics table(shard_.topics[0]);
    bool const wants = head.type == detail::subscribe_code;
    bool const done = wants ? table.subscribe({change.topic}, opened.key)
                            : table.unsubscribe({change.topic}, opened.key);
    asker to{*this, head, opened.back};
    if (done) return detail::answer_nothing(to);
    fail(head, opened, wants ? errc::no_memory : errc::not_found, drop_reason::rejected);
  }

  /// The host brings a state to go on with.
  void wake(envelope const& head, opened_message const& opened) noexcept {
    asker to{*this, head, opened.back};
    if (opened.length != sizeof(Actor)) {
      return fail(head, opened, errc::malformed, drop_reason::malformed);
    }
    if (keyed_.find(opened.key) != home::none) {
      return detail::answer_failure(to, head, errc::already_exists, drop_reason::rejected);
    }
    Actor with;
    std::memcpy(static_cast<void*>(&with), opened.body, sizeof with);
    hooks h{*this};
    bool const there = keyed_.bring(opened.key, directory::tick(now_), h, &with) != home::none;
    count_live();
    if (!there) return fail(head, opened, errc::full, drop_reason::no_room);
    detail::answer_nothing(to);
  }

  void put_to_rest(envelope const& head, opened_message const& opened) noexcept {
    asker to{*this, head, opened.back};
    std::uint32_t const row = keyed_.find(opened.key);
    if (row == home::none) {
      return fail(head, opened, errc::no_such_actor, drop_reason::no_such_actor);
    }
    hooks h{*this};
    if (!keyed_.put_to_rest(row, h)) return fail(head, opened, errc::full, drop_reason::no_room);
    count_live();
    detail::answer_nothing(to);
  }

  void count_live() noexcept {
    shard_.words->live.store(keyed_.live(), platform::memory_order_relaxed);
  }

  /// What a home of keyed actors needs (kernel/keyed_home.hpp).
  struct hooks {
    delivery& by;
    std::uint64_t at = 0;

    [[nodiscard]] auto writer() const noexcept {
      return ring_writer<typename Env::codec, writers::many>{
          ring<typename Env::codec>{by.kernel_.rest.states}};
    }
    [[nodiscard]] bool reserve() noexcept {
      if (!by.kernel_.rest.wanted()) return false;
      auto const to = writer();
      return to.reserve(to.target().slots_for(sizeof(Actor)), at);
    }
    void hand_over(full_key const& key, Actor const& state) noexcept {
      envelope head;
      head.actor = key.word;
      head.correlation = key.rest;
      head.time = by.clock_.tick().word;
      head.length = sizeof(Actor);
      head.kind = message_kind::raw_reply;
      by.env_.with_scratch(sizeof(Actor), [&](std::byte* scratch) {
        std::memcpy(scratch, static_cast<void const*>(&state), sizeof state);
        writer().write(at, head, scratch);
      });
      by.env_.ring_bell(by.kernel_.rest.bell);
    }
    void activate(full_key const& key, Actor& state) noexcept {
      if constexpr (requires(context<Actor, Env> & self) { state.on_activate(self); }) {
        call(key, [&](auto& self) { state.on_activate(self); });
      }
    }
    void deactivate(full_key const& key, Actor& state) noexcept {
      if constexpr (requires(context<Actor, Env> & self) { state.on_deactivate(self); }) {
        call(key, [&](auto& self) { state.on_deactivate(self); });
      }
    }
    template <class F>
    void call(full_key const& key, F&& f) noexcept {
      envelope head;
      head.actor = key.word;
      context<Actor, Env> self(by.kernel_, by.env_, head, key, nullptr, by.index_,
                               by.clock_.tick().word);
      (void)by.env_.guard([&] { f(self); }, head);
    }
  };

  /// The way to one asker (kernel/answer.hpp).
  struct asker {
    delivery& by;
    envelope const& head;
    return_address const* back;

    [[nodiscard]] bool asked() const noexcept {
      return head.port < by.kernel_.port_count || back != nullptr;
    }
    template <class Fill>
    void send(message_kind kind, type_code type, std::size_t length, Fill&& fill) noexcept {
      std::uint64_t const time = by.clock_.tick().word;
      if (back != nullptr) {
        detail::answer_actor(by.kernel_, by.env_, *back, time, answer_head{back->tag}, fill);
      } else {
        by.env_.reply(by.kernel_, head, kind, type, length, time, fill);
      }
    }
    void send_failure(type_code type, failure_reply const& why) noexcept {
      std::uint64_t const time = by.clock_.tick().word;
      if (back != nullptr) {
        detail::refuse_actor(by.kernel_, by.env_, *back, time, why);
      } else {
        by.env_.reply(by.kernel_, head, message_kind::failure, type, sizeof why, time,
                      [&](std::byte* out) { std::memcpy(out, &why, sizeof why); });
      }
    }
    void refused() noexcept { detail::bump(by.shard_.words->refused, 1); }
    void note(errc code) noexcept {
      if (by.noted_) by.telemetry_.note_error(static_cast<std::uint32_t>(code), head.type);
    }
    void bury(drop_reason reason) noexcept {
      detail::bump(by.shard_.words->dropped[static_cast<std::size_t>(reason)], 1);
      by.env_.bury(reason, head);
    }
  };

  /// `opened` by value, here and where else the quick way ends: so that keeps it in registers.
  [[gnu::noinline]] void fail(envelope const& head, opened_message opened, errc code,
                              drop_reason reason) noexcept {
    asker to{*this, head, opened.back};
    detail::answer_failure(to, head, code, reason);
  }

  kernel_view const& kernel_;
  shard_view const& shard_;
  Env& env_;
  telemetry_writer telemetry_;
  local_clock clock_{};
  std::uint64_t now_ = 0;
  std::uint32_t now_us_ = 0;
  std::uint32_t const index_;
  bool const whole_power_;  ///< Of two: the number of shards; then
  std::uint8_t const log2_shards_;
  bool noted_ = true;
  [[no_unique_address]] home keyed_;
};

}  // namespace gyre
