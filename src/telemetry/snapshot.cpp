#include <gyre/telemetry/snapshot.hpp>

#include <algorithm>
#include <cmath>

namespace gyre {
namespace {

/// One shard's block, as copied.
struct copy {
  std::uint64_t epoch, count, total, least, greatest, last_time, last_error, last_error_type;
  std::array<std::uint64_t, latency_buckets> histogram;
};

/// Copies a block between two equal, even versions.
copy read(telemetry_block const& block) noexcept {
  auto const get = [](telemetry_block::word const& w) { return w.load(std::memory_order_acquire); };
  for (;;) {
    std::uint64_t const before = get(block.version);
    if ((before & 1U) != 0) {
      platform::pause();
      continue;
    }
    copy c{};
    c.epoch = get(block.epoch);
    c.count = get(block.count);
    c.total = get(block.total_ns);
    c.least = get(block.least_ns);
    c.greatest = get(block.greatest_ns);
    c.last_time = get(block.last_time);
    c.last_error = get(block.last_error);
    c.last_error_type = get(block.last_error_type);
    for (std::size_t i = 0; i < latency_buckets; ++i) c.histogram[i] = get(block.histogram[i]);
    if (block.version.load(std::memory_order_relaxed) == before) return c;
  }
}

}  // namespace

std::uint64_t latency_summary::quantile_ns(double q) const noexcept {
  if (count == 0) return 0;
  double const wanted = std::clamp(q, 0.0, 1.0) * static_cast<double>(count);
  auto const rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(wanted)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < latency_buckets; ++i) {
    seen += histogram[i];
    if (seen >= rank) return std::min(greatest_ns, (std::uint64_t{2} << i) - 1);
  }
  return greatest_ns;
}

void merge(telemetry_block const& block, std::uint64_t epoch, telemetry_snapshot& out) noexcept {
  copy const c = read(block);
  if (c.epoch != epoch) return;
  if (c.last_error != 0 && (!out.has_error || c.last_time >= out.last_time.word)) {
    out.has_error = true;
    out.last_error = static_cast<errc>(c.last_error - 1);
    out.last_error_type = static_cast<type_code>(c.last_error_type);
  }
  out.last_time.word = std::max(out.last_time.word, c.last_time);
  if (c.count == 0) return;
  latency_summary& l = out.latency;
  l.least_ns = l.count == 0 ? c.least : std::min(l.least_ns, c.least);
  l.greatest_ns = std::max(l.greatest_ns, c.greatest);
  l.count += c.count;
  l.total_ns += c.total;
  for (std::size_t i = 0; i < latency_buckets; ++i) l.histogram[i] += c.histogram[i];
}

void merge(shard_words const& words, telemetry_snapshot& out) noexcept {
  out.handled += words.handled.load(std::memory_order_acquire);
  out.refused += words.refused.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    std::uint64_t const n = words.dropped[i].load(std::memory_order_acquire);
    out.dropped_by_reason[i] += n;
    out.dropped += n;
  }
}

}  // namespace gyre
