#pragma once

#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

#include <gyre/core/chrono.hpp>
#include <gyre/core/expiry.hpp>
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

/// `malformed`: the reply's bytes are not one of this type.
[[nodiscard]] tl::unexpected<error> unreadable(std::string_view type);

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
      return unreadable(type_name<Reply>());
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

/// Sends a message to all of a kernel's homes. `out` is to its actors, or to a topic's subscribers.
result<void> spread_message(client_port& end, port_host const& host, reach far,
                            client_port::outgoing out, std::chrono::nanoseconds timeout,
                            writer_ref fill);

/// Sends an actor's home what is not for the actor, and waits until it is done. `wide`: what its
/// address takes of the payload. `bytes`: `what.greatest - wide` of them, or null.
result<void> send_to_home(client_port& end, port_host const& host, full_key const& key,
                          std::size_t wide, message_entry const& what, void const* bytes,
                          std::chrono::nanoseconds timeout);

/// What a thread does at its end of a kernel, whoever owns that: `port` and `kernel` are made of
/// it.
template <class Actor>
class port_calls {
 public:
  port_calls(client_port& end, port_host const& host) noexcept : end_(end), host_(host) {}

  template <class Message>
  [[nodiscard]] result<reply_of<Actor, Message>> ask(key_type<Actor> const& actor,
                                                     Message const& message,
                                                     std::chrono::nanoseconds timeout) const {
    send_options options{.timeout = timeout, .time_to_live = timeout};
    auto const s = send(actor, message, true, options);
    if (!s.sent) [[unlikely]]
      return end_.refusal();
    return wait(asked<reply_of<Actor, Message>>{s.in_flight}, options.timeout);
  }

  template <class Message>
  [[nodiscard]] result<void> tell(key_type<Actor> const& actor, Message const& message,
                                  send_options& options) const {
    if (!send(actor, message, false, options).sent) [[unlikely]]
      return end_.refusal();
    return {};
  }

  template <class Reply>
  [[nodiscard]] result<Reply> wait(asked<Reply> ask, std::chrono::nanoseconds timeout) const {
    return end_.wait(ask.in_flight, timeout,
                     [this](message_view const& reply) { return read_reply<Reply>(host_, reply); });
  }

  template <class Message>
  [[nodiscard]] result<void> spread(reach far, std::uint64_t to, Message const& message,
                                    send_options const& options) const {
    auto const write = [&](std::byte* out) { write_to<Actor>(full_key{}, message, out); };
    return spread_message(
        end_, host_, far,
        outgoing_of({to, 0}, message, false, options.priority, expiry_after(options.time_to_live)),
        options.timeout, writer_ref(write));
  }

  result<void> to_home(key_type<Actor> const& actor, message_entry const& what, void const* bytes,
                       std::chrono::nanoseconds timeout) const {
    return send_to_home(end_, host_, split_key(actor), address_bytes<Actor>, what, bytes, timeout);
  }

  template <class Message>
  [[nodiscard, gnu::always_inline]] client_port::sending send(key_type<Actor> const& actor,
                                                              Message const& message,
                                                              bool wants_reply,
                                                              send_options& options) const {
    full_key const key = split_key(actor);
    return end_.send(outgoing_of(key, message, wants_reply, options.priority,
                                 expiry_after(options.time_to_live)),
                     options.timeout, [&](std::byte* out) { write_to<Actor>(key, message, out); });
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

 private:
  client_port& end_;
  port_host const& host_;
};

}  // namespace detail

}  // namespace gyre
