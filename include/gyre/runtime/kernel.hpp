#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <gyre/core/chrono.hpp>
#include <gyre/port/port.hpp>
#include <gyre/queue/queue.hpp>
#include <gyre/runtime/kernel_core.hpp>
#include <gyre/runtime/thread_ports.hpp>

namespace gyre {

namespace detail {

/// The only message of the list that the actor answers, or void: what its named queues carry.
template <class Actor, class... Messages>
[[nodiscard]] constexpr auto bridged_of(handles<Messages...>*) noexcept {
  constexpr std::size_t answers_given = ((std::is_void_v<reply_of<Actor, Messages>> ? 0 : 1) + ...);
  if constexpr (keyed<Actor> || answers_given != 1) {
    return std::type_identity<void>{};
  } else {
    constexpr bool answers[] = {!std::is_void_v<reply_of<Actor, Messages>>...};
    constexpr std::size_t index = [&] {
      std::size_t i = 0;
      while (!answers[i]) ++i;
      return i;
    }();
    return std::type_identity<std::tuple_element_t<index, std::tuple<Messages...>>>{};
  }
}

template <class Actor>
using bridged_message =
    typename decltype(bridged_of<Actor>(static_cast<typename Actor::handles*>(nullptr)))::type;

}  // namespace detail

namespace detail {
template <class Actor, class Message>
class async_request;  // actor/async_ask.hpp
}  // namespace detail

/// A keyed actor that was put to rest.
template <class Actor>
struct rested {
  key_type<Actor> key{};
  Actor state{};
};

/// A launched ring kernel. A handle, cheap to copy: copies are the same kernel. It stays in its
/// runtime until it is terminated, whether or not a handle is left. Thread-safe: any thread may
/// ask, tell and operate it; each thread gets a port of its own, behind the scenes.
template <actor_type Actor>
class kernel {
 public:
  explicit kernel(std::shared_ptr<kernel_core> core) noexcept : core_(std::move(core)) {}

  [[nodiscard]] std::string const& id() const noexcept { return core_->id; }

  /// Starts handling. `wrong_state` unless it is inactive.
  result<void> activate() { return core_->activate(); }
  /// Pauses; state and messages stay, and messages sent meanwhile wait. `wrong_state` unless it is
  /// active; `timed_out` if a running handler does not end by then: it is still active.
  result<void> deactivate(std::chrono::nanoseconds timeout = default_timeout) {
    return core_->deactivate(timeout);
  }
  /// Stops taking messages, handles those it has, stops, frees, and says what became of it. What is
  /// left at the deadline becomes dead letters, and their askers get `terminated`. Idempotent.
  /// `engine_failed` if a handler never ends: what it stands on is kept.
  result<final_report> terminate(std::chrono::nanoseconds timeout = default_timeout) {
    return core_->terminate(timeout);
  }

  [[nodiscard]] kernel_state state() const noexcept { return core_->state(); }
  [[nodiscard]] kernel_status status() const { return core_->status(); }
  [[nodiscard]] kernel_metrics metrics() const { return core_->metrics(); }

  /// What the kernel wrote of itself, since the launch or the last reset. Asks nothing of it.
  [[nodiscard]] telemetry_snapshot telemetry() const { return core_->telemetry(); }
  /// Whether handling times are measured. Counters always run.
  void set_telemetry_enabled(bool enabled) noexcept { core_->set_telemetry_enabled(enabled); }
  /// Starts the figures again from zero; the queue's depth stays what it is.
  void reset_telemetry() noexcept { core_->reset_telemetry(); }

  /// Sends from this thread's port and waits for the typed reply; `port::ask` says what comes.
  template <class Message>
    requires understands<Actor, Message>
  [[nodiscard]] result<reply_of<Actor, Message>> ask(
      key_type<Actor> const& actor, Message const& message,
      std::chrono::nanoseconds timeout = default_timeout) {
    client_port* const end = thread_ports::get(core_);
    if (end == nullptr) [[unlikely]]
      return thread_ports::refusal();
    return calls(*end).ask(actor, message, timeout);
  }

  /// To be awaited, by any coroutine on any thread: gives `result<Reply>`, with the errors of
  /// `port::ask`, and what `open_port` may say at the kernel's first. `actor/async_ask.hpp`, which
  /// has its definition, says where the coroutine goes on. What is not awaited is not sent.
  template <class Message>
    requires understands<Actor, Message>
  [[nodiscard]] detail::async_request<Actor, Message> async_ask(
      key_type<Actor> const& actor, Message const& message,
      std::chrono::nanoseconds timeout = default_timeout) const;

  /// Sends from this thread's port, wanting no reply.
  template <class Message>
    requires understands<Actor, Message> result<void> tell(key_type<Actor> const& actor,
                                                           Message const& message,
                                                           send_options options = {}) {
      client_port* const end = thread_ports::get(core_);
      if (end == nullptr) [[unlikely]]
        return thread_ports::refusal();
      return calls(*end).tell(actor, message, options);
    }

