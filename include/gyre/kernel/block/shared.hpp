#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/core/dead_letter.hpp>
#include <gyre/core/platform.hpp>
#include <gyre/kernel/opened.hpp>
#include <gyre/kernel/telemetry_block.hpp>
#include <gyre/ring/envelope.hpp>

namespace gyre::block {

template <class T>
using atomic = platform::block_atomic<T>;

/// Bytes that a line of a ring brings: a tag8 slot less its tags.
inline constexpr std::uint32_t line_payload = 56;
/// Lines of a stage.
inline constexpr std::uint32_t stage_lines = 128;
/// Messages of more lines do not pass by the stage: they are gathered in scratch memory.
inline constexpr std::uint32_t greatest_staged = stage_lines / 2;
/// Workers that a block has at most.
inline constexpr std::uint32_t greatest_workers = 8;

/// Rows of memory that a lane has: one for the answer that goes out with its batch, one for what
/// its handlers send meanwhile.
inline constexpr std::uint32_t rows_per_lane = 2;

/// Who brings messages into a block.
enum source : std::uint32_t {
  from_host,   ///< The shard's inbox.
  from_tells,  ///< The shard's ring of messages that handlers sent.
  sources,
};

/// Where an ingress warp lays messages down for the workers. A message's lines lie in one piece.
/// Lines are written by the ingress; `done[i]`, for a message that begins at line i, by the worker
/// that has finished with it, and cleared by the ingress.
struct stage {
  alignas(16) std::byte lines[stage_lines * line_payload];
  atomic<std::uint32_t> done[stage_lines];  ///< Slots of the ring << 8 | lines of the stage.
};

/// A worker's queue from one ingress: lines where messages begin. It never overflows, for the stage
/// holds no more messages.
struct work_queue {
  static constexpr std::uint32_t capacity = stage_lines;
  /// Marks an entry whose message lies in scratch memory; the line is its place holder.
  static constexpr std::uint16_t in_scratch = 0x8000;

  atomic<std::uint32_t> head{0};  ///< Entries ever put in; written by the ingress.
  std::uint16_t entries[capacity] = {};
};

/// A message that all workers handle together.
struct wide_job {
  atomic<std::uint32_t> claimed{0};  ///< 1: somebody prepares or runs one.
  atomic<std::uint32_t> opened{0};   ///< Jobs ever opened; the last of them is below.
  envelope head{};
  gyre::opened_message message{};
  std::uint64_t time = 0;
  std::uint32_t handler = 0;
  std::uint32_t place = 0;
};

/// What the block counts; posted to the host by the control warp.
struct counters {
  atomic<std::uint64_t> letters{0};  ///< Put into the letter box.
  atomic<std::uint64_t> handled{0};
  atomic<std::uint64_t> answered{0};
  atomic<std::uint64_t> refused{0};
  /// Slots reserved in shards' rings of tells, or held by messages that wait for other kernels.
  atomic<std::uint64_t> told{0};
  atomic<std::uint64_t> taken[sources]{};  ///< Slots finished with.
  atomic<std::uint64_t> live{0};           ///< Keyed actors here.
  atomic<std::uint64_t> dropped[drop_reasons]{};
  // Handling times; meaningless while telemetry is off.
  atomic<std::uint64_t> total_ns{0};
  atomic<std::uint64_t> least_ns{UINT64_MAX};
  atomic<std::uint64_t> greatest_ns{0};
  atomic<std::uint64_t> last_error{0};
  atomic<std::uint64_t> last_error_type{0};
  atomic<std::uint64_t> histogram[latency_buckets]{};
};

/// What the control warp has posted so far: the host's words lie across the bus and are not read.
/// Its own alone.
struct posted {
  std::uint64_t told = 0;
  std::uint64_t told_by_others = 0;
  std::uint64_t door_seen = 0;  ///< What the door said last.
  std::uint64_t handled = 0;
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  std::uint64_t taken[sources] = {};
  std::uint64_t live = 0;
  std::uint64_t dropped[drop_reasons] = {};
  std::uint64_t count = 0;
  std::uint64_t total_ns = 0;
  std::uint64_t least_ns = 0;
  std::uint64_t greatest_ns = 0;
  std::uint64_t last_time = 0;
  std::uint64_t last_error = 0;
  std::uint64_t last_error_type = 0;
  std::uint64_t epoch = 0;
  std::uint64_t histogram[latency_buckets] = {};
  std::uint64_t posts = 0;
  std::uint64_t version = 0;
  std::uint64_t grace = 0;
};

/// What a block that leaves the device must know when it comes back. Everything else of its shared
/// memory begins anew: the stages are empty then.
struct rest {
  std::uint64_t words[(sizeof(counters) + sizeof(posted)) / 8] = {};
  std::uint64_t clock = 0;
  std::uint32_t telemetry_on = 0;
  std::uint32_t kept = 0;  ///< What waits in the backlogs stays there, in the device's memory.
  std::uint32_t kept_far = 0;
  std::uint32_t was_here = 0;  ///< 0: nothing has been left here yet.
};

/// A block's shared memory.
///
/// Who writes: `command`, `telemetry_on`, `orders`, `host_ahead`,
/// `look_until` the control warp; `ingress_at[i]`,
/// `arrived[i]`, `idle_turns[i]`, `stages[i]` and `queues[i]` the ingress warp i; `worker_at[w]`
/// and `orders_at[w]` the worker w.
struct shared_block {
  /// A serial number << 2 | `kernel_command`: a new number for each command.
  atomic<std::uint32_t> command{0};
  atomic<std::uint32_t> ingress_at[sources]{};  ///< The command that it has obeyed.
  /// Lines ever fetched << 1, and 1 while the rest of a message is still to come.
  atomic<std::uint64_t> arrived[sources]{};
  atomic<std::uint32_t> idle_turns[sources]{};  ///< Turns of the ingress in which nothing came.
  atomic<std::uint32_t> worker_at[greatest_workers]{};  ///< Likewise.
  /// `leave_now`: everybody may go. The rest is a serial number, which each worker repeats when it
  /// is between two batches, in no handler.
  atomic<std::uint32_t> orders{0};
  atomic<std::uint32_t> orders_at[greatest_workers]{};
  atomic<std::uint32_t> left{0};  ///< Warps that have gone.
  atomic<std::uint32_t> telemetry_on{1};
  atomic<std::uint64_t> clock{0};  ///< The last `hybrid_time` given or observed.
  /// Messages in the block's backlog, and lanes about to put one there.
  atomic<std::uint32_t> kept{0};
  atomic<std::uint32_t> kept_far{0};  ///< The same of the backlog for other kernels.
  /// What the host's `expiry_clock` shows beyond this side's; 1 << 32 | it, or 0: not known yet.
  atomic<std::uint64_t> host_ahead{0};
  /// Until when workers look for asks that were given up; this side's clock.
  atomic<std::uint64_t> look_until{0};
  counters count;
  posted post;
  wide_job wide;
  stage stages[sources];
  work_queue queues[sources][greatest_workers];

