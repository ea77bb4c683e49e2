#include <atomic>
#include <memory>
#include <thread>

#include <gyre/gyre.hpp>

#include "../floor/floor.hpp"
#include "../floor/machine.hpp"
#include "benchmark.hpp"

namespace gyre::tool {
namespace {

struct tick {
  std::uint64_t n = 0;
};

struct counter {
  using handles = gyre::handles<tick>;
  std::uint64_t n = 0;
  GYRE_FN tick on(tick const& m, auto&) { return {n += m.n}; }
};

struct bed {
  bed()
      : rt(runtime::create({.engine = engine_kind::cpu}).value()),
        counters(rt.launch<counter>("bench", options()).value()) {
    counters.activate().value();
  }
  static launch_options options() {
    launch_options o;
    if (int const core = cores_for_bench().kernel; core >= 0) o.pin = {core};
    return o;
  }

  runtime rt;
  kernel<counter> counters;
};

/// Snapshots of a kernel that is idle, its lines at rest.
repetition idle_snapshot(bed& b, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  return time_each(effort, [&] { return b.counters.telemetry().dropped == 0; });
}

/// Snapshots between two asks, so that the kernel has just written every line that is read.
repetition busy_snapshot(bed& b, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  double const clock = clock_cost_ns();
  auto end = b.counters.open_port().value();
  samples times(1 << 20);
  repetition r;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (!times.full() && now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    if (!end.ask(0, tick{1})) {
      r.error = "an ask failed";
      return r;
    }
    std::uint64_t const before = platform::clock_ns();
    (void)b.counters.telemetry();
    now = platform::clock_ns();
    times.add(now - before);
  }
  r = times.summary(clock);
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(now - begin);
  return r;
}

/// From an ask to a parked kernel to its reply: what an idle runtime costs the next caller.
repetition wake_kernel(bed& b, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  double const clock = clock_cost_ns();
  auto end = b.counters.open_port().value();
  samples times(1 << 14);
  repetition r;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (!times.full() && now - begin < 4 * static_cast<std::uint64_t>(effort.time.count())) {
    // Longer than the kernel polls: it has parked.
    std::this_thread::sleep_for(b.counters.options().spin + std::chrono::milliseconds(1));
    std::uint64_t const before = platform::clock_ns();
    if (!end.ask(0, tick{1})) {
      r.error = "an ask failed";
      return r;
    }
    now = platform::clock_ns();
    times.add(now - before);
  }
  r = times.summary(clock);
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(now - begin);
  return r;
}

}  // namespace

std::vector<benchmark> telemetry_benchmarks(bench_effort const& effort) {
  auto b = std::make_shared<bed>();
  auto const floor = [=] { return run_ping_pong(effort); };
  return {{"telemetry.snapshot", "ns", floor_kind::ping_pong,
           [=] { return idle_snapshot(*b, effort); }, floor},
          {"telemetry.snapshot_busy", "ns", floor_kind::ping_pong,
           [=] { return busy_snapshot(*b, effort); }, floor},
          {"wake_up", "ns", floor_kind::ping_pong, [=] { return wake_kernel(*b, effort); }, floor}};
}

}  // namespace gyre::tool
