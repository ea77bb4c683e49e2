#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <gyre/core/chrono.hpp>
#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/call.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/keys.hpp>
#include <gyre/kernel/payload.hpp>
#include <gyre/kernel/view.hpp>

namespace gyre {

template <class Actor, class Env, class Message>
class context;

namespace detail {

/// An environment that only names things: with it, `reply_of` asks a handler for its reply's type.
struct declared_environment {
  using codec = commit_codec<>;
  static constexpr std::uint32_t lanes() noexcept { return 1; }
  static constexpr std::uint32_t lane() noexcept { return 0; }
  static void sync() noexcept {}
  static void use_buffers() noexcept {}
  template <class... Args>
  static bool post(Args const&...) noexcept {
    return false;
  }
  static kernel_view const* linked(kernel_view const&, std::uint32_t) noexcept { return nullptr; }
  static std::uint32_t expires_within(std::int64_t) noexcept { return 0; }
  template <class... Args>
  static void lose(Args const&...) noexcept {}
  template <class... Args>
  static void reply(Args const&...) noexcept {}
  static topics_view subscriptions(kernel_view const&) noexcept { return {}; }
};

template <class Actor, class Message>
using handler_result = decltype(std::declval<Actor&>().on(
    std::declval<Message const&>(),
    std::declval<context<Actor, declared_environment, Message>&>()));

}  // namespace detail

/// What an actor answers to a message: the type that `on` returns, without `reply<>`.
template <class Actor, class Message>
using reply_of = typename detail::reply_value<detail::handler_result<Actor, Message>>::type;

/// What a handler is given as `self`: who it is, and what it may do besides returning a reply.
///
/// `Env` is the engine's part (cpu: engine/cpu/environment.hpp). A context lives for one message,
/// on the stack of the loop; keep nothing of it. `Message` is what is being handled, or void in
/// `on_activate` and `on_deactivate`.
template <class Actor, class Env, class Message = void>
class context {
 public:
  using key = key_type<Actor>;
  using address = gyre::actor<Actor, key>;

  /// `back`: where the answer to an actor's ask goes; null if it is no such ask.
  GYRE_FN context(kernel_view const& kernel, Env& env, envelope const& message,
                  full_key const& self, return_address const* back, std::uint32_t shard,
                  std::uint64_t time) noexcept
      : kernel_(kernel),
        env_(env),
        message_(message),
        self_(self),
        back_(back),
        time_(time),
        shard_(shard) {}
  context(context const&) = delete;
  context& operator=(context const&) = delete;

  /// This actor's id, or its key.
  [[nodiscard]] GYRE_FN key id() const noexcept { return joined_key<key>(self_); }
  /// This actor's address, to be sent along.
  [[nodiscard]] GYRE_FN address self() const noexcept { return {id()}; }
  /// The shard that it lives on.
  [[nodiscard]] GYRE_FN std::uint32_t shard() const noexcept { return shard_; }
  /// Whether somebody waits for a reply.
  [[nodiscard]] GYRE_FN bool asked() const noexcept { return message_.port != no_port; }
  /// When the message was sent.
  [[nodiscard]] GYRE_FN hybrid_time sent_at() const noexcept { return {message_.time}; }
  /// The message's priority: higher first, 128 unless the sender said otherwise.
  [[nodiscard]] GYRE_FN std::uint8_t priority() const noexcept { return message_.priority; }

  /// The reply, said aloud: `return self.reply(balance{cents});`.
  template <class Value>
  [[nodiscard]] GYRE_FN gyre::reply<Value> reply(Value const& value) const noexcept {
    return {value};
  }
  /// A refusal: `return self.reject(1, cents);`. The asker gets `errc::rejected` with both numbers;
  /// a refused tell becomes a dead letter.
  [[nodiscard]] GYRE_FN rejection reject(std::uint32_t code,
                                         std::int64_t detail = 0) const noexcept {
    return {code, detail};
  }

