#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include <gyre/core/chrono.hpp>
#include <gyre/core/expiry.hpp>
#include <gyre/port/batch.hpp>
#include <gyre/port/client_port.hpp>
#include <gyre/port/port_calls.hpp>

namespace gyre {

/// A thread's own end of a kernel: the fastest way to ask and tell, and the way to have many asks
/// in flight. Open one with `kernel::open_port`. Move-only; used by one thread at a time; keeps its
/// kernel's description alive, not the kernel itself.
template <actor_type Actor>
class port {
 public:
  explicit port(std::shared_ptr<client_port> end, std::shared_ptr<port_host> host) noexcept
      : end_(std::move(end)), host_(std::move(host)) {}

  /// Sends and waits for the typed reply. `timed_out`: no reply by the deadline, which travels with
  /// the message: if its handler has not begun by then, it never will; should a reply come late, it
  /// is dropped and counted. `rejected`: the handler's refusal, with its numbers.
  /// `handler_failed`, `no_such_actor`, `terminated`, …: why there is none.
  template <class Message>
    requires understands<Actor, Message>
  [[nodiscard]] result<reply_of<Actor, Message>> ask(
      key_type<Actor> const& actor, Message const& message,
      std::chrono::nanoseconds timeout = default_timeout) {
    return calls().ask(actor, message, timeout);
  }

  /// Sends, wanting no reply. Success says that the message is in the actor's inbox.
  template <class Message>
    requires understands<Actor, Message> result<void> tell(key_type<Actor> const& actor,
                                                           Message const& message,
                                                           send_options options = {}) {
      return calls().tell(actor, message, options);
    }

  /// Sends an ask and goes on; up to `window` may be in flight.
  template <class Message>
    requires understands<Actor, Message>
  [[nodiscard]] result<asked<reply_of<Actor, Message>>> submit(key_type<Actor> const& actor,
                                                               Message const& message,
                                                               send_options options = {}) {
    auto const s = calls().send(actor, message, true, options);
    if (!s.sent) [[unlikely]]
      return end_->refusal();
    return asked<reply_of<Actor, Message>>{s.in_flight};
  }

  /// As `submit` of `messages[i]` to `actors[i]` for each i, in this order, but at the price of one
  /// publication for each shard and 64 messages. `out[i]` is to be waited for. All three are of one
  /// length, or `invalid_argument`.
  ///
  /// Waits for room as `submit` does, one timeout for all. Replies that come meanwhile keep their
  /// places until they are waited for, so more asks than the window has never get through. If it
  /// fails, those have been sent, and are in flight, whose ticket in `out` is not 0.
  template <class Messages>
    requires understands<Actor, detail::element_of<Messages>>
  [[nodiscard]] result<void> submit_all(
      std::span<key_type<Actor> const> actors, Messages const& of_each,
      std::span<asked<reply_of<Actor, detail::element_of<Messages>>>> out,
      send_options options = {}) {
    std::span const messages(std::data(of_each), std::size(of_each));
    if (actors.size() != messages.size() || actors.size() != out.size()) {
      return fail(errc::invalid_argument, "as many actors, messages and tickets are needed");
    }
    std::fill(out.begin(), out.end(), asked<reply_of<Actor, detail::element_of<Messages>>>{});
    std::uint32_t const expires = expiry_after(options.time_to_live);
    for (std::size_t done = 0; done < out.size();) {
      std::size_t const n = std::min(out.size() - done, client_port::greatest_batch);
      std::array<ticket, client_port::greatest_batch> tickets;
      auto const write = [&](std::size_t i, std::byte* bytes) {
        detail::write_to<Actor>(split_key(actors[done + i]), messages[done + i], bytes);
      };
      auto const head = [&](std::size_t i) {
        return calls_of::outgoing_of(split_key(actors[done + i]), messages[done + i], true,
                                     options.priority, expires);
      };
      (void)end_->attempt_all(n, head, write, tickets.data());
      for (std::size_t i = 0; i < n; ++i) out[done + i].in_flight = tickets[i];
      for (std::size_t i = 0; i < n; ++i) {
        if (tickets[i].correlation != 0) continue;
        auto const s =
            end_->send(head(i), options.timeout, [&](std::byte* bytes) { write(i, bytes); });
        if (!s.sent) return end_->refusal();
        out[done + i].in_flight = s.in_flight;
      }
      done += n;
    }
    return {};
  }

  /// Waits for the reply to a submitted ask; replies to others that come first are kept.
  template <class Reply>
  [[nodiscard]] result<Reply> wait(asked<Reply> ask,
                                   std::chrono::nanoseconds timeout = default_timeout) {
    return calls().wait(ask, timeout);
  }

  /// Whether the reply is there. Never waits.
  template <class Reply>
  [[nodiscard]] bool poll(asked<Reply> ask) {
    return end_->poll(ask.in_flight);
  }
  /// Gives an ask up; its reply will be dropped and counted.
  template <class Reply>
  void abandon(asked<Reply> ask) {
    end_->abandon(ask.in_flight);
  }

  /// Sends a message to every actor, wanting no reply: one for each home. Of keyed actors, to those
  /// that live. If it fails, some may have been sent.
  template <class Message>
    requires understands<Actor, Message> result<void> broadcast(Message const& message,
                                                                send_options options = {}) {
      return calls().spread(reach::all, 0, message, options);
    }
  /// Sends a message to the actors that subscribe to a topic; likewise.
  template <class Message>
    requires understands<Actor, Message> result<void> publish(topic to, Message const& message,
                                                              send_options options = {}) {
      return calls().spread(reach::subscribers, to.id, message, options);
    }

  /// Sends an actor's home `bytes` of what is not for the actor, and waits until it is done
  /// (`kernel::wake`, `kernel::subscribe`).
  result<void> to_home(key_type<Actor> const& actor, message_entry const& what, void const* bytes,
                       std::chrono::nanoseconds timeout) {
    return calls().to_home(actor, what, bytes, timeout);
  }

  [[nodiscard]] std::uint64_t window() const noexcept { return end_->window(); }
  [[nodiscard]] std::uint64_t in_flight() const noexcept { return end_->in_flight(); }
  /// Replies that came too late.
  [[nodiscard]] std::uint64_t late() const noexcept { return end_->late(); }

 private:
  using calls_of = detail::port_calls<Actor>;
  [[nodiscard]] calls_of calls() const noexcept { return {*end_, *host_}; }

  std::shared_ptr<client_port> end_;
  std::shared_ptr<port_host> host_;
};

}  // namespace gyre
