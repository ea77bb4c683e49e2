#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gyre::tool {

/// Counts values of 64 bits in buckets of equal relative width: 128 to each power of two, so what
/// is read back is within 0.4 % of what was added, and exact below 256. Every value is counted;
/// least, greatest and number are exact. Adding allocates nothing.
///
/// Not thread-safe.
class histogram {
 public:
  histogram() : counts_(buckets) {}

  void add(std::uint64_t value, std::uint64_t times = 1) noexcept;
  /// Adds all that `other` has.
  void merge(histogram const& other) noexcept;
  void clear() noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t least() const noexcept { return count_ == 0 ? 0 : least_; }
  [[nodiscard]] std::uint64_t greatest() const noexcept { return greatest_; }

  /// The value of rank `q * (count - 1)`, rounded down, with `q` from 0 to 1; 0 of nothing.
  [[nodiscard]] std::uint64_t at(double q) const noexcept;

  /// Where a value is counted, and what stands for a bucket: its middle.
  [[nodiscard]] static std::size_t bucket_of(std::uint64_t value) noexcept;
  [[nodiscard]] static std::uint64_t middle_of(std::size_t bucket) noexcept;

 private:
  static constexpr unsigned precision = 7;
  static constexpr std::size_t per_octave = std::size_t{1} << precision;
  static constexpr std::size_t buckets = (64 - precision + 1) * per_octave;

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t least_ = UINT64_MAX;
  std::uint64_t greatest_ = 0;
};

/// Times as they were counted: in units of `scale` nanoseconds, each with `less_ns` of the clock's
/// own in it.
struct distribution {
  histogram counts;
  double scale = 1;
  double less_ns = 0;

  /// In nanoseconds, less the clock's own cost, at least 0.
  [[nodiscard]] double at(double q) const noexcept;
  [[nodiscard]] double greatest() const noexcept;
};

}  // namespace gyre::tool
