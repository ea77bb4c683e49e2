#pragma once

#include <cstdint>

#include <gyre/core/dead_letter.hpp>
#include <gyre/core/platform.hpp>

namespace gyre {

/// What the host wants of a kernel.
enum class kernel_command : std::uint32_t {
  pause,  ///< Handle nothing; messages wait.
  run,    ///< Handle messages.
  stop,   ///< Leave the loop.
};

/// What a shard says of itself.
enum class shard_phase : std::uint32_t {
  starting,  ///< Not yet in its loop.
  paused,    ///< In its loop, handling nothing.
  running,   ///< In its loop, handling messages.
  stopped,   ///< Out of its loop; it touches nothing any more.
  failed,    ///< Out of its loop by a fault.
};

/// The host's words to a kernel. Written by the host alone, with plain stores; read by each shard
/// once a turn. *Memory ordering*: `command` is stored with release and loaded with acquire.
struct control_words {
  alignas(cache_line) platform::atomic<kernel_command> command{kernel_command::pause};
  platform::atomic<std::uint32_t> telemetry_on{1};
  platform::atomic<std::uint64_t> telemetry_epoch{0};  ///< A new value asks for zeroed telemetry.
  /// Of blocks: a new value asks each of them to repeat it once no handler runs any more that ran
  /// before (`shard_words::grace`).
  platform::atomic<std::uint64_t> grace{0};
};

/// A shard's words to the host: written by the shard alone, always, telemetry or not. Counters only
/// grow. A shard on a CPU counts a message before it publishes the reply, so whoever has the reply
/// sees it counted; a block posts its counters about every millisecond, and before each phase.
struct shard_words {
  using word = platform::atomic<std::uint64_t>;

  alignas(cache_line) platform::atomic<shard_phase> phase{shard_phase::starting};
  word handled{0};                  ///< Messages whose handler ran.
  word answered{0};                 ///< Replies published, failures included.
  word refused{0};                  ///< Of the handled: the handler rejected it or threw.
  word taken{0};                    ///< Inbox slots finished with.
  word dropped[drop_reasons] = {};  ///< Dead letters, by `drop_reason`.
  // Of blocks, whose handlers' tells have a ring of their own, and whose words are posted from time
  // to time. Shards on a CPU leave these at 0: their words are always up to date.
  word told{0};         ///< Slots that this shard's handlers took in rings of tells.
  word tells_taken{0};  ///< Slots of its own ring of tells finished with.
  word posts{0};        ///< How often these words have been brought up to date.
  word grace{0};        ///< The last `control_words::grace` that has come about.
};

namespace detail {

/// Adds to a counter of one writer: no read-modify-write is needed.
GYRE_FN inline void bump(platform::atomic<std::uint64_t>& counter, std::uint64_t n) noexcept {
  counter.store(counter.load(platform::memory_order_relaxed) + n, platform::memory_order_release);
}

}  // namespace detail

}  // namespace gyre
