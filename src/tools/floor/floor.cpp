#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>

#include <gyre/core/event.hpp>
#include <gyre/core/platform.hpp>

#include "floor.hpp"

namespace gyre::tool {

namespace {

using clock = std::chrono::steady_clock;

double ns_between(clock::time_point from, clock::time_point to) {
  return std::chrono::duration<double, std::nano>(to - from).count();
}

/// Two words on lines of their own; each side writes one and polls the other.
struct court {
  alignas(cache_line) std::atomic<std::uint64_t> ping{0};  // written by the measuring side
  alignas(cache_line) std::atomic<std::uint64_t> pong{0};  // written by the answering side
};

constexpr std::uint64_t game_over = UINT64_MAX;

void answer(court& c, int core, std::atomic<int>& state) {
  pinned const here(core);
  state.store(here.done() ? 1 : -1, std::memory_order_release);
  if (!here.done()) return;
  for (std::uint64_t next = 1;; ++next) {
    std::uint64_t seen = 0;
    while ((seen = c.ping.load(std::memory_order_acquire)) < next) {
    }
    if (seen == game_over) return;
    c.pong.store(next, std::memory_order_release);
  }
}

/// Sends ball `n` and waits for it.
void play(court& c, std::uint64_t n) {
  c.ping.store(n, std::memory_order_release);
  while (c.pong.load(std::memory_order_acquire) != n) {
  }
}

void measure(court& c, effort const& how, ping_pong& out) {
  constexpr std::size_t burst = 128;
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 10 * burst; ++i) play(c, ++n);  // warm

  std::vector<double> trips;
  trips.reserve(how.samples);
  std::vector<double> bursts;
  auto const end = clock::now() + how.time;
  auto before = clock::now();
  while (trips.size() < how.samples && before < end) {
    for (std::size_t i = 0; i < burst && trips.size() < how.samples; ++i) {
      play(c, ++n);
      auto const now = clock::now();
      trips.push_back(ns_between(before, now));
      before = now;
    }
    for (std::size_t i = 0; i < burst; ++i) play(c, ++n);
    auto const now = clock::now();
    bursts.push_back(ns_between(before, now) / static_cast<double>(burst));
    before = now;
  }
  out.round_trip = spread_of(trips);
  for (double const ns : trips) out.trips.add(static_cast<std::uint64_t>(ns));
  out.untimed_ns = spread_of(bursts).p50;
  out.quiet_ns = bursts.empty() ? 0 : bursts[bursts.size() / 4];
  out.measured = true;
}

/// What the two sides of a wake-up share.
struct bedroom {
  event bell;
  std::atomic<std::uint64_t> rung{0};     // written by the waker
  std::atomic<std::int64_t> woken_at{0};  // written by the sleeper
  std::atomic<std::uint64_t> woken{0};    // written by the sleeper, after woken_at
};

std::int64_t ticks(clock::time_point at) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

void sleep_and_wake(bedroom& room, int core) {
  pinned const here(core);
  for (std::uint64_t next = 1;; ++next) {
    room.bell.park(deadline(), [&] { return room.rung.load(std::memory_order_acquire) >= next; });
    room.woken_at.store(ticks(clock::now()), std::memory_order_relaxed);
    if (room.rung.load(std::memory_order_acquire) == game_over) return;
    room.woken.store(next, std::memory_order_release);
  }
}

}  // namespace

spread spread_of(std::vector<double>& samples) {
  spread s;
  s.samples = samples.size();
  if (samples.empty()) return s;
  std::sort(samples.begin(), samples.end());
  s.least = samples.front();
  s.p50 = samples[samples.size() / 2];
  s.p99 = samples[samples.size() - 1 - samples.size() / 100];
  s.greatest = samples.back();
  return s;
}

ping_pong measure_ping_pong(effort const& how) {
  ping_pong out;
  auto const cores = allowed_cores();
  if (cores.size() < 2) return out;
  out.first = cores[0];
  out.second = cores[1];
  court c;
  std::atomic<int> state{0};
  std::thread other([&] { answer(c, out.second, state); });
  {
    pinned const here(out.first);
    while (state.load(std::memory_order_acquire) == 0) std::this_thread::yield();
    if (here.done() && state.load(std::memory_order_acquire) == 1) measure(c, how, out);
    c.ping.store(game_over, std::memory_order_release);
  }
  other.join();
  return out;
}

double clock_cost_ns() {
  constexpr int rounds = 20;
  constexpr int calls = 5000;
  double least = 0;
  for (int round = 0; round < rounds; ++round) {
    auto const begin = clock::now();
    auto last = begin;
    for (int i = 0; i < calls; ++i) last = clock::now();
    double const mean = ns_between(begin, last) / calls;
    if (round == 0 || mean < least) least = mean;
  }
  return least;
}

wake_up measure_wake_up(effort const& how) {
  wake_up out;
  auto const cores = allowed_cores();
  if (!cores.empty()) {
    out.waker = cores.front();
    out.sleeper = cores.size() > 1 ? cores[1] : cores[0];
  }
  out.membarrier = detail::light_fences.load();
  bedroom room;
  std::vector<double> running;
  std::vector<double> paid;
  std::thread sleeper([&] { sleep_and_wake(room, out.sleeper); });
  {
    pinned const here(out.waker);
    auto const end = clock::now() + how.time;
    for (std::uint64_t n = 1; running.size() < how.samples && clock::now() < end; ++n) {
      // Long enough for the sleeper to be parked, and short enough to take many samples.
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      auto const begin = clock::now();
      room.rung.store(n, std::memory_order_release);
      room.bell.notify();
      auto const after = clock::now();
      while (room.woken.load(std::memory_order_acquire) != n) std::this_thread::yield();
      running.push_back(
          static_cast<double>(room.woken_at.load(std::memory_order_relaxed) - ticks(begin)));
      paid.push_back(ns_between(begin, after));
    }
    room.rung.store(game_over, std::memory_order_release);
    room.bell.notify();
  }
  sleeper.join();
  out.to_running = spread_of(running);
  out.notify = spread_of(paid);
  return out;
}

}  // namespace gyre::tool