  /// Sends a message to an actor of this kernel, wanting no reply. A handler never waits: what its
  /// target has no room for now is kept, in order, until it has (launch option `backlog_bytes`).
  /// False, and counted as a dead letter (`no_room`, `no_such_actor`), if that is full too.
  template <class To, class Key, class Other>
  GYRE_FN bool tell(gyre::actor<To, Key> to, Other const& message) noexcept {
    return send(to, message, envelope{}, nullptr);
  }

  /// Sends a message to an actor of another kernel, likewise. False also if that kernel has ended
  /// (a dead letter, `terminated`), or the address belongs to another kernel's links or to none
  /// (`no_such_actor`). What two actors of different kernels send each other stays in its order.
  template <class To, class Key, class Other>
  GYRE_FN bool tell(far_actor<To, Key> to, Other const& message) noexcept {
    return send_far(to, message, envelope{}, nullptr);
  }

  /// Sends a message to every actor of this kernel; of keyed ones, to those that live. One message
  /// for each home. False if it could not be sent to all of them.
  template <class Other>
  GYRE_FN bool broadcast(Other const& message) noexcept {
    return spread(reach::all, 0, message);
  }
  /// Sends a message to the actors of this kernel that subscribe to a topic: one for each home.
  /// What this actor tells a subscriber before and after comes before and after it. False as above.
  template <class Other>
  GYRE_FN bool publish(topic to, Other const& message) noexcept {
    return spread(reach::subscribers, to.id, message);
  }
  /// From now on this actor gets what is published to the topic, once. False: its home holds as
  /// many subscriptions as it can (launch option `subscriptions`). A keyed actor that is put to
  /// rest still subscribes, and comes into being again with the next publication, unless it gives
  /// it up in `on_deactivate`.
  GYRE_EITHER_SIDE
  GYRE_FN bool subscribe(topic to) noexcept {
    return topics(env_.subscriptions(kernel_)).subscribe(to, self_);
  }
  /// False: it had not subscribed.
  GYRE_EITHER_SIDE
  GYRE_FN bool unsubscribe(topic to) noexcept {
    return topics(env_.subscriptions(kernel_)).unsubscribe(to, self_);
  }

  /// Asks an actor of this kernel. What it answers comes to this actor as a message,
  /// `gyre::answered<Reply>` with this `tag`, or with why there is no value; which is to be among
  /// its `handles`. False as for `tell`. The reply is of fixed size.
  ///
  /// What the other actor has not begun with `within` this time (below 35 minutes; a longer one is
  /// for ever) it does not begin with: the answer is `timed_out`. One that answers later, or never,
  /// is not reminded.
  template <class To, class Key, class Other>
  GYRE_FN bool ask(gyre::actor<To, Key> to, Other const& message, std::uint64_t tag = 0,
                   std::chrono::nanoseconds within = std::chrono::nanoseconds::max()) noexcept {
    return_address const back = address_for<To, Other>(tag);
    return send(to, message, head_of_ask(within), &back);
  }
  /// Asks an actor of another kernel, likewise. No answer comes if one of the two kernels ends
  /// first: then one of the two messages is a dead letter.
  template <class To, class Key, class Other>
  GYRE_FN bool ask(far_actor<To, Key> to, Other const& message, std::uint64_t tag = 0,
                   std::chrono::nanoseconds within = std::chrono::nanoseconds::max()) noexcept {
    return_address back = address_for<To, Other>(tag);
    back.link = to.back;
    return send_far(to, message, head_of_ask(within), &back);
  }

  /// Passes the ask that is being handled on to another actor, with another message or the same;
  /// that one answers whoever asked: `return self.forward(other, query{});`, in a handler that
  /// returns `gyre::reply<Reply>`. A tell is passed on as a tell. If it cannot be sent, that is a
  /// dead letter, and the asker gets `full` or `no_such_actor`.
  template <class To, class Key, class Other>
  [[nodiscard]] GYRE_FN auto forward(gyre::actor<To, Key> to, Other const& message) noexcept
      -> gyre::reply<reply_of<To, Other>> {
    static_assert(std::is_same_v<reply_of<To, Other>, reply_of<Actor, Message>>,
                  "a message is forwarded to one who answers the same");
    envelope head;
    head.port = message_.port;
    head.correlation = message_.correlation;
    head.expires = message_.expires;
    head.priority = message_.priority;
    if (!send(to, message, head, back_)) {
      bool const there = kernel_.keyed || split_key(to.id).word < kernel_.actors;
      return detail::unsent{there ? errc::full : errc::no_such_actor};
    }
    return gyre::later<reply_of<To, Other>>{};
  }

