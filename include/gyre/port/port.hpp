#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

#include <gyre/core/chrono.hpp>
#include <gyre/core/expiry.hpp>
#include <gyre/port/batch.hpp>
#include <gyre/port/client_port.hpp>

namespace gyre {

/// How long an ask or tell waits when its caller does not say.
inline constexpr std::chrono::nanoseconds default_timeout = std::chrono::seconds(5);

/// What a send may choose beside the message.
struct send_options {
  std::chrono::nanoseconds timeout = default_timeout;
  std::uint8_t priority = 128;  ///< Higher first, where something orders by it.
  /// A message that has waited for so long is not handled: an ask is answered with `timed_out`, a
  /// tell becomes a dead letter. 35 minutes and more are for ever.
  std::chrono::nanoseconds time_to_live = forever;
};

/// An ask in flight, to be waited for once, on the port that sent it.
template <class Reply>
struct asked {
  ticket in_flight{};
};

namespace detail {

/// What a contiguous range holds: a vector, an array, a span, or what has `data()` and `size()`
/// like these. (<ranges> would be half a second in each file.)
template <class Range>
using element_of = std::remove_cvref_t<decltype(*std::data(std::declval<Range const&>()))>;

template <class Message, class... Messages>
[[nodiscard]] constexpr std::size_t index_in(handles<Messages...>*) noexcept {
  constexpr bool same[] = {std::is_same_v<Message, Messages>...};
  std::size_t i = 0;
  while (!same[i]) ++i;
  return i;
}

/// The row of a message in its actor's image.
template <class Actor, class Message>
[[nodiscard]] constexpr message_entry const& entry_for() noexcept {
  using list = typename Actor::handles;
  return entries_of<Actor, list>::value[index_in<Message>(static_cast<list*>(nullptr))];
}

/// Writes a message, and what stands before it.
template <class Actor, class Message>
void write_to(full_key const& key, Message const& message, std::byte* out) {
  if constexpr (address_bytes<Actor> != 0) std::memcpy(out, &key.rest, sizeof key.rest);
  payload<Message>::pack(message, out + address_bytes<Actor>);
}

/// The value of a reply that came as no copy of one: a MemoryPack object, or why there is none.
template <class Reply>
[[nodiscard, gnu::noinline]] result<Reply> decode_reply(port_host const& host,
                                                        message_view const& reply) {
  if (reply.head.kind == message_kind::failure) {
    return tl::unexpected<error>(read_failure(host, reply));
  }
  if constexpr (std::is_void_v<Reply>) {
    return {};
  } else {
    Reply value{};
    if (!payload<Reply>::unpack({reply.payload, reply.head.length},
                                reply.head.kind == message_kind::raw_reply, value)) {
      return fail(errc::malformed,
                  "the reply's bytes are not a '" + std::string(type_name<Reply>()) + "'");
    }
    return value;
  }
}

/// Turns a reply as it came into the value, or into why there is none.
template <class Reply>
[[nodiscard, gnu::always_inline]] inline result<Reply> read_reply(port_host const& host,
                                                                  message_view const& reply) {
  if (reply.head.kind == message_kind::raw_reply) [[likely]] {
    if constexpr (std::is_void_v<Reply>) {
      return {};
    } else if constexpr (payload<Reply>::raw) {
      if (reply.head.length == sizeof(Reply)) [[likely]] {
        Reply value{};
        std::memcpy(&value, reply.payload, sizeof value);
        return value;
      }
    }
  }
  return decode_reply<Reply>(host, reply);
}

}  // namespace detail

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
    send_options options{.timeout = timeout, .time_to_live = timeout};
    auto sent = send(actor, message, true, options);
    if (!sent) return tl::unexpected<error>(std::move(sent.error()));
    return wait(asked<reply_of<Actor, Message>>{*sent}, options.timeout);
  }

  /// Sends, wanting no reply. Success says that the message is in the actor's inbox.
  template <class Message>
    requires understands<Actor, Message> result<void> tell(key_type<Actor> const& actor,
                                                           Message const& message,
                                                           send_options options = {}) {
      auto sent = send(actor, message, false, options);
      if (!sent) return tl::unexpected<error>(std::move(sent.error()));
      return {};
    }

  /// Sends an ask and goes on; up to `window` may be in flight.
  template <class Message>
    requires understands<Actor, Message>
  [[nodiscard]] result<asked<reply_of<Actor, Message>>> submit(key_type<Actor> const& actor,
                                                               Message const& message,
                                                               send_options options = {}) {
    auto sent = send(actor, message, true, options);
    if (!sent) return tl::unexpected<error>(std::move(sent.error()));
    return asked<reply_of<Actor, Message>>{*sent};
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
        return outgoing_of(split_key(actors[done + i]), messages[done + i], true, options.priority,
                           expires);
      };
      (void)end_->attempt_all(n, head, write, tickets.data());
      for (std::size_t i = 0; i < n; ++i) out[done + i].in_flight = tickets[i];
      for (std::size_t i = 0; i < n; ++i) {
        if (tickets[i].correlation != 0) continue;
        auto sent =
            end_->submit(head(i), options.timeout, [&](std::byte* bytes) { write(i, bytes); });
        if (!sent) return tl::unexpected<error>(std::move(sent.error()));
        out[done + i].in_flight = *sent;
      }
      done += n;
    }
    return {};
  }

  /// Waits for the reply to a submitted ask; replies to others that come first are kept.
  template <class Reply>
  [[nodiscard]] result<Reply> wait(asked<Reply> ask,
                                   std::chrono::nanoseconds timeout = default_timeout) {
    return end_->wait(ask.in_flight, timeout, [this](message_view const& reply) {
      return detail::read_reply<Reply>(*host_, reply);
    });
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
      return spread(reach::all, 0, message, options);
    }
  /// Sends a message to the actors that subscribe to a topic; likewise.
  template <class Message>
    requires understands<Actor, Message> result<void> publish(topic to, Message const& message,
                                                              send_options options = {}) {
      return spread(reach::subscribers, to.id, message, options);
    }

  /// Sends an actor's home `bytes` of what is not for the actor, and waits until it is done
  /// (`kernel::wake`, `kernel::subscribe`).
  result<void> to_home(key_type<Actor> const& actor, message_entry const& what, void const* bytes,
                       std::chrono::nanoseconds timeout) {
    full_key const key = split_key(actor);
    auto sent = end_->submit({.actor = key.word,
                              .entry = what,
                              .length = what.greatest,
                              .wants_reply = true,
                              .expires = expiry_after(timeout)},
                             timeout, [&](std::byte* out) {
                               if constexpr (address_bytes<Actor> != 0) {
                                 std::memcpy(out, &key.rest, sizeof key.rest);
                               }
                               if (bytes == nullptr) return;
                               std::memcpy(out + address_bytes<Actor>, bytes,
                                           what.greatest - address_bytes<Actor>);
                             });
    if (!sent) return tl::unexpected<error>(std::move(sent.error()));
    return wait(asked<void>{*sent}, timeout);
  }

  [[nodiscard]] std::uint64_t window() const noexcept { return end_->window(); }
  [[nodiscard]] std::uint64_t in_flight() const noexcept { return end_->in_flight(); }
  /// Replies that came too late.
  [[nodiscard]] std::uint64_t late() const noexcept { return end_->late(); }

 private:
  template <class Message>
  result<void> spread(reach far, std::uint64_t to, Message const& message, send_options options) {
    using form = payload<Message>;
    kernel_view const& kernel = host_->view;
    for (std::uint32_t shard = 0; shard < kernel.shard_count; ++shard) {
      for (std::uint32_t home = 0; home < kernel.homes; ++home) {
        auto sent = end_->submit({.actor = to,
                                  .entry = detail::entry_for<Actor, Message>(),
                                  .kind = form::raw ? message_kind::raw : message_kind::wire,
                                  .length = address_bytes<Actor> + form::size(message),
                                  .priority = options.priority,
                                  .expires = expiry_after(options.time_to_live),
                                  .spread = reach_word(far, shard, home)},
                                 options.timeout, [&](std::byte* out) {
                                   detail::write_to<Actor>(full_key{}, message, out);
                                 });
        if (!sent) return tl::unexpected<error>(std::move(sent.error()));
      }
    }
    return {};
  }

  template <class Message>
  [[nodiscard]] result<ticket> send(key_type<Actor> const& actor, Message const& message,
                                    bool wants_reply, send_options& options) {
    full_key const key = split_key(actor);
    return end_->submit(outgoing_of(key, message, wants_reply, options.priority,
                                    expiry_after(options.time_to_live)),
                        options.timeout,
                        [&](std::byte* out) { detail::write_to<Actor>(key, message, out); });
  }

  template <class Message>
  [[nodiscard]] static client_port::outgoing outgoing_of(full_key const& key,
                                                         Message const& message, bool wants_reply,
                                                         std::uint8_t priority,
                                                         std::uint32_t expires) {
    using form = payload<Message>;
    return {.actor = key.word,
            .entry = detail::entry_for<Actor, Message>(),
            .kind = form::raw ? message_kind::raw : message_kind::wire,
            .length = address_bytes<Actor> + form::size(message),
            .wants_reply = wants_reply,
            .priority = priority,
            .expires = expires};
  }

  std::shared_ptr<client_port> end_;
  std::shared_ptr<port_host> host_;
};

}  // namespace gyre
