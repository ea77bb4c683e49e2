#pragma once

#include <array>
#include <cstdint>

#include <gyre/core/dead_letter.hpp>
#include <gyre/core/error.hpp>
#include <gyre/core/hybrid_clock.hpp>
#include <gyre/core/type_name.hpp>
#include <gyre/kernel/control.hpp>
#include <gyre/kernel/telemetry_block.hpp>

namespace gyre {

/// Handling times: from taking a message to having published its reply, in nanoseconds.
struct latency_summary {
  std::uint64_t count = 0;  ///< Messages timed: the sum of the histogram.
  std::uint64_t total_ns = 0;
  std::uint64_t least_ns = 0;
  std::uint64_t greatest_ns = 0;
  std::array<std::uint64_t, latency_buckets> histogram{};  ///< Bucket i: 2^i … 2^(i+1)-1 ns.

  [[nodiscard]] double mean_ns() const noexcept {
    return count == 0 ? 0.0 : static_cast<double>(total_ns) / static_cast<double>(count);
  }
  /// The upper end of the bucket that holds the fraction `q` (0 … 1) of the messages; 0 if none.
  [[nodiscard]] std::uint64_t quantile_ns(double q) const noexcept;
};

/// What a kernel wrote of itself, read at one moment.
///
/// `latency` is consistent in itself: its count is the sum of its histogram. `handled` and
/// `dropped` are exact and may be a batch ahead of it. It counts every message that was taken, also
/// those that found no handler or no actor.
struct telemetry_snapshot {
  std::uint64_t handled = 0;  ///< Messages whose handler ran.
  std::uint64_t refused = 0;  ///< Of these: the handler rejected it, or threw.
  std::uint64_t dropped = 0;  ///< Dead letters of the kernel's own.
  drop_counts dropped_by_reason{};
  std::uint64_t queue_depth = 0;  ///< Slots of the inboxes in use.
  latency_summary latency{};
  hybrid_time last_time{};  ///< The shard's clock after the last message; it never runs back.
  bool has_error = false;
  errc last_error{};              ///< The last failure reply or dead letter.
  type_code last_error_type = 0;  ///< The type of the message that it was about.
};

/// Adds a shard's block to `out`. A few loads of the shard's lines; nothing is asked of the shard.
/// Any thread. `epoch`: the reset that the figures are wanted since; a block that has not come so
/// far yet adds nothing.
void merge(telemetry_block const& block, std::uint64_t epoch, telemetry_snapshot& out) noexcept;

/// Adds a shard's counters.
void merge(shard_words const& words, telemetry_snapshot& out) noexcept;

}  // namespace gyre
