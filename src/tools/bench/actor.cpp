#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gyre/gyre.hpp>

#include "../floor/machine.hpp"
#include "benchmark.hpp"
#include "player.hpp"

namespace gyre::tool {
namespace {

using namespace std::chrono_literals;

struct poke {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};
struct poked {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};
struct nudge {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};

struct cell {
  using handles = gyre::handles<poke, nudge>;
  std::int64_t sum = 0;

  GYRE_FN poked on(poke const& m, auto&) { return {sum += m.value, m.tag}; }
  GYRE_FN void on(nudge const& m, auto&) { sum += m.value; }
};

constexpr std::uint64_t million = 1'000'000;
constexpr std::size_t window = 64;
constexpr std::size_t many = 1000;
constexpr std::chrono::nanoseconds patience = 10s;

launch_options pinned_options(std::uint64_t actors) {
  launch_options o;
  o.actors = actors;
  if (int const core = cores_for_bench().kernel; core >= 0) o.pin = {core};
  return o;
}

/// A million actors on the second core.
struct crowd {
  crowd()
      : rt(runtime::create({.engine = engine_kind::cpu}).value()),
        cells(rt.launch<cell>("crowd", pinned_options(million)).value()) {
    cells.activate().value();
  }
  runtime rt;
  kernel<cell> cells;
  std::mt19937_64 random{1};
};

/// Two players, which live on one shard or on two.
struct pair {
  explicit pair(std::uint32_t shards) : rt(runtime::create({.engine = engine_kind::cpu}).value()) {
    launch_options o;
    o.actors = 2;
    o.shards = shards;
    auto const cores = cores_for_bench();
    if (cores.kernel >= 0) o.pin = {cores.kernel, cores.client};
    both = rt.launch<player>("pair", o).value();
    both->activate().value();
  }
  runtime rt;
  std::optional<kernel<player>> both;

  [[nodiscard]] auto play(std::uint64_t hops) {
    return both->ask(0, throw_ball{{hops - 1, 1, 0, {}}}, patience);
  }
};

/// Two kernels of one player each.
struct pair_of_kernels {
  pair_of_kernels() : rt(runtime::create({.engine = engine_kind::cpu}).value()) {
    auto const cores = cores_for_bench();
    for (int const core : {cores.kernel, cores.client}) {
      launch_options o;
      if (core >= 0) o.pin = {core};
      both.push_back(rt.launch<player>(both.empty() ? "left" : "right", o).value());
      both.back().activate().value();
    }
    to_right = both[0].link_to(both[1]).value();
  }
  runtime rt;
  std::vector<kernel<player>> both;
  link<player> to_right{};

  [[nodiscard]] auto play(std::uint64_t hops) {
    return both[0].ask(0, throw_ball{{hops - 1, 0, 0, to_right}}, patience);
  }
};

repetition not_right(std::string why) {
  repetition r;
  r.error = std::move(why);
  return r;
}

/// Launches a million actors, as many times as fit; the kernels' ends are not counted.
repetition create_million(bench_effort const& effort) {
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  samples times(64);
  std::uint64_t spent = 0;
  while (!times.full() && spent < static_cast<std::uint64_t>(effort.time.count())) {
    std::uint64_t const begin = platform::clock_ns();
    auto k = rt.launch<cell>("idle", {.actors = million});
    std::uint64_t const took = platform::clock_ns() - begin;
    if (!k) return not_right(k.error().message());
    times.add(took);
    spent += took;
    if (!k->terminate(patience)) return not_right("the kernel did not end");
  }
  return times.summary(0);
}

/// What the same states cost without Gyre: memory, and a value in each.
repetition million_by_hand(bench_effort const& effort) {
  samples times(64);
  std::uint64_t spent = 0;
  while (!times.full() && spent < static_cast<std::uint64_t>(effort.time.count())) {
    std::uint64_t const begin = platform::clock_ns();
    auto const states = std::make_unique<cell[]>(million);
    asm volatile("" : : "r"(states.get()) : "memory");
    std::uint64_t const took = platform::clock_ns() - begin;
    times.add(took);
    spent += took;
  }
  return times.summary(0);
}

/// Rate at which tells to random actors are handled: from the first sent to the last handled.
repetition tell_random(crowd& c, bench_effort const& effort, std::uint64_t actors) {
  pinned const here(cores_for_bench().client);
  auto end = c.cells.open_port({.window = window}).value();
  std::uint64_t const handled = c.cells.telemetry().handled;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  std::uint64_t sent = 0;
  std::uint64_t x = c.random() | 1U;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    for (int i = 0; i < 4096; ++i, ++sent) {
      x ^= x << 13;  // xorshift: its cost is a nanosecond
      x ^= x >> 7;
      x ^= x << 17;
      if (auto const t = end.tell(x % actors, nudge{1, 0}); !t) {
        return not_right(t.error().message());
      }
    }
    now = platform::clock_ns();
  }
  while (c.cells.telemetry().handled - handled < sent) platform::pause();
  now = platform::clock_ns();
  repetition r;
  r.n = sent;
  r.rate = static_cast<double>(sent) * 1e9 / static_cast<double>(now - begin);
  return r;
}

/// Asks a second by one wait for a thousand of them, again and again.
repetition when_all_thousand(crowd& c, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  auto a = asker<cell>::open(c.cells, {.window = 1024}).value();
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  repetition r;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    auto const replies = a.run(a.ask_all(
        many, [&](std::size_t i) { return (r.n + i) % million; },
        [](std::size_t i) {
          return poke{1, static_cast<std::int64_t>(i)};
        },
        patience));
    for (std::size_t i = 0; i < replies.size(); ++i) {
      if (!replies[i] || replies[i]->tag != static_cast<std::int64_t>(i)) {
        return not_right("a reply was not the one asked for");
      }
    }
    r.n += many;
    now = platform::clock_ns();
  }
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(now - begin);
  return r;
}