  /// Who waits for the answer to this message, to be answered later.
  template <class Handled = Message>
  [[nodiscard]] GYRE_FN auto who_asked() const noexcept -> caller<reply_of<Actor, Handled>> {
    caller<reply_of<Actor, Handled>> out;
    out.correlation = message_.correlation;
    out.actor = message_.actor;
    out.expires = message_.expires;
    out.port = message_.port;
    if (back_ != nullptr) out.back = *back_;
    return out;
  }
  /// What a handler returns that has kept `who_asked`.
  template <class Handled = Message>
  [[nodiscard]] GYRE_FN auto later() const noexcept -> gyre::later<reply_of<Actor, Handled>> {
    return {};
  }
  /// Answers somebody who asked earlier, once: with a value, or `self.reject(…)`. Nothing if nobody
  /// waits.
  template <class Reply>
  GYRE_FN void answer_to(caller<Reply> const& to,
                         std::type_identity_t<gyre::reply<Reply>> const& value) noexcept {
    envelope const head = head_of(to);
    late_asker way{*this, head, to.back};
    detail::answer(way, head, value);
  }
  /// The same for an ask that wants no value.
  GYRE_FN void answer_to(caller<void> const& to) noexcept {
    envelope const head = head_of(to);
    late_asker way{*this, head, to.back};
    detail::answer_nothing(way);
  }

  /// Lanes that run this handler together: 1 unless it asked for more on the device.
  [[nodiscard]] GYRE_FN std::uint32_t lanes() const noexcept { return env_.lanes(); }
  /// This lane's index among them.
  [[nodiscard]] GYRE_FN std::uint32_t lane() const noexcept { return env_.lane(); }
  /// Waits for all of them; what each wrote before is seen by all after. Nothing for one lane.
  /// Every lane of a wide handler calls it equally often.
  GYRE_FN void sync() const noexcept { env_.sync(); }
  /// Calls `f(i)` for each i in 0 … n-1 once, dealt over the lanes.
  template <class F>
  GYRE_FN void for_each(std::uint64_t n, F&& f) const {
    for (std::uint64_t i = lane(); i < n; i += lanes()) f(i);
  }

  /// Monotonic nanoseconds; a clock reading (10 to 25 ns).
  [[nodiscard]] GYRE_FN std::uint64_t now() const noexcept { return platform::clock_ns(); }

  /// A device buffer's elements, pinned while the view lives, or why not.
  template <class T>
  [[nodiscard]] GYRE_FN buffer_view<T> buffer(buffer_handle handle) const noexcept {
    env_.use_buffers();
    return pin_buffer<T>(kernel_.buffers, handle);
  }

 private:
  /// No reason against it.
  static constexpr auto sendable = static_cast<drop_reason>(drop_reasons);

  template <class Value>
  [[nodiscard]] static constexpr std::uint32_t offset_of_value() noexcept {
    std::size_t const align = alignof(Value);
    return static_cast<std::uint32_t>((sizeof(answer_head) + align - 1) / align * align);
  }

  /// Where the answer to an ask of this actor goes.
  template <class To, class Other>
  [[nodiscard]] GYRE_FN return_address address_for(std::uint64_t tag) const noexcept {
    using value = reply_of<To, Other>;
    using comes_back = answered<value>;
    static_assert(
        Actor::handles::template contains<comes_back>,
        "the actor that asks handles the answer: gyre::answered<Reply> among its `handles`");
    static_assert(payload<comes_back>::raw, "the answer to a handler's ask is of fixed size");
    return_address back;
    back.actor = self_.word;
    back.rest = self_.rest;
    back.tag = tag;
    back.answer_code = type_code_of<comes_back>;
    back.answer_bytes = sizeof(comes_back);
    if constexpr (!std::is_void_v<value>) back.value_offset = offset_of_value<value>();
    back.address_length = address_bytes<Actor>;
    return back;
  }

