#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <gyre/actor/ask_queue.hpp>
#include <gyre/port/port.hpp>

namespace gyre::detail {

/// An ask of a certain message, whoever waits for it.
template <class Actor, class Message>
class typed_ask : public pending_ask {
 public:
  using reply_type = reply_of<Actor, Message>;

  typed_ask(port_host const& host, key_type<Actor> const& actor, Message const& message)
      : host_(host), key_(split_key(actor)), message_(message) {}

  [[nodiscard]] result<reply_type> take() { return std::move(*reply_); }

 protected:
  void refuse(error why) override { reply_.emplace(tl::unexpected<error>(std::move(why))); }

 private:
  using form = payload<Message>;

  client_port::step send(client_port& end, ticket& sent) override {
    return end.attempt(
        outgoing(), [&](std::byte* out) { write(out); }, sent);
  }
  [[nodiscard]] client_port::outgoing outgoing() const override {
    return {.actor = key_.word,
            .entry = entry_for<Actor, Message>(),
            .kind = form::raw ? message_kind::raw : message_kind::wire,
            .length = address_bytes<Actor> + form::size(message_),
            .wants_reply = true,
            .expires = expiry_after(timeout())};
  }
  void write(std::byte* out) const override { write_to<Actor>(key_, message_, out); }
  void accept(message_view const& reply) override {
    reply_.emplace(read_reply<reply_type>(host_, reply));
  }
  [[nodiscard]] error oversize(client_port const& end) const override {
    return end.too_large(entry_for<Actor, Message>(), form::size(message_));
  }

  port_host const& host_;
  full_key const key_;
  Message message_;
  std::optional<result<reply_type>> reply_;
};

}  // namespace gyre::detail
