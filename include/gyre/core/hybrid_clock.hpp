#pragma once

#include <atomic>
#include <compare>
#include <cstdint>

#include <gyre/core/platform.hpp>

namespace gyre {

/// A hybrid logical time in one word: 52 bits of microseconds since the Unix epoch, which last to
/// 2112, then 12 bits of a counter for what happens within one (after Kulkarni et al., "Logical
/// Physical Clocks", 2014; their 48 bits count coarser ticks). A full counter carries into the
/// microseconds, so stamps never repeat and never run back.
struct hybrid_time {
  /// Not 16: 48 bits of microseconds last for nine years, and were over in 1978.
  static constexpr unsigned counter_bits = 12;

  std::uint64_t word = 0;

  [[nodiscard]] static constexpr hybrid_time from_micros(std::uint64_t micros) noexcept {
    return {micros << counter_bits};
  }
  [[nodiscard]] constexpr std::uint64_t micros() const noexcept { return word >> counter_bits; }
  [[nodiscard]] constexpr std::uint16_t counter() const noexcept {
    return static_cast<std::uint16_t>(word & ((1U << counter_bits) - 1));
  }
  friend constexpr auto operator<=>(hybrid_time, hybrid_time) = default;
};

/// Microseconds since the Unix epoch, from the system's clock.
[[nodiscard]] std::uint64_t wall_micros() noexcept;

/// A clock that many threads share.
///
/// Each `tick` gives a stamp greater than every stamp given before, to any thread, and than every
/// time observed; if the system's clock steps back, the stamps go on from where they were.
/// Thread-safe. *Memory ordering*: `tick` and `observe` are acquire-release on one word, so a stamp
/// taken after another is greater, whichever threads took them.
class hybrid_clock {
 public:
  /// The next stamp: at least the system's time, and greater than any before.
  [[nodiscard]] hybrid_time tick() noexcept {
    return advance(hybrid_time::from_micros(wall_micros()).word);
  }

  /// The next stamp, greater than `seen` too: on receiving a message.
  hybrid_time observe(hybrid_time seen) noexcept {
    std::uint64_t const wall = hybrid_time::from_micros(wall_micros()).word;
    return advance(wall > seen.word ? wall : seen.word + 1);
  }

 private:
  hybrid_time advance(std::uint64_t at_least) noexcept {
    std::uint64_t last = last_.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
      next = at_least > last ? at_least : last + 1;
    } while (!last_.compare_exchange_weak(last, next, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
    return {next};
  }

  std::atomic<std::uint64_t> last_{0};
};

/// A clock of one owner (a port, a shard), for the hot path: no atomic, and no reading of the
/// system's clock but by `refresh`, which its owner calls once a batch. Stamps of two such clocks
/// may coincide; together with their origin they do not. Not thread-safe.
class local_clock {
 public:
  /// The next stamp: greater than any given or observed before.
  [[nodiscard]] GYRE_FN hybrid_time tick() noexcept { return {++last_}; }

  /// Takes note of a received stamp: the next ones are greater.
  GYRE_FN void observe(hybrid_time seen) noexcept {
    if (seen.word > last_) last_ = seen.word;
  }

  /// Brings the physical part up to `micros`, if that is ahead.
  GYRE_FN void refresh(std::uint64_t micros) noexcept { observe(hybrid_time::from_micros(micros)); }

  /// The last stamp given or observed.
  [[nodiscard]] GYRE_FN hybrid_time last() const noexcept { return {last_}; }

 private:
  std::uint64_t last_ = 0;
};

}  // namespace gyre