  GYRE_EITHER_SIDE
  [[nodiscard]] GYRE_FN envelope head_of_ask(std::chrono::nanoseconds within) const noexcept {
    envelope head;
    head.port = actor_port;
    if (within != std::chrono::nanoseconds::max())
      head.expires = env_.expires_within(within.count());
    return head;
  }

  template <class Reply>
  [[nodiscard]] GYRE_FN static envelope head_of(caller<Reply> const& to) noexcept {
    envelope head;
    head.actor = to.actor;
    head.correlation = to.correlation;
    head.expires = to.expires;
    head.port = to.port;
    return head;
  }

  /// The way to somebody who asked earlier (kernel/answer.hpp).
  struct late_asker {
    context& by;
    envelope const& head;
    return_address const& back;

    [[nodiscard]] GYRE_FN bool asked() const noexcept { return head.port != no_port; }
    GYRE_EITHER_SIDE
    template <class Fill>
    GYRE_FN void send(message_kind kind, type_code type, std::size_t length, Fill&& fill) noexcept {
      if (head.port == actor_port) {
        detail::answer_actor(by.kernel_, by.env_, back, by.time_, answer_head{back.tag}, fill);
      } else {
        by.env_.reply(by.kernel_, head, kind, type, length, by.time_, fill);
      }
    }
    GYRE_EITHER_SIDE
    GYRE_FN void send_failure(type_code type, failure_reply const& why) noexcept {
      if (head.port == actor_port) {
        detail::refuse_actor(by.kernel_, by.env_, back, by.time_, why);
      } else {
        by.env_.reply(by.kernel_, head, message_kind::failure, type, sizeof why, by.time_,
                      [&](std::byte* out) { std::memcpy(out, &why, sizeof why); });
      }
    }
    GYRE_FN void refused() const noexcept {}
    GYRE_FN void note(errc) const noexcept {}
    GYRE_EITHER_SIDE
    GYRE_FN void bury(drop_reason reason) noexcept { by.env_.lose(by.kernel_, reason, head); }
  };

  /// `head` says where the answer goes; the rest of it is filled in here.
  GYRE_EITHER_SIDE
  template <class To, class Key, class Other>
  GYRE_FN bool send(gyre::actor<To, Key> const& to, Other const& message, envelope head,
                    return_address const* back) noexcept {
    static_assert(std::is_same_v<To, Actor>,
                  "a handler tells actors of its own kernel so; those of another by a gyre::link");
    static_assert(std::is_same_v<Key, key_type<To>>,
                  "an actor is addressed as gyre::actor<T>, or gyre::actor<T, gyre::uuid> if that "
                  "is its key");
    full_key const whom = split_key(to.id);
    if (drop_reason const why = envelope_for<To>(kernel_, whom, message, head, back);
        why != sendable) {
      return lose(head, why);
    }
    return env_.post(kernel_, 0, kernel_.home(whom.word), head,
                     [&](std::byte* out) { write<To>(whom, message, back, out); });
  }

  GYRE_EITHER_SIDE
  template <class To, class Key, class Other>
  GYRE_FN bool send_far(far_actor<To, Key> const& to, Other const& message, envelope head,
                        return_address const* back) noexcept {
    static_assert(std::is_same_v<Key, key_type<To>>,
                  "gyre::link::at takes the address that its actor has: a std::uint64_t, or a "
                  "gyre::uuid if that is its key");
    full_key const whom = split_key(to.id);
    kernel_view const* const target = env_.linked(kernel_, to.link);
    if (target == nullptr) {
      head.actor = whom.word;
      return lose(head, drop_reason::no_such_actor);
    }
    if (drop_reason const why = envelope_for<To>(*target, whom, message, head, back);
        why != sendable) {
      return lose(head, why);
    }
    return env_.post(kernel_, to.link, target->home(whom.word), head,
                     [&](std::byte* out) { write<To>(whom, message, back, out); });
  }

