#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include <gyre/core/type_name.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/keyed_home.hpp>
#include <gyre/kernel/payload.hpp>
#include <gyre/kernel/topics.hpp>
#include <gyre/kernel/view.hpp>
#include <gyre/ring/codec.hpp>

namespace gyre {

class cpu_environment;

/// How the cpu engine's rings are tagged.
using cpu_codec = commit_codec<>;

/// A message type that an actor handles, as code without templates sees it.
struct message_entry {
  std::string_view name;
  type_id type = 0;
  type_code code = 0;             ///< `type` in an envelope.
  std::size_t usual = 0;          ///< Bytes that a slot is made for.
  std::size_t greatest = 0;       ///< The largest payload in bytes.
  std::size_t wire_greatest = 0;  ///< The same as a MemoryPack object, by way of a named queue.
  std::string_view reply_name;    ///< Empty if the handler returns nothing.
  type_id reply_type = 0;
  std::size_t reply_usual = 0;
  std::size_t reply_greatest = 0;
  std::size_t reply_wire_greatest = 0;
  /// Turns a reply that travelled as its own bytes into a MemoryPack object, for a named queue:
  /// writes at most `reply_wire_greatest` bytes and says how many. Null if it travels as one.
  std::size_t (*reply_to_wire)(std::byte const* raw, std::byte* out) = nullptr;
};

/// Everything that code without templates needs to know of an actor type: made at compile time,
/// never changed, one for each type.
struct kernel_image {
  std::string_view name;
  std::size_t state_bytes = 0;
  std::size_t state_alignment = 0;
  /// Makes `count` states, one after another.
  void (*construct)(void* at, std::uint64_t count) = nullptr;
  /// The cpu engine's instance of the loop; returns when told to stop.
  void (*run_on_cpu)(kernel_view const& kernel, std::uint32_t shard,
                     cpu_environment& env) = nullptr;
  std::span<message_entry const> messages;
  bool keyed = false;  ///< Actors are found by keys.

  [[nodiscard]] message_entry const* find(type_code code) const noexcept {
    for (auto const& entry : messages) {
      if (entry.code == code) return &entry;
    }
    return nullptr;
  }
};

namespace detail {

template <class Actor, class Message>
[[nodiscard]] constexpr message_entry entry_of() noexcept {
  message_entry e;
  e.name = type_name<Message>();
  e.type = type_id_of<Message>;
  e.code = type_code_of<Message>;
  e.usual = address_bytes<Actor> + payload<Message>::usual;
  e.greatest = address_bytes<Actor> + payload<Message>::greatest;
  e.wire_greatest = wire::max_size<Message>;
  using reply_type = reply_of<Actor, Message>;
  if constexpr (!std::is_void_v<reply_type>) {
    e.reply_name = type_name<reply_type>();
    e.reply_type = type_id_of<reply_type>;
    e.reply_usual = payload<reply_type>::usual;
    e.reply_greatest = payload<reply_type>::greatest;
    e.reply_wire_greatest = wire::max_size<reply_type>;
    if constexpr (payload<reply_type>::raw) {
      e.reply_to_wire = [](std::byte const* raw, std::byte* out) {
        reply_type value{};
        std::memcpy(&value, raw, sizeof value);
        return wire::encode_unchecked(value, out);
      };
    }
  }
  return e;
}

template <class Actor, class List>
struct entries_of;
template <class Actor, class... Messages>
struct entries_of<Actor, handles<Messages...>> {
  static constexpr message_entry value[] = {entry_of<Actor, Messages>()...};
};

[[nodiscard]] constexpr message_entry home_entry(std::string_view name, type_code code,
                                                 std::size_t bytes) noexcept {
  message_entry e;
  e.name = name;
  e.code = code;
  e.usual = e.greatest = bytes;
  return e;
}

/// What the host sends a keyed actor's home (kernel/keyed_home.hpp).
template <class Actor>
inline constexpr message_entry wake_entry = home_entry("wake", wake_code<Actor>,
                                                       address_bytes<Actor> + sizeof(Actor));
inline constexpr std::string_view rest_name = "rest";
template <class Actor>
inline constexpr message_entry rest_entry = home_entry(rest_name, rest_code<Actor>,
                                                       address_bytes<Actor>);

/// What the host sends an actor's home (kernel/topics.hpp).
template <class Actor>
inline constexpr message_entry subscribe_entry = home_entry("subscribe", subscribe_code,
                                                            address_bytes<Actor> +
                                                                sizeof(topic_change));
template <class Actor>
inline constexpr message_entry unsubscribe_entry = home_entry("unsubscribe", unsubscribe_code,
                                                              address_bytes<Actor> +
                                                                  sizeof(topic_change));

template <class Actor>
void construct_states(void* at, std::uint64_t count) {
  std::uninitialized_value_construct_n(static_cast<Actor*>(at), count);
}

}  // namespace detail

}  // namespace gyre
