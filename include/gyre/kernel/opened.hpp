#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/core/platform.hpp>
#include <gyre/kernel/call.hpp>
#include <gyre/kernel/keys.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre {

/// A message without what stands before it: a wide address, a return address.
struct opened_message {
  full_key key{};
  return_address const* back = nullptr;  ///< Of an actor's ask; else null.
  std::byte const* body = nullptr;
  std::size_t length = 0;
};

/// Opens a message to an actor whose address takes `wide` bytes of the payload, which lies at a
/// multiple of 8. One that is shorter than what is to stand before it has no body, and nobody to
/// answer.
[[nodiscard]] GYRE_FN inline opened_message open_message(message_view const& message,
                                                         std::size_t wide) noexcept {
  bool const by_actor = message.head.port == actor_port;
  std::size_t const prefix = wide + (by_actor ? sizeof(return_address) : 0);
  opened_message out;
  out.key.word = message.head.actor;
  out.body = message.payload;
  if (message.head.length < prefix) return out;
  out.body = message.payload + prefix;
  out.length = message.head.length - prefix;
  if (wide != 0) std::memcpy(&out.key.rest, message.payload, sizeof out.key.rest);
  if (by_actor) out.back = reinterpret_cast<return_address const*>(message.payload + wide);
  return out;
}
template <class Actor>
[[nodiscard]] GYRE_FN opened_message open_message(message_view const& message) noexcept {
  return open_message(message, address_bytes<Actor>);
}

}  // namespace gyre
