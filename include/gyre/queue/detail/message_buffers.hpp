#pragma once

#include <cstddef>
#include <span>

#include <gyre/queue/buffer_pool.hpp>
#include <gyre/queue/message_store.hpp>
#include <gyre/queue/queue_link.hpp>

namespace gyre::detail {

/// Messages up to this size are copied under a queue's lock (some 20 ns); larger ones outside it.
inline constexpr std::size_t near_bytes = message_store::slab_bytes;

/// A sender's buffer on its way into the queue.
struct staged_buffer {
  buffer_pool::buffer held{};
};

/// A message on its way out: small ones in here, large ones in the buffer in which they stood.
struct taken_message : arrival {
  buffer_pool::buffer held{};
  alignas(16) std::byte near[near_bytes];

  taken_message() noexcept {}  // not defaulted: that would let `{}` clear the bytes

  [[nodiscard]] std::span<std::byte const> bytes() const noexcept {
    return {held.data != nullptr ? held.data : near, size};
  }
};

}  // namespace gyre::detail
