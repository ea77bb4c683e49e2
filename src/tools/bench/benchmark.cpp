#include "benchmark.hpp"

#include <gyre/core/platform.hpp>

#include "../floor/floor.hpp"
#include "../floor/machine.hpp"

namespace gyre::tool {

bench_cores cores_for_bench() {
  auto const cores = allowed_cores();
  if (cores.size() < 2) return {};
  return {cores[0], cores[1]};
}

repetition samples::summary(double overhead_ns) {
  repetition r;
  if (values_.empty()) return r;
  std::sort(values_.begin(), values_.end());
  auto const at = [&](double q) {
    auto const last = static_cast<double>(values_.size() - 1);
    double const ns = values_[static_cast<std::size_t>(q * last)];
    return std::max(0.0, ns - overhead_ns);
  };
  r.n = values_.size();
  r.p50 = at(0.5);
  r.p99 = at(0.99);
  r.p999 = at(0.999);
  values_.clear();
  return r;
}

repetition time_each(bench_effort const& effort, std::function<bool()> const& operation) {
  static double const overhead = clock_cost_ns();
  samples times(1 << 20);
  repetition failed;
  failed.error = "the operation failed";
  for (int i = 0; i < 200; ++i) {
    if (!operation()) return failed;
  }
  std::uint64_t const begin = platform::clock_ns();
  auto const span = static_cast<std::uint64_t>(effort.time.count());
  std::uint64_t before = begin;
  while (!times.full() && before - begin < span) {
    if (!operation()) return failed;
    std::uint64_t const now = platform::clock_ns();
    times.add(now - before);
    before = now;
  }
  repetition r = times.summary(overhead);
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(before - begin);
  return r;
}

}  // namespace gyre::tool
