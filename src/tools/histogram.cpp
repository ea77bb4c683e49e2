#include <algorithm>
#include <bit>

#include "histogram.hpp"

namespace gyre::tool {

std::size_t histogram::bucket_of(std::uint64_t value) noexcept {
  // The leading bit and `precision` more say which bucket of which octave. The first two octaves'
  // worth of values have a bucket each.
  auto const bits = static_cast<unsigned>(std::bit_width(value));
  unsigned const shift = bits > precision + 1 ? bits - precision - 1 : 0;
  return shift * per_octave + static_cast<std::size_t>(value >> shift);
}

std::uint64_t histogram::middle_of(std::size_t bucket) noexcept {
  if (bucket < 2 * per_octave) return bucket;
  std::size_t const shift = bucket / per_octave - 1;
  std::uint64_t const first = (bucket - shift * per_octave) << shift;
  return first + (std::uint64_t{1} << shift) / 2;
}

void histogram::add(std::uint64_t value, std::uint64_t times) noexcept {
  counts_[bucket_of(value)] += times;
  count_ += times;
  least_ = std::min(least_, value);
  greatest_ = std::max(greatest_, value);
}

void histogram::merge(histogram const& other) noexcept {
  for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  least_ = std::min(least_, other.least_);
  greatest_ = std::max(greatest_, other.greatest_);
}

void histogram::clear() noexcept {
  std::fill(counts_.begin(), counts_.end(), 0);
  count_ = 0;
  least_ = UINT64_MAX;
  greatest_ = 0;
}

std::uint64_t histogram::at(double q) const noexcept {
  if (count_ == 0) return 0;
  auto const rank = static_cast<std::uint64_t>(q * static_cast<double>(count_ - 1));
  std::uint64_t passed = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    passed += counts_[i];
    if (passed > rank) return std::clamp(middle_of(i), least_, greatest_);
  }
  return greatest_;
}

double distribution::at(double q) const noexcept {
  return std::max(0.0, static_cast<double>(counts.at(q)) * scale - less_ns);
}

double distribution::greatest() const noexcept {
  return std::max(0.0, static_cast<double>(counts.greatest()) * scale - less_ns);
}

}  // namespace gyre::tool
