#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <gyre/core/chrono.hpp>
#include <gyre/core/error.hpp>

namespace gyre {

/// What a full ring or queue does with one message more.
enum class overflow_policy : std::uint8_t {
  block,        ///< Wait for room until the deadline, then `timed_out`. Never drops.
  reject,       ///< Keep what is there; the sender is told `full`.
  drop_oldest,  ///< Drop the oldest of the lowest priority present, and enqueue.
  drop_newest,  ///< Keep what is there, drop this one; the sender is told `dropped`.
};

[[nodiscard]] std::string_view to_string(overflow_policy policy) noexcept;

/// Where ring kernels run.
enum class engine_kind : std::uint8_t {
  automatic,  ///< cuda if one is built and found, else cpu.
  cpu,        ///< Threads; always there.
  cuda,       ///< A persistent kernel on one GPU.
};

[[nodiscard]] std::string_view to_string(engine_kind kind) noexcept;

/// An option's least and greatest value.
struct bounds {
  std::uint64_t least = 0;
  std::uint64_t greatest = 0;
};

/// Every bound in one place; `validate` and the documentation read these.
namespace limits {
inline constexpr bounds launch_queue_capacity{16, 1'048'576};  ///< and a power of two
inline constexpr bounds launch_deduplication_window{16, 1024};
inline constexpr bounds launch_actors{1, 1ULL << 32};
inline constexpr bounds launch_ports{1, 4096};
inline constexpr bounds launch_backlog_bytes{64 << 10, 1ULL << 40};  ///< or 0
inline constexpr bounds launch_rest_window{0, 1'048'576};
inline constexpr bounds launch_subscriptions{0, 1ULL << 24};
inline constexpr bounds port_window{1, 65'536};
inline constexpr bounds queue_capacity{16, 1'048'576};
inline constexpr std::uint64_t least_deduplication_window = 16;  ///< greatest: 4 × capacity
inline constexpr std::size_t greatest_payload = 65'536;          ///< bytes of one message
inline constexpr std::size_t greatest_id = 256;                  ///< bytes of a kernel id or name
}  // namespace limits

/// How a ring kernel is launched. Checked as a whole before anything is allocated.
struct launch_options {
  /// Messages that fit the kernel's inbox (each shard's) and its named queues. 16 … 1,048,576, a
  /// power of two. A message larger than one slot takes several.
  std::uint64_t queue_capacity = 4096;
  /// Message ids that the kernel's request queue remembers. 16 … 1024.
  std::uint64_t deduplication_window = 1024;
  /// What a full request queue does; for asks and tells straight into the rings, `block` waits
  /// until the deadline and every other policy refuses at once.
  overflow_policy overflow = overflow_policy::block;
  /// The request queue hands out higher priorities first.
  bool priority = false;
  /// Workers; an actor lives on one of them. 0: the engine's choice.
  std::uint32_t shards = 0;
  /// Bytes of messages that a shard keeps for actors whose shard has no room for them now, and, on
  /// the cpu engine, for its own actors. While it keeps some, it takes little or nothing from the
  /// host; a handler's tell that finds it full is refused. At least 64 KiB. 0: the engine's choice
  /// (cpu: 256 MiB, taken when needed; cuda: 256 KiB, taken at the launch).
  std::uint64_t backlog_bytes = 0;
  /// Lanes per shard. 0: the engine's choice (cpu: 1).
  std::uint32_t lanes = 0;
  /// Actors, with the dense ids 0 … actors-1; of keyed actors, how many may live at once. 1 … 2^32.
  std::uint64_t actors = 1;
  /// Subscriptions to topics that the actors of a home (a shard, or one of a block's workers) may
  /// hold together; 32 bytes each and a few. 0 … 16,777,216.
  std::uint64_t subscriptions = 256;
  /// Client ends that may be open at once. 1 … 4096.
  std::uint32_t ports = 64;
  /// Keyed actors: states of those put to rest that may wait for the host (`kernel::take_rested`).
  /// 0 … 1,048,576. 0: none is put to rest, and a new key that finds every place taken is refused
  /// with `full`.
  std::uint64_t rest_window = 0;
  /// Keyed actors that have had no message for so long are put to rest; to a millisecond or so.
  /// Zero: only for want of room.
  std::chrono::nanoseconds rest_after{0};
  /// cpu engine: shard i is pinned to core `pin[i % pin.size()]`; empty: not pinned. Each must be
  /// one that the launching thread may run on itself.
  std::vector<int> pin{};
  /// cpu engine: how long an idle shard polls at most before it parks. Zero parks at once. It polls
  /// less, down to 5 µs, while messages come later than this; and 20 µs at most where a quota of
  /// control groups leaves less than a core for each shard and one besides.
  std::chrono::nanoseconds spin = std::chrono::microseconds(200);
  /// Whether the kernel writes its telemetry block from the start.
  bool telemetry = true;

