#pragma once

#include <cstdint>

#include <gyre/kernel/buffer_table.hpp>
#include <gyre/kernel/control.hpp>
#include <gyre/kernel/directory.hpp>
#include <gyre/kernel/keys.hpp>
#include <gyre/kernel/link.hpp>
#include <gyre/kernel/telemetry_block.hpp>
#include <gyre/kernel/topics.hpp>
#include <gyre/ring/any_ring.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre {

/// Somebody to wake on the other side; what it is, the engine knows (cpu: an `event`).
using doorbell = void*;

/// A client's end as the kernel sees it: the ring that replies go into. Room for each reply was
/// reserved by its ask, so a shard never waits for a client.
struct port_view {
  ring_memory<> replies{};
  doorbell bell = nullptr;
  /// Asks that were given up, each under the low bits of its correlation id; a power of two. The
  /// client's to write. Null: none ever is.
  platform::atomic<std::uint64_t>* given_up = nullptr;
  std::uint64_t given_up_rows = 0;

  /// Whether an ask of this port has been given up, as far as this side can see.
  [[nodiscard]] GYRE_FN bool cancelled(std::uint64_t correlation) const noexcept {
    return given_up != nullptr && given_up[correlation & (given_up_rows - 1)].load(
                                      platform::memory_order_relaxed) == correlation;
  }
};

/// A shard as the kernel sees it.
struct shard_view {
  ring_memory<> inbox{};
  std::byte* scratch = nullptr;  ///< For messages of several slots; at 8 modulo 16.
  std::size_t scratch_bytes = 0;
  shard_words* words = nullptr;
  telemetry_block* telemetry = nullptr;
  void* actors = nullptr;  ///< The states of this shard's actors, in order.
  std::uint64_t actor_count = 0;
  directory_view* directories = nullptr;  ///< Where its keyed actors are: one for each home in it.
  topics_view* topics = nullptr;          ///< What its actors subscribe to, likewise.
  doorbell bell = nullptr;
};

/// Where keyed actors' states go that are put to rest.
struct rest_view {
  ring_memory<> states{};  ///< To the host. No slots: none is ever put to rest.
  doorbell bell = nullptr;
  /// How far blocks have reserved `states`, in the memory of their side.
  platform::atomic<std::uint64_t>* reserved = nullptr;
  std::uint32_t after = 0;  ///< Idle for so long (`directory::tick`s); 0: only for want of room.

  [[nodiscard]] GYRE_FN bool wanted() const noexcept { return states.geometry.slots != 0; }
};

namespace detail {

/// Which of `n` equal parts of 0 … 2^32-1 a number lies in.
[[nodiscard]] GYRE_FN constexpr std::uint32_t share(std::uint64_t of, std::uint32_t n) noexcept {
  return static_cast<std::uint32_t>(of * n >> 32);
}

}  // namespace detail

/// A kernel as its shards see it. A plain description that owns nothing; made before the launch,
/// and not changed while the kernel lives, but for rows of `ports` and `links`: a row is written
/// before the first message that names it is published. (Across a bus the rows' rings are not
/// changed at all.)
struct kernel_view {
  control_words* control = nullptr;
  shard_view* shards = nullptr;
  port_view* ports = nullptr;
  buffer_table buffers{};
  std::uint64_t actors = 0;
  std::uint32_t shard_count = 0;
  std::uint32_t port_count = 0;
  std::uint32_t homes = 1;                   ///< Of each shard: one, or its workers.
  ring_format format = ring_format::commit;  ///< Of every ring that the host sees.
  bool keyed = false;                        ///< Actors are found by keys; else by dense ids.
  std::int64_t wall_offset_ns = 0;  ///< Wall clock less `platform::clock_ns`, at the launch.
  rest_view rest{};
  link_view* links = nullptr;  ///< `greatest_links` other kernels. Null: none can be reached.

  /// The kernel behind a row of the links, counted from 1; null: there is none.
  [[nodiscard]] GYRE_FN kernel_view const* linked(std::uint32_t row) const noexcept {
    if (links == nullptr || row == 0 || row > greatest_links) return nullptr;
    return links[row - 1].target.load(platform::memory_order_acquire);
  }

  /// Whether shards ring the bells of those who wait; otherwise these must look for themselves.
  [[nodiscard]] bool rings_bells() const noexcept { return format == ring_format::commit; }

  /// The shard that an actor lives on: dense ids are dealt round, keys by their hash.
  [[nodiscard]] GYRE_FN constexpr std::uint32_t home(std::uint64_t actor) const noexcept {
    if (shard_count == 1) return 0;
    if (!keyed && (shard_count & (shard_count - 1)) == 0) {
      return static_cast<std::uint32_t>(actor) & (shard_count - 1);  // a division takes long
    }
    if (keyed) return detail::share(mixed_bits(actor) >> 32, shard_count);
    return static_cast<std::uint32_t>(actor % shard_count);
  }
  /// Of so many workers in its shard, the one that an actor belongs to.
  [[nodiscard]] GYRE_FN constexpr std::uint32_t worker(std::uint64_t actor,
                                                       std::uint32_t workers) const noexcept {
    if (keyed) return detail::share(mixed_bits(actor) & UINT32_MAX, workers);
    return static_cast<std::uint32_t>(place(actor) % workers);
  }
  /// Its place among its shard's actors.
  [[nodiscard]] GYRE_FN constexpr std::uint64_t place(std::uint64_t actor) const noexcept {
    return shard_count == 1 ? actor : actor / shard_count;
  }
  /// How many actors live on a shard.
  [[nodiscard]] GYRE_FN constexpr std::uint64_t actors_on(std::uint32_t shard) const noexcept {
    return actors / shard_count + (shard < actors % shard_count ? 1 : 0);
  }
};

}  // namespace gyre
