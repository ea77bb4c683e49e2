#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/payload.hpp>
#include <gyre/kernel/view.hpp>

namespace gyre {

/// What a handler is given as `self`: who it is, and what it may do besides returning a reply.
///
/// `Env` is the engine's part (cpu: engine/cpu/environment.hpp). A context lives for one message,
/// on the stack of the loop; keep nothing of it.
template <class Actor, class Env>
class context {
 public:
  GYRE_FN context(kernel_view const& kernel, Env& env, envelope const& message, std::uint32_t shard,
                  std::uint64_t time) noexcept
      : kernel_(kernel), env_(env), message_(message), time_(time), shard_(shard) {}
  context(context const&) = delete;
  context& operator=(context const&) = delete;

  /// This actor's id.
  [[nodiscard]] GYRE_FN std::uint64_t id() const noexcept { return message_.actor; }
  /// This actor's address, to be sent along.
  [[nodiscard]] GYRE_FN actor<Actor> self() const noexcept { return {message_.actor}; }
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
  template <class To, class Message>
  GYRE_FN bool tell(actor<To> to, Message const& message) noexcept {
    static_assert(std::is_same_v<To, Actor>,
                  "a handler tells actors of its own kernel; other kernels are not reached yet");
    static_assert(To::handles::template contains<Message>,
                  "the actor does not handle this message");
    using form = payload<Message>;
    envelope head;
    head.actor = to.id;
    head.time = time_;
    head.type = type_code_of<Message>;
    head.kind = form::raw ? message_kind::raw : message_kind::wire;
    std::size_t const length = form::size(message);
    head.length = static_cast<std::uint32_t>(length);
    if (to.id >= kernel_.actors) return lose(head, drop_reason::no_such_actor);
    if (length > form::greatest) return lose(head, drop_reason::no_room);
    return env_.post(kernel_, kernel_.home(to.id), head, [&](std::byte* out) {
      form::pack(message, out);
    }) || lose(head, drop_reason::no_room);
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
  GYRE_FN bool lose(envelope const& head, drop_reason reason) noexcept {
    env_.lose(kernel_, reason, head);
    return false;
  }

  kernel_view const& kernel_;
  Env& env_;
  envelope const& message_;
  std::uint64_t time_;
  std::uint32_t shard_;
};

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
  template <class... Args>
  static void lose(Args const&...) noexcept {}
};

template <class Actor, class Message>
using handler_result = decltype(std::declval<Actor&>().on(
    std::declval<Message const&>(), std::declval<context<Actor, declared_environment>&>()));

}  // namespace detail

/// What an actor answers to a message: the type that `on` returns, without `reply<>`.
template <class Actor, class Message>
using reply_of = typename detail::reply_value<detail::handler_result<Actor, Message>>::type;

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
