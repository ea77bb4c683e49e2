#pragma once

#include <cstdint>
#include <ctime>
#include <optional>

#include <gyre/core/chrono.hpp>
#include <gyre/core/hybrid_clock.hpp>

namespace gyre {

/// The clock that a queue's messages age by.
///
/// A read of CLOCK_MONOTONIC cost 24 ns, one of CLOCK_MONOTONIC_COARSE 5 ns, where this was tried
/// (2 cores, Linux 6); the coarse one moves in steps of 1 to 10 ms, 4 there. So a time to live of
/// a second or more is measured by the coarse clock, an error of less than 1 %, a shorter one by
/// the precise clock. Without a time to live no clock is read.
///
/// Times that come with messages are of the wall clock; how far the two clocks are apart is
/// measured again after 100 ms, so that a step of the system's clock is soon followed. Not
/// thread-safe: the queue's lock guards it.
class message_clock {
 public:
  explicit message_clock(std::optional<std::chrono::nanoseconds> time_to_live) noexcept
      : coarse_(time_to_live && *time_to_live >= std::chrono::seconds(1)) {}

  /// Nanoseconds since an unspecified start.
  [[nodiscard]] std::int64_t now() const noexcept {
    timespec t{};
    ::clock_gettime(coarse_ ? CLOCK_MONOTONIC_COARSE : CLOCK_MONOTONIC, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
  }

  /// The most that `now` lags behind.
  [[nodiscard]] std::chrono::nanoseconds lag() const noexcept {
    return coarse_ ? std::chrono::milliseconds(10) : std::chrono::nanoseconds::zero();
  }

  /// A stamp for a message sent at `now`: greater than the one before.
  [[nodiscard]] hybrid_time stamp(std::int64_t now) noexcept {
    stamps_.refresh(wall_micros_at(now));
    return stamps_.tick();
  }

  /// When, on this clock, a message stamped `sent` was sent; not after `now`, but possibly before
  /// this clock's start.
  [[nodiscard]] std::int64_t born(hybrid_time sent, std::int64_t now) noexcept {
    // The difference of two words is right even where the stamps have wrapped round between them.
    std::uint64_t const age = hybrid_time::from_micros(wall_micros_at(now)).word - sent.word;
    if (static_cast<std::int64_t>(age) <= 0) return now;
    return now - static_cast<std::int64_t>(hybrid_time{age}.micros()) * 1000;
  }

 private:
  std::uint64_t wall_micros_at(std::int64_t now) noexcept {
    if (now >= measure_at_) {
      to_wall_ = wall_micros() - static_cast<std::uint64_t>(now / 1000);
      measure_at_ = now + 100'000'000;
    }
    return to_wall_ + static_cast<std::uint64_t>(now / 1000);
  }

  bool coarse_;
  std::uint64_t to_wall_ = 0;  // microseconds, modulo 2^64
  std::int64_t measure_at_ = 0;
  local_clock stamps_;
};

}  // namespace gyre
