#include <utility>

#include <gyre/core/platform.hpp>

#include "../floor/floor.hpp"
#include "../floor/machine.hpp"
#include "benchmark.hpp"

namespace gyre::tool {

bench_cores cores_for_bench() {
  auto const cores = allowed_cores();
  if (cores.size() < 2) return {};
  return {cores[0], cores[1]};
}

repetition samples::summary(double overhead_ns, double scale) {
  repetition r;
  if (found_->counts.count() == 0) return r;
  found_->less_ns = overhead_ns;
  found_->scale = scale;
  r.n = found_->counts.count();
  r.p50 = found_->at(0.5);
  r.p99 = found_->at(0.99);
  r.p999 = found_->at(0.999);
  r.times = std::exchange(found_, std::make_shared<distribution>());
  return r;
}

repetition time_each(bench_effort const& effort, std::function<bool()> const& operation) {
  static double const overhead = clock_cost_ns();
  samples times(SIZE_MAX);
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