  /// 4096 messages, window 1024, block: the defaults.
  [[nodiscard]] static launch_options production() { return {}; }
  /// 256 messages, window 256, reject.
  [[nodiscard]] static launch_options low_latency();
  /// 16384 messages, window 1024, block.
  [[nodiscard]] static launch_options high_throughput();
};

/// How a named queue is made.
struct queue_options {
  /// Messages that it holds. 16 … 1,048,576; rounded up to a power of two.
  std::uint64_t capacity = 1024;
  /// Whether a message id seen within the window is refused as `duplicate`.
  bool deduplication = true;
  /// Message ids remembered, in arrival order. 16 … 4 × capacity; not checked when off.
  std::uint64_t deduplication_window = 256;
  /// The age at which a message is no longer handed out; none: never.
  std::optional<std::chrono::nanoseconds> time_to_live = std::chrono::seconds(30);
  /// With `block`: the longest wait of a send that names no deadline; none: for ever.
  std::optional<std::chrono::nanoseconds> block_timeout = std::chrono::seconds(5);
  overflow_policy overflow = overflow_policy::block;
  /// Higher priorities first, in order of arrival within one.
  bool priority = false;
};

/// How long a kernel stays on the device (cuda engine).
enum class cuda_stay : std::uint8_t {
  automatic,   ///< `always` where a kernel can stay, else `per_batch`.
  always,      ///< Until it is terminated: the quickest answers.
  while_busy,  ///< Until nothing has come for `idle_exit`; the next message launches it again.
  per_batch,   ///< A launch for each batch of messages: works everywhere, answers slowly.
};
[[nodiscard]] std::string_view to_string(cuda_stay stay) noexcept;

/// Where the rings lie that the host writes and the device reads (cuda engine).
enum class cuda_placement : std::uint8_t {
  pinned,  ///< In pinned host memory; the device polls across the bus.
  /// In device memory, which the host writes through a mapping of the bus: wants the gdrcopy driver
  /// and its library at run time, `unsupported` without. Takes half of `device_bytes` besides. Not
  /// in a worker process.
  device,
};
[[nodiscard]] std::string_view to_string(cuda_placement placement) noexcept;

/// What the cuda engine takes, at once, when it is made, and how its kernels live.
struct cuda_options {
  /// The device's number, as the CUDA runtime counts them.
  int device = 0;
  /// Bytes of pinned host memory for rings, ports and telemetry. 1 MiB at least.
  std::uint64_t host_bytes = std::uint64_t{256} << 20;
  /// Bytes of device memory for states, device buffers, rings between shards. 1 MiB at least.
  std::uint64_t device_bytes = std::uint64_t{512} << 20;
  /// Multiprocessors left for other kernels: one that stays is never preempted.
  std::uint32_t reserved_multiprocessors = 8;
  cuda_stay stay = cuda_stay::automatic;
  /// With `while_busy`: how long a kernel stays without a message. More than zero.
  std::chrono::nanoseconds idle_exit = std::chrono::milliseconds(100);
  cuda_placement placement = cuda_placement::pinned;
  /// Drives the device from a process of its own, so that this one survives an illegal address: the
  /// kernels of that time are `failed`, and others can be launched. Wants `serve_if_worker` to be
  /// called first in `main` (runtime/worker_process.hpp).
  bool worker_process = false;
};

/// How a runtime is made.

struct runtime_options {
  engine_kind engine = engine_kind::automatic;
  /// Dead letters kept for `dead_letters()`; the oldest make room. All are counted. 0 keeps none.
  std::size_t dead_letters = 256;
  /// Device buffers that may live at once. 1 … 16,777,215; 24 bytes each.
  std::uint32_t buffers = 4096;
  /// Where the engine is cuda.
  cuda_options cuda{};
};

/// How a port is opened.
struct port_options {
  /// Asks that may be in flight. 1 … 65,536; rounded up to a power of two.
  std::uint64_t window = 64;
};

/// `invalid_option` naming the option, the value and the bounds, or nothing wrong. What only the
/// engine knows (shards, lanes, cores) is checked by the engine.
[[nodiscard]] result<void> validate(launch_options const& options);
[[nodiscard]] result<void> validate(queue_options const& options);
[[nodiscard]] result<void> validate(port_options const& options);

/// A kernel id or queue name: 1 … 256 bytes, no control characters.
[[nodiscard]] result<void> validate_name(std::string_view what, std::string_view name);

}  // namespace gyre