/// Asks a second by 64 coroutines, each with one in flight.
repetition coroutines(crowd& c, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  auto a = asker<cell>::open(c.cells, {.window = window}).value();
  repetition r;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t const end = begin + static_cast<std::uint64_t>(effort.time.count());
  bool right = true;
  auto const client = [&](std::uint64_t id) -> task<> {
    for (std::uint64_t i = 0;; ++i) {
      auto const reply = co_await a.ask((id * 15'625 + i) % million,
                                        poke{1, static_cast<std::int64_t>(i)}, patience);
      right = right && reply && reply->tag == static_cast<std::int64_t>(i);
      ++r.n;
      if (i % 64 == 63 && platform::clock_ns() > end) co_return;
    }
  };
  for (std::uint64_t i = 0; i < window; ++i) a.spawn(client(i));
  a.run();
  if (!right) return not_right("a reply was not the one asked for");
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(platform::clock_ns() - begin);
  return r;
}

/// A ball there and back between two actors, by their own messages: the time of a round trip. This
/// thread asks for many at once and sleeps meanwhile, for two shards may have every core.
template <class Pair>
repetition ping_pong(Pair& p, bench_effort const& effort) {
  constexpr std::uint64_t trips = 50'000;
  samples times(1U << 16);
  std::uint64_t const begin = platform::clock_ns();
  while (!times.full() &&
         platform::clock_ns() - begin < static_cast<std::uint64_t>(effort.time.count())) {
    std::uint64_t const start = platform::clock_ns();
    if (auto const r = p.play(2 * trips); !r) return not_right(r.error().message());
    times.add((platform::clock_ns() - start) / trips);
  }
  return times.summary(0);
}

}  // namespace

std::vector<benchmark> actor_benchmarks(bench_effort const& effort) {
  auto c = std::make_shared<crowd>();
  auto one = std::make_shared<pair>(1);
  auto two = std::make_shared<pair>(2);
  auto kernels = std::make_shared<pair_of_kernels>();
  auto const floor = [=] { return run_ring_pair(effort, 16, 16, window); };
  auto const trip = [=] { return run_ping_pong(effort); };
  return {{"actor.create_million", "ns", floor_kind::by_hand,
           [=] { return create_million(effort); }, [=] { return million_by_hand(effort); }},
          {"actor.tell_random", "1/s", floor_kind::ring_pair,
           [=] { return tell_random(*c, effort, million); }, floor},
          {"actor.tell_hot", "1/s", floor_kind::ring_pair,
           [=] { return tell_random(*c, effort, 1); }, floor},
          {"actor.when_all_1000", "1/s", floor_kind::ring_pair,
           [=] { return when_all_thousand(*c, effort); }, floor},
          {"actor.coroutines_64", "1/s", floor_kind::ring_pair,
           [=] { return coroutines(*c, effort); }, floor},
          {"actor.ping_pong_1_shard", "ns", floor_kind::ping_pong,
           [=] { return ping_pong(*one, effort); }, trip},
          {"actor.ping_pong_2_shards", "ns", floor_kind::ping_pong,
           [=] { return ping_pong(*two, effort); }, trip},
          {"actor.ping_pong_2_kernels", "ns", floor_kind::ping_pong,
           [=] { return ping_pong(*kernels, effort); }, trip}};
}

}  // namespace gyre::tool
