#pragma once

#include <algorithm>
#include <cstdint>

namespace gyre {

/// How long an idle shard polls before it parks: as long as it may, while messages come within that
/// time; less and less, down to 5 µs, while they come later, for then polling catches none of them.
/// One thread.
class spin_length {
 public:
  /// Polled in any case, if anything may be: about what parking and waking cost.
  static constexpr std::uint64_t least_ns = 5'000;

  explicit constexpr spin_length(std::uint64_t limit_ns) noexcept
      : limit_(limit_ns), now_(limit_ns) {}

  /// In nanoseconds; 0: it parks at once.
  [[nodiscard]] constexpr std::uint64_t ns() const noexcept { return now_; }

  /// It had nothing to do for so long, and parked meanwhile.
  constexpr void parked(std::uint64_t idle_ns) noexcept {
    // What came within the limit would have been caught by polling to it.
    now_ = idle_ns <= limit_ ? limit_ : std::max(now_ / 2, std::min(limit_, least_ns));
  }

 private:
  std::uint64_t limit_;
  std::uint64_t now_;
};

}  // namespace gyre
