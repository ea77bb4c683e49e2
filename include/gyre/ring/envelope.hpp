#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <gyre/core/platform.hpp>
#include <gyre/core/type_name.hpp>

namespace gyre {

/// What an envelope carries.
enum class message_kind : std::uint8_t {
  raw,         ///< A request as the struct's own bytes.
  wire,        ///< A request as a MemoryPack object.
  raw_reply,   ///< A reply as the struct's own bytes; empty for a handler that returns nothing.
  wire_reply,  ///< A reply as a MemoryPack object.
  failure,     ///< A reply that says why there is none: a `failure_reply`.
};

/// The port of a message that wants no reply.
inline constexpr std::uint16_t no_port = 0xFFFF;
/// The port of an ask whose answer goes to an actor: its address travels before the message.
inline constexpr std::uint16_t actor_port = 0xFFFE;

/// What travels before every message: who, what, when, and where the answer goes.
struct envelope {
  std::uint64_t actor = 0;        ///< The actor's id.
  std::uint64_t correlation = 0;  ///< Names the ask within its port; a reply repeats it.
  std::uint64_t time = 0;         ///< The sender's `hybrid_time`.
  type_code type = 0;             ///< The message's type; 0 where a reply has none.
  std::uint32_t expires = 0;      ///< When it is too late to handle it (core/expiry.hpp); 0: never.
  std::uint32_t length = 0;       ///< Bytes of payload that follow.
  std::uint16_t port = no_port;   ///< The reply ring's index, or `no_port`.
  std::uint8_t priority = 128;    ///< Higher first, where something orders by it.
  message_kind kind = message_kind::raw;
};

static_assert(std::is_trivially_copyable_v<envelope> && std::is_standard_layout_v<envelope>);
static_assert(sizeof(envelope) == 40 && alignof(envelope) == 8,
              "with the tag before it and 16 bytes of message after it, a slot is one line");
static_assert(offsetof(envelope, type) == 24 && offsetof(envelope, expires) == 28 &&
                  offsetof(envelope, length) == 32 && offsetof(envelope, port) == 36 &&
                  offsetof(envelope, kind) == 39,
              "host and device read the same words");

/// Why an ask got no value, as it travels.
struct failure_reply {
  std::uint32_t code = 0;         ///< An `errc`.
  std::uint32_t reject_code = 0;  ///< The handler's own code, with `rejected`.
  std::int64_t detail = 0;        ///< The handler's own detail, with `rejected`.
};

static_assert(sizeof(failure_reply) == 16, "fits the smallest slot");

}  // namespace gyre
