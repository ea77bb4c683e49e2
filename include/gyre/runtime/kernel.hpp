#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <gyre/port/port.hpp>
#include <gyre/queue/queue.hpp>
#include <gyre/runtime/kernel_core.hpp>
#include <gyre/runtime/thread_ports.hpp>

namespace gyre {

namespace detail {

/// The only message of the list that the actor answers, or void: what its named queues carry.
template <class Actor, class... Messages>
[[nodiscard]] constexpr auto bridged_of(handles<Messages...>*) noexcept {
  constexpr std::size_t answered = ((std::is_void_v<reply_of<Actor, Messages>> ? 0 : 1) + ...);
  if constexpr (answered != 1) {
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
      std::uint64_t actor, Message const& message,
      std::chrono::nanoseconds timeout = default_timeout) {
    auto end = this_threads_port();
    if (!end) return tl::unexpected<error>(std::move(end.error()));
    return (*end)->ask(actor, message, timeout);
  }

  /// Sends from this thread's port, wanting no reply.
  template <class Message>
    requires understands<Actor, Message> result<void> tell(std::uint64_t actor,
                                                           Message const& message,
                                                           send_options options = {}) {
      auto end = this_threads_port();
      if (!end) return tl::unexpected<error>(std::move(end.error()));
      return (*end)->tell(actor, message, options);
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
  [[nodiscard]] result<port<Actor>*> this_threads_port() { return thread_ports<Actor>::get(core_); }

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