  /// Sends a message to every actor, wanting no reply: one for each home, which hands it to its
  /// actors; of keyed ones, to those that live. If it fails, some may have been sent.
  template <class Message>
    requires understands<Actor, Message> result<void> broadcast(Message const& message,
                                                                send_options options = {}) {
      client_port* const end = thread_ports::get(core_);
      if (end == nullptr) [[unlikely]]
        return thread_ports::refusal();
      return calls(*end).spread(reach::all, 0, message, options);
    }
  /// Sends a message to the actors that subscribe to a topic; likewise.
  template <class Message>
    requires understands<Actor, Message> result<void> publish(topic to, Message const& message,
                                                              send_options options = {}) {
      client_port* const end = thread_ports::get(core_);
      if (end == nullptr) [[unlikely]]
        return thread_ports::refusal();
      return calls(*end).spread(reach::subscribers, to.id, message, options);
    }
  /// Has an actor subscribe to a topic, once (`context::subscribe`). `no_memory`: its home holds as
  /// many subscriptions as it can (launch option `subscriptions`); `no_such_actor`.
  result<void> subscribe(topic to, key_type<Actor> const& actor,
                         std::chrono::nanoseconds timeout = default_timeout) {
    detail::topic_change const change{to.id};
    return to_home(actor, detail::subscribe_entry<Actor>, &change, timeout);
  }
  /// `not_found`: it had not subscribed.
  result<void> unsubscribe(topic to, key_type<Actor> const& actor,
                           std::chrono::nanoseconds timeout = default_timeout) {
    detail::topic_change const change{to.id};
    return to_home(actor, detail::unsubscribe_entry<Actor>, &change, timeout);
  }

  /// The state of a keyed actor that was put to rest, idle or for want of room: the host's from now
  /// on. Give it back with `wake` before its key has the next message, or it begins anew.
  /// `timed_out`: none by the deadline; `terminated`: none will come; `unsupported`: the launch
  /// option `rest_window` is 0. Any thread.
  [[nodiscard]] result<rested<Actor>> take_rested(
      std::chrono::nanoseconds timeout = std::chrono::nanoseconds::zero()) requires keyed<Actor> {
    rested<Actor> out;
    full_key key;
    auto const state = std::as_writable_bytes(std::span(&out.state, 1));
    auto r = core_->take_rested(timeout, key, state);
    if (!r) return tl::unexpected<error>(std::move(r.error()));
    out.key = joined_key<key_type<Actor>>(key);
    return out;
  }
  /// Has a keyed actor live with this state. `already_exists`: it lives; `full`: no room. Its
  /// `on_activate` is not called.
  result<void> wake(key_type<Actor> const& key, Actor const& state,
                    std::chrono::nanoseconds timeout = default_timeout) requires keyed<Actor> {
    return to_home(key, detail::wake_entry<Actor>, &state, timeout);
  }
  /// Puts a keyed actor to rest; its state comes by `take_rested`. `no_such_actor`: it does not
  /// live; `full`: too many states wait there already; `unsupported`: the kernel was launched
  /// without a `rest_window`.
  result<void> put_to_rest(key_type<Actor> const& key, std::chrono::nanoseconds timeout =
                                                           default_timeout) requires keyed<Actor> {
    return to_home(key, detail::rest_entry<Actor>, nullptr, timeout);
  }

  /// The way from this kernel's handlers to another kernel's actors, and for their answers back.
  /// Send it to the actors that are to use it: `self.tell(l.at(7), noted{…})`, `self.ask`. Both
  /// kernels are on the cpu engine, in any runtimes of this process, or both on the device of one
  /// runtime whose kernels stay there (`cuda_stay::always`); else `unsupported`. A link keeps
  /// neither kernel. `full`: one of them is linked with 64 kernels; `terminated`,
  /// `engine_failed`; `invalid_argument`: it is this kernel.
  template <actor_type To>
  [[nodiscard]] result<link<To>> link_to(kernel<To> const& other) {
    auto rows = core_->link_to(other.core());
    if (!rows) return tl::unexpected<error>(std::move(rows.error()));
    return link<To>{rows->there, rows->back};
  }

  /// A port for one thread's own use: the fastest way, and the one with many asks in flight.
  /// `full` if all are open (launch option `ports`), `terminated`.
  [[nodiscard]] result<port<Actor>> open_port(port_options const& options = {}) {
    auto end = core_->open_port(options);
    if (!end) return tl::unexpected<error>(std::move(end.error()));
    return port<Actor>(std::move(*end), core_);
  }

  /// The kernel's own named queues. An actor with exactly one message that it answers has them;
  /// another does not compile here.
  [[nodiscard]] auto requests() const {
    using message = detail::bridged_message<Actor>;
    static_assert(!std::is_void_v<message>,
                  "named queues are for an actor that answers exactly one of its messages");
    return own<message>(core_->requests());
  }
  /// See `requests`.
  [[nodiscard]] auto responses() const {
    using message = detail::bridged_message<Actor>;
    static_assert(!std::is_void_v<message>,
                  "named queues are for an actor that answers exactly one of its messages");
    return own<reply_of<Actor, message>>(core_->responses());
  }

  [[nodiscard]] launch_options const& options() const noexcept { return core_->options(); }
  [[nodiscard]] std::shared_ptr<kernel_core> const& core() const noexcept { return core_; }

 private:
  result<void> to_home(key_type<Actor> const& key, message_entry const& what, void const* bytes,
                       std::chrono::nanoseconds timeout) {
    client_port* const end = thread_ports::get(core_);
    if (end == nullptr) [[unlikely]]
      return thread_ports::refusal();
    return calls(*end).to_home(key, what, bytes, timeout);
  }
  [[nodiscard]] detail::port_calls<Actor> calls(client_port& end) const noexcept {
    return {end, *core_};
  }

  template <class Message>
  [[nodiscard]] result<queue<Message>> own(std::shared_ptr<named_queue> held) const {
    if (held == nullptr) {
      return fail(errc::terminated, "kernel '" + id() + "' was terminated, and its queues with it");
    }
    return queue<Message>(std::move(held));
  }

  std::shared_ptr<kernel_core> core_;
};

}  // namespace gyre