  /// Fills in the envelope of a message to an actor of a kernel; why it cannot be sent.
  template <class To, class Other>
  [[nodiscard]] GYRE_FN drop_reason envelope_for(kernel_view const& target, full_key const& whom,
                                                 Other const& message, envelope& head,
                                                 return_address const* back) const noexcept {
    static_assert(To::handles::template contains<Other>, "the actor does not handle this message");
    using form = payload<Other>;
    std::size_t const prefix = address_bytes<To> + (back != nullptr ? sizeof *back : 0);
    std::size_t const length = form::size(message);
    head.actor = whom.word;
    head.time = time_;
    head.type = type_code_of<Other>;
    head.kind = form::raw ? message_kind::raw : message_kind::wire;
    head.length = static_cast<std::uint32_t>(prefix + length);
    if (!target.keyed && whom.word >= target.actors) return drop_reason::no_such_actor;
    return length > form::greatest ? drop_reason::no_room : sendable;
  }

  /// A message with what stands before it.
  template <class To, class Other>
  GYRE_FN static void write(full_key const& whom, Other const& message, return_address const* back,
                            std::byte* out) noexcept {
    constexpr std::size_t wide = address_bytes<To>;
    if constexpr (wide != 0) std::memcpy(out, &whom.rest, sizeof whom.rest);
    if (back != nullptr) std::memcpy(out + wide, back, sizeof *back);
    payload<Other>::pack(message, out + wide + (back != nullptr ? sizeof *back : 0));
  }

  GYRE_EITHER_SIDE
  template <class Other>
  GYRE_FN bool spread(reach far, std::uint64_t to, Other const& message) noexcept {
    static_assert(Actor::handles::template contains<Other>,
                  "the actor does not handle this message");
    using form = payload<Other>;
    constexpr std::size_t wide = address_bytes<Actor>;
    envelope head;
    head.actor = to;
    head.time = time_;
    head.type = type_code_of<Other>;
    head.kind = form::raw ? message_kind::raw : message_kind::wire;
    head.length = static_cast<std::uint32_t>(wide + form::size(message));
    bool const fits = form::size(message) <= form::greatest;
    bool all = true;
    for (std::uint32_t shard = 0; shard < kernel_.shard_count; ++shard) {
      for (std::uint32_t home = 0; home < kernel_.homes; ++home) {
        head.correlation = reach_word(far, shard, home);
        all = fits ? env_.post(kernel_, 0, shard, head,
                               [&](std::byte* out) {
                                 if constexpr (wide != 0) std::memset(out, 0, wide);
                                 form::pack(message, out + wide);
                               }) &&
                         all
                   : lose(head, drop_reason::no_room);
      }
    }
    return all;
  }

  GYRE_EITHER_SIDE
  GYRE_FN bool lose(envelope const& head, drop_reason reason) noexcept {
    env_.lose(kernel_, reason, head);
    return false;
  }

  kernel_view const& kernel_;
  Env& env_;
  envelope const& message_;
  full_key self_;
  return_address const* back_;
  std::uint64_t time_;
  std::uint32_t shard_;
};

/// Whether `Actor` is a state with handlers: a `handles` list, trivially copyable (it lives where
/// the kernel runs), made from nothing.
template <class Actor>
concept actor_type = requires {
  typename Actor::handles;
  requires Actor::handles::size >
  0;  // looks into the list: its own assertions then speak
}
&&std::is_trivially_copyable_v<Actor>&& std::is_default_constructible_v<Actor>;

/// Whether `Actor` understands `Message`.
template <class Actor, class Message>
concept understands = actor_type<Actor> && Actor::handles::template contains<Message>;

}  // namespace gyre