  static constexpr std::uint32_t leave_now = 1;
};

namespace detail {

/// Copies a shared struct word by word, while nobody else looks at it.
template <class T>
GYRE_FN void keep_words(T const& from, std::uint64_t* to) noexcept {
  static_assert(sizeof(T) % 8 == 0);
  std::memcpy(to, reinterpret_cast<std::byte const*>(&from), sizeof(T));
}
template <class T>
GYRE_FN void put_words_back(std::uint64_t const* from, T& to) noexcept {
  std::memcpy(reinterpret_cast<std::byte*>(&to), from, sizeof(T));
}

}  // namespace detail

/// Makes what must not begin as zero bytes, in memory that is all zero; or puts back what the block
/// left when it was here before. `before` may be null. By one thread, before the others look.
GYRE_FN inline void initialise(shared_block& shared, rest const* before) noexcept {
  shared.telemetry_on.store(1, platform::memory_order_relaxed);
  shared.count.least_ns.store(UINT64_MAX, platform::memory_order_relaxed);
  if (before == nullptr || before->was_here == 0) return;
  detail::put_words_back(before->words, shared.count);
  detail::put_words_back(before->words + sizeof(counters) / 8, shared.post);
  shared.clock.store(before->clock, platform::memory_order_relaxed);
  shared.telemetry_on.store(before->telemetry_on, platform::memory_order_relaxed);
  shared.kept.store(before->kept, platform::memory_order_relaxed);
  shared.kept_far.store(before->kept_far, platform::memory_order_relaxed);
}

/// Leaves behind what `initialise` puts back. By one thread, after the others have gone.
GYRE_FN inline void leave_behind(shared_block const& shared, rest& out) noexcept {
  detail::keep_words(shared.count, out.words);
  detail::keep_words(shared.post, out.words + sizeof(counters) / 8);
  out.clock = shared.clock.load(platform::memory_order_relaxed);
  out.telemetry_on = shared.telemetry_on.load(platform::memory_order_relaxed);
  out.kept = shared.kept.load(platform::memory_order_relaxed);
  out.kept_far = shared.kept_far.load(platform::memory_order_relaxed);
  out.was_here = 1;
}

/// The leader's view of a word, in all lanes; what was written before it is seen by all. Every lane
/// of the warp calls it.
template <class Warp, class Word>
[[nodiscard]] GYRE_FN auto uniform(Warp& warp, Word const& word) noexcept {
  auto value = word.load(platform::memory_order_acquire);
  value = warp.shuffle(value, 0);
  warp.sync();
  return value;
}

/// The next stamp: greater than any given or observed before. Any thread of the block.
[[nodiscard]] GYRE_FN inline std::uint64_t tick(shared_block& shared) noexcept {
  return shared.clock.fetch_add(1, platform::memory_order_relaxed) + 1;
}

}  // namespace gyre::block
