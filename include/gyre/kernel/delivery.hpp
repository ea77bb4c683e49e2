#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/keyed_home.hpp>
#include <gyre/kernel/opened.hpp>
#include <gyre/kernel/result_slot.hpp>
#include <gyre/kernel/shard_delivery.hpp>
#include <gyre/kernel/view.hpp>

namespace gyre {

/// Brings one message to its handler: finds the actor and the handler, runs it, and sends what
/// becomes of it. The part of `shard_delivery` that is compiled for each actor type; it has nothing
/// of its own but where the other is.
template <class Actor, class Env>
struct delivery {
  using core = shard_delivery<Env>;
  using asker = typename core::asker;
  struct nobody {
    explicit nobody(shard_view const&) noexcept {}
    [[nodiscard]] static directory* table() noexcept { return nullptr; }
  };
  struct keyed_actors : detail::keyed_home<Actor> {
    explicit keyed_actors(shard_view const& shard) noexcept
        : detail::keyed_home<Actor>(*shard.directories, shard.actors) {}
    [[nodiscard]] directory* table() noexcept { return &detail::keyed_home<Actor>::table(); }
  };
  /// What a shard has of its actors beside their states.
  using home = std::conditional_t<keyed<Actor>, keyed_actors, nobody>;

  core& by;

  static void dispatch(core& by, message_view const& message, full_key const* whose) noexcept {
    opened_message opened = open_message<Actor>(message);
    if (whose != nullptr) [[unlikely]]
      opened.key = {whose->word, whose->rest};
    delivery self{by};
    if (!self.offer(message.head, opened, static_cast<typename Actor::handles*>(nullptr)))
        [[unlikely]] {
      by.dispatch_own(message.head, opened);
    }
  }
  template <class... Messages>
  [[gnu::always_inline]] bool offer(envelope const& head, opened_message const& opened,
                                    handles<Messages...>*) noexcept {
    return (
        (head.type == type_code_of<Messages> ? (deliver<Messages>(head, opened), true) : false) ||
        ...);
  }

  /// Handles what is for the actor's home, not for the actor. False: it is not.
  static bool dispatch_home(core& by, envelope const& head, opened_message const& opened) noexcept {
    delivery self{by};
    if (head.type == detail::wake_code<Actor>) return self.wake(head, opened), true;
    if (head.type == detail::rest_code<Actor>) return self.put_to_rest(head, opened), true;
    return false;
  }

  static void sweep(core& by) noexcept {
    delivery self{by};
    hooks h{by};
    self.actors().sweep(directory::tick(by.now_), by.kernel_.rest.after, h);
    by.count_live();
  }

  [[nodiscard]] keyed_actors& actors() const noexcept {
    return *static_cast<keyed_actors*>(by.home_);
  }

  template <class Message>
  [[gnu::always_inline]] void deliver(envelope const& head, opened_message const& opened) noexcept {
    Actor* state = nullptr;
    if (!find(head, opened, state)) [[unlikely]]
      return;
    bool const raw = lies_there<Message>(opened, head.kind);
    std::optional<Message> copy;
    if (!raw && !copy_out(opened.body, opened.length, head.kind, copy)) [[unlikely]]
      return by.fail(head, opened, errc::malformed, drop_reason::malformed);
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
      std::uint32_t row = actors().find(opened.key);
      if (row == directory::none) {
        hooks h{by};
        row = actors().bring(opened.key, directory::tick(by.now_), h);
        by.count_live();
        if (row == directory::none) {
          by.fail(head, opened, errc::full, drop_reason::no_room);
          return false;
        }
      }
      actors().touch(row, directory::tick(by.now_));
      state = &actors().state(row);
    } else {
      std::uint64_t const place = by.place_of(opened.key.word);
      if (place >= by.shard_.actor_count) [[unlikely]] {
        by.fail(head, opened, errc::no_such_actor, drop_reason::no_such_actor);
        return false;
      }
      state = &static_cast<Actor*>(by.shard_.actors)[place];
    }
    return true;
  }

  template <class Message>
  [[gnu::always_inline]] void handle(Actor& state, Message const& message, envelope const& head,
                                     opened_message const& opened) noexcept {
    using returned = detail::handler_result<Actor, Message>;
    context<Actor, Env, Message> self(by.kernel_, by.env_, head, opened.key, opened.back, by.index_,
                                      by.clock_.tick().word);
    detail::bump(by.shard_.words->handled, 1);
    asker to{by, head, opened.back};
    if constexpr (std::is_void_v<returned>) {
      if (!by.env_.guard([&] { state.on(message, self); }, head)) {
        return detail::answer_thrown(to, head);
      }
      detail::answer_nothing(to);
    } else {
      // Filled by the handler; `guard` says whether it was.
      detail::result_slot<returned> out;
      if (!by.env_.guard([&] { out.put(state.on(message, self)); }, head)) {
        return detail::answer_thrown(to, head);
      }
      detail::answer(to, head, out.get());
    }
  }

  /// The host brings a state to go on with.
  void wake(envelope const& head, opened_message const& opened) noexcept {
    asker to{by, head, opened.back};
    if (opened.length != sizeof(Actor)) {
      return by.fail(head, opened, errc::malformed, drop_reason::malformed);
    }
    if (actors().find(opened.key) != directory::none) {
      return detail::answer_failure(to, head, errc::already_exists, drop_reason::rejected);
    }
    Actor with;
    std::memcpy(static_cast<void*>(&with), opened.body, sizeof with);
    hooks h{by};
    bool const there =
        actors().bring(opened.key, directory::tick(by.now_), h, &with) != directory::none;
    by.count_live();
    if (!there) return by.fail(head, opened, errc::full, drop_reason::no_room);
    detail::answer_nothing(to);
  }

  void put_to_rest(envelope const& head, opened_message const& opened) noexcept {
    asker to{by, head, opened.back};
    std::uint32_t const row = actors().find(opened.key);
    if (row == directory::none) {
      return by.fail(head, opened, errc::no_such_actor, drop_reason::no_such_actor);
    }
    hooks h{by};
    if (!actors().put_to_rest(row, h))
      return by.fail(head, opened, errc::full, drop_reason::no_room);
    by.count_live();
    detail::answer_nothing(to);
  }

  /// What a home of keyed actors needs (kernel/keyed_home.hpp).
  struct hooks {
    core& by;
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
      writer().write(at, head, reinterpret_cast<std::byte const*>(&state));
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
};

namespace detail {
template <class Actor, class Env>
[[nodiscard]] constexpr auto calls_of() noexcept {
  using of = delivery<Actor, Env>;
  typename shard_delivery<Env>::actor_calls calls{
      sizeof(Actor), address_bytes<Actor>, keyed<Actor>, &of::dispatch, nullptr, nullptr};
  if constexpr (keyed<Actor>) {
    calls.dispatch_home = &of::dispatch_home;
    calls.sweep = &of::sweep;
  }
  return calls;
}
/// What a shard's loop is given of an actor type.
template <class Actor, class Env>
inline constexpr auto actor_calls = calls_of<Actor, Env>();
}  // namespace detail

}  // namespace gyre
