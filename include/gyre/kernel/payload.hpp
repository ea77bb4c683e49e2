#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>

#include <gyre/core/options.hpp>
#include <gyre/core/platform.hpp>
#include <gyre/ring/envelope.hpp>
#include <gyre/wire/adapt.hpp>
#include <gyre/wire/codec.hpp>
#include <gyre/wire/types.hpp>
#include <gyre/wire/union.hpp>

namespace gyre {

/// How a message type travels in a ring between asker and kernel: fixed-size messages as their own
/// bytes, which host and device lay out alike; messages with strings or arrays as MemoryPack
/// objects. Messages that come by a named queue are always MemoryPack objects, and `unpack` takes
/// either.
template <class Message>
struct payload {
  static_assert(wire::serializable<Message>,
                "a message is a plain aggregate of scalars, enums, ids, optionals, strings, arrays "
                "and such aggregates");
  static_assert(
      !wire::has_circular_references<Message>,
      "objects with circular references need a table and an allocator, which a kernel has "
      "not: send them by a named queue between threads of the host, or send ids");

  static constexpr bool raw =
      std::is_trivially_copyable_v<Message> && wire::min_size<Message> == wire::max_size<Message>;
  static_assert(!raw || alignof(Message) <= 16, "a slot aligns its payload to 16 bytes");

  /// The largest payload, in bytes. A type without a bound of its own has the ring's.
  static constexpr std::size_t greatest =
      raw ? sizeof(Message)
          : (wire::max_size<Message> < limits::greatest_payload ? wire::max_size<Message>
                                                                : limits::greatest_payload);
  /// Whether `greatest` is the type's own.
  static constexpr bool bounded = raw || wire::max_size<Message> <= limits::greatest_payload;
  /// The payload that a slot is made for: a type without a bound gets a slot of usual size, and
  /// takes several when it is longer.
  static constexpr std::size_t usual = bounded ? greatest : 256;

  /// Bytes that this message takes.
  [[nodiscard]] GYRE_FN static std::size_t size(Message const& m) noexcept {
    if constexpr (raw) {
      return sizeof(Message);
    } else {
      return wire::encoded_size(m);
    }
  }

  /// Writes exactly `size(m)` bytes.
  GYRE_FN static void pack(Message const& m, std::byte* out) noexcept {
    if constexpr (raw) {
      std::memcpy(out, &m, sizeof(Message));
    } else {
      wire::encode_unchecked(m, out);
    }
  }

  /// Reads a message in the form that `as_raw` names. False: the bytes are not such a message.
  [[nodiscard]] GYRE_FN static bool unpack(std::span<std::byte const> bytes, bool as_raw,
                                           Message& out) noexcept {
    if constexpr (raw) {
      if (as_raw) {
        if (bytes.size() != sizeof(Message)) return false;
        std::memcpy(&out, bytes.data(), sizeof(Message));
        return true;
      }
    } else {
      if (as_raw) return false;
    }
    return static_cast<bool>(wire::decode(bytes, out));
  }
};

}  // namespace gyre
