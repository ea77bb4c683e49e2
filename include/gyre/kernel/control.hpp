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
  /// For blocks, whose clock is not the host's: what the host's read when this was stored
  /// (`expiry_clock`); 0: not told yet. A block that sees it at once knows the difference.
  platform::atomic<std::uint32_t> host_us{0};
  /// For blocks: how many asks have been given up, after each was marked in its port's rows. They
  /// look there, across the bus, for a while after this has changed.
  platform::atomic<std::uint32_t> given_up{0};
  /// For blocks: 1 asks them to let no more messages of other kernels in (`shard_words::shut_out`).
  platform::atomic<std::uint32_t> shut_out{0};
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
  // What handlers send one another: messages on a CPU, slots of blocks. `told` counts it before the
  // message that is being handled counts as taken.
  word told{0};         ///< What this shard's handlers sent.
  word tells_taken{0};  ///< What they were sent, and have finished with.
  word live{0};         ///< Keyed actors that live here.
  // Of blocks, whose words are posted from time to time. Shards on a CPU leave these at 0: their
  // words are always up to date.
  word posts{0};           ///< How often these words have been brought up to date.
  word grace{0};           ///< The last `control_words::grace` that has come about.
  word told_by_others{0};  ///< Slots of `tells_taken` that handlers of other kernels have filled.
  word shut_out{0};        ///< 1: `told_by_others` is final.
};

namespace detail {

/// Adds to a counter of one writer: no read-modify-write is needed.
GYRE_FN inline void bump(platform::atomic<std::uint64_t>& counter, std::uint64_t n) noexcept {
  counter.store(counter.load(platform::memory_order_relaxed) + n, platform::memory_order_release);
}

}  // namespace detail

}  // namespace gyre
