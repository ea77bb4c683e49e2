#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/platform.hpp>

namespace gyre {

/// Buckets of the handling-time histogram: bucket i counts times of 2^i … 2^(i+1)-1 ns; bucket 0
/// holds 0 too, the last everything from 2^31 ns (about 2.1 s) on.
inline constexpr std::size_t latency_buckets = 32;

/// The bucket of a time in nanoseconds.
[[nodiscard]] GYRE_FN constexpr std::size_t latency_bucket(std::uint64_t ns) noexcept {
  std::size_t bucket = 0;
  while (ns > 1 && bucket + 1 < latency_buckets) {
    ns >>= 1;
    ++bucket;
  }
  return bucket;
}

/// What a shard measures of itself, in memory that the host reads without disturbing it. The shard
/// is its only writer, and nothing is asked of it.
///
/// A *handling time* is the time between two of the loop's clock readings, shared evenly by the
/// messages handled between them (one reading a batch): from taking a message to having published
/// its reply, where messages come one by one. (An idle shard looks a few times between two
/// readings, for less than 100 ns altogether, which are counted in.)
///
/// *Memory ordering*: `version` is odd while the shard writes. It stores every word with release,
/// the reader loads every word with acquire, so a reader that saw a word of a newer version sees
/// `version` changed, and reads again. No fence, so ThreadSanitizer can follow it.
struct telemetry_block {
  using word = platform::atomic<std::uint64_t>;

  alignas(cache_line) word version{0};
  word epoch{0};     ///< The reset that these figures are since.
  word count{0};     ///< Messages timed: the sum of the histogram.
  word total_ns{0};  ///< Sum of the handling times.
  word least_ns{0};  ///< Meaningless while `count` is 0.
  word greatest_ns{0};
  word last_time{0};        ///< The shard's `hybrid_time` after the last message.
  word last_error{0};       ///< `errc` + 1 of the last failure reply or dead letter; 0: none yet.
  word last_error_type{0};  ///< The `type_code` of the message it was about.
  alignas(line_bytes) word histogram[latency_buckets] = {};
};

/// The shard's side of its block. Not thread-safe: the shard's own.
class telemetry_writer {
 public:
  telemetry_writer() noexcept = default;
  GYRE_FN explicit telemetry_writer(telemetry_block* block) noexcept : block_(block) {}

  /// Adds `messages` handled in `elapsed_ns` altogether; `last_time` is the shard's clock after
  /// them.
  GYRE_FN void record(std::uint64_t messages, std::uint64_t elapsed_ns,
                      std::uint64_t last_time) noexcept {
    std::uint64_t const each = elapsed_ns / messages;
    begin();
    std::uint64_t const before = get(block_->count);
    set(block_->count, before + messages);
    set(block_->total_ns, get(block_->total_ns) + elapsed_ns);
    if (before == 0 || each < get(block_->least_ns)) set(block_->least_ns, each);
    if (each > get(block_->greatest_ns)) set(block_->greatest_ns, each);
    set(block_->last_time, last_time);
    auto& bucket = block_->histogram[latency_bucket(each)];
    set(bucket, get(bucket) + messages);
    end();
  }

  /// Notes the last error, and the type of the message that it was about.
  GYRE_FN void note_error(std::uint32_t code, std::uint64_t type) noexcept {
    begin();
    set(block_->last_error, std::uint64_t{code} + 1);
    set(block_->last_error_type, type);
    end();
  }

  /// Starts again from zero, as of `epoch`.
  GYRE_FN void reset(std::uint64_t epoch) noexcept {
    begin();
    for (auto* w : {&block_->count, &block_->total_ns, &block_->least_ns, &block_->greatest_ns,
                    &block_->last_time, &block_->last_error, &block_->last_error_type}) {
      set(*w, 0);
    }
    for (auto& w : block_->histogram) set(w, 0);
    set(block_->epoch, epoch);
    end();
  }

  [[nodiscard]] GYRE_FN std::uint64_t epoch() const noexcept { return get(block_->epoch); }

 private:
  using word = telemetry_block::word;
  [[nodiscard]] GYRE_FN static std::uint64_t get(word const& w) noexcept {
    return w.load(platform::memory_order_relaxed);
  }
  GYRE_FN static void set(word& w, std::uint64_t value) noexcept {
    w.store(value, platform::memory_order_release);
  }
  GYRE_FN void begin() noexcept {
    block_->version.store(get(block_->version) + 1, platform::memory_order_relaxed);
  }
  GYRE_FN void end() noexcept { set(block_->version, get(block_->version) + 1); }

  telemetry_block* block_ = nullptr;
};

}  // namespace gyre
