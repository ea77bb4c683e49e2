#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
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
  samples times(SIZE_MAX);
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

/// Asks a second, `window` in flight; after each half window `look` is called.
template <class Look>
repetition pipelined(bed& b, bench_effort const& effort, Look&& look) {
  constexpr std::size_t window = 64;
  pinned const here(cores_for_bench().client);
  auto end = b.counters.open_port({.window = window}).value();
  std::array<asked<tick>, window> flight{};
  std::uint64_t sent = 0;
  std::uint64_t got = 0;
  repetition r;
  auto const take = [&] {
    if (!end.wait(flight[got++ % window])) r.error = "an ask failed";
  };
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count()) && r.error.empty()) {
    while (sent - got < window) {
      auto const a = end.submit(0, tick{1});
      if (!a) {
        r.error = a.error().message();
        return r;
      }
      flight[sent++ % window] = *a;
    }
    for (std::size_t k = 0; k < window / 2; ++k) take();
    now = platform::clock_ns();
    look(now);
  }
  r.n = got;
  r.rate = static_cast<double>(got) * 1e9 / static_cast<double>(now - begin);
  while (got < sent) take();
  return r;
}

/// Asks while their own thread takes a thousand snapshots a second: what being watched costs.
repetition watched(bed& b, bench_effort const& effort) {
  std::uint64_t next = 0;
  return pipelined(b, effort, [&](std::uint64_t now) {
    if (now < next) return;
    next = now + 1'000'000;
    (void)b.counters.telemetry();
  });
}

repetition unwatched(bed& b, bench_effort const& effort) {
  return pipelined(b, effort, [](std::uint64_t) {});
}

double processor_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// The processor's time that this process takes while an active kernel has nothing to do, in per
/// cent of one core. At least half a second, for it is next to nothing.
repetition idle(bed&, bench_effort const& effort) {
  auto const span = std::max<std::chrono::nanoseconds>(effort.time, std::chrono::milliseconds(500));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));  // until the kernel has parked
  std::uint64_t const begin = platform::clock_ns();
  double const before = processor_ns();
  std::this_thread::sleep_for(span);
  double const used = processor_ns() - before;
  repetition r;
  r.n = 1;
  r.rate = 100 * used / static_cast<double>(platform::clock_ns() - begin);
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
          {"telemetry.watched", "1/s", floor_kind::unwatched, [=] { return watched(*b, effort); },
           [=] { return unwatched(*b, effort); }},
          {"wake_up", "ns", floor_kind::wake_up, [=] { return wake_kernel(*b, effort); },
           [=] { return run_wake_up(effort); }},
          {"idle.cpu", "%", floor_kind::none, [=] { return idle(*b, effort); }, {}}};
}

}  // namespace gyre::tool
