#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gyre/gyre.hpp>

#include "../floor/machine.hpp"
#include "benchmark.hpp"

// Very many actors: trees of them, keyed ones, what each costs in memory; and many threads at one.

namespace gyre::tool {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t million = 1'000'000;
constexpr std::chrono::nanoseconds patience = 30s;

struct sprout {
  std::uint64_t level = 0;
  std::uint64_t ordinal = 0;  ///< Of the first leaf below.
};
struct grow {};
struct part {
  std::uint64_t sum = 0;
};

/// A node of a tree of tens, six levels of branches and a million leaves. A leaf gives its ordinal
/// to its parent, a branch the sum of its ten children (the benchmark known as skynet).
struct node {
  static constexpr std::uint64_t levels = 6;
  static constexpr std::uint64_t nodes = 1'111'111;
  static constexpr std::uint64_t sum_of_leaves = million * (million - 1) / 2;
  using handles = gyre::handles<sprout, part, grow>;
  std::uint64_t sum = 0;
  std::uint32_t missing = 0;
  gyre::caller<part> waiting{};

  GYRE_FN gyre::reply<part> on(grow const&, auto& self) {
    waiting = self.who_asked();
    branch(0, 0, self);
    return self.later();
  }
  GYRE_FN void on(sprout const& m, auto& self) {
    if (m.level < levels) return branch(m.level, m.ordinal, self);
    (void)self.tell(gyre::actor<node>{(self.id() - 1) / 10}, part{m.ordinal});
  }
  GYRE_FN void on(part const& m, auto& self) {
    sum += m.sum;
    if (--missing != 0) return;
    if (self.id() == 0) {
      self.answer_to(waiting, part{sum});
    } else {
      (void)self.tell(gyre::actor<node>{(self.id() - 1) / 10}, part{sum});
    }
  }

 private:
  GYRE_FN void branch(std::uint64_t level, std::uint64_t ordinal, auto& self) {
    std::uint64_t leaves = 1;
    for (std::uint64_t l = level + 1; l < levels; ++l) leaves *= 10;
    sum = 0;
    missing = 10;
    for (std::uint64_t i = 0; i < 10; ++i) {
      (void)self.tell(gyre::actor<node>{self.id() * 10 + i + 1},
                      sprout{level + 1, ordinal + i * leaves});
    }
  }
};

struct add {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};
struct counter {
  using handles = gyre::handles<add>;
  std::int64_t sum = 0;
  GYRE_FN void on(add const& m, auto&) { sum += m.value; }
};
struct keyed_counter {
  using key = std::uint64_t;
  using handles = gyre::handles<add>;
  std::int64_t sum = 0;
  GYRE_FN void on(add const& m, auto&) { sum += m.value; }
};

repetition not_right(std::string why) {
  repetition r;
  r.error = std::move(why);
  return r;
}

launch_options on_second_core(std::uint64_t actors) {
  launch_options o;
  o.actors = actors;
  if (int const core = cores_for_bench().kernel; core >= 0) o.pin = {core};
  return o;
}

/// A kernel of its own for each row, made when it is first needed.
template <class Actor>
struct bed {
  explicit bed(launch_options const& options)
      : rt(runtime::create({.engine = engine_kind::cpu}).value()),
        actors(rt.launch<Actor>("bed", options).value()) {
    actors.activate().value();
  }
  runtime rt;
  kernel<Actor> actors;
};

/// The time of a whole tree, from the ask to the sum.
repetition skynet(bed<node>& b, bench_effort const& effort) {
  samples times(64);
  std::uint64_t const begin = platform::clock_ns();
  do {
    std::uint64_t const start = platform::clock_ns();
    auto const r = b.actors.ask(0, grow{}, patience);
    times.add(platform::clock_ns() - start);
    if (!r) return not_right(r.error().message());
    if (r->sum != node::sum_of_leaves) return not_right("the sum is wrong");
  } while (!times.full() &&
           platform::clock_ns() - begin < static_cast<std::uint64_t>(effort.time.count()));
  return times.summary(0);
}

/// Eight threads tell one actor, as fast as it goes; the rate at which it handles them.
repetition fan_in(bed<counter>& b, bench_effort const& effort) {
  constexpr std::uint64_t threads = 8;
  std::uint64_t const before = b.actors.telemetry().handled;
  std::atomic<std::uint64_t> sent{0};
  std::atomic<bool> failed{false};
  std::uint64_t const begin = platform::clock_ns();
  std::vector<std::thread> tellers;
  for (std::uint64_t t = 0; t < threads; ++t) {
    tellers.emplace_back([&] {
      auto end = b.actors.open_port({.window = 1});
      if (!end) return failed.store(true);
      std::uint64_t mine = 0;
      while (platform::clock_ns() - begin < static_cast<std::uint64_t>(effort.time.count())) {
        for (int i = 0; i < 256; ++i, ++mine) {
          if (!end->tell(0, add{1, 0}, {.timeout = patience})) return failed.store(true);
        }
      }
      sent += mine;
    });
  }
  for (auto& t : tellers) t.join();
  if (failed) return not_right("a tell was refused");
  while (b.actors.telemetry().handled - before < sent) std::this_thread::sleep_for(10us);
  repetition r;
  r.n = sent;
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(platform::clock_ns() - begin);
  return r;
}

/// A million new keys: how many come into being a second.
repetition keyed_create(bench_effort const&) {
  bed<keyed_counter> b(on_second_core(million));
  pinned const here(cores_for_bench().client);
  auto end = b.actors.open_port().value();
  std::uint64_t const begin = platform::clock_ns();
  for (std::uint64_t key = 0; key < million; ++key) {
    if (!end.tell(mixed_bits(key), add{1, 0}, {.timeout = patience})) {
      return not_right("a tell was refused");
    }
  }
  while (b.actors.telemetry().handled < million) platform::pause();
  repetition r;
  r.n = million;
  r.rate = static_cast<double>(million) * 1e9 / static_cast<double>(platform::clock_ns() - begin);
  if (b.actors.status().live < million - 1000) return not_right("they are not there");
  return r;
}

/// Tells to random ones of a million keyed actors that live.
repetition keyed_tell(bed<keyed_counter>& b, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  auto end = b.actors.open_port().value();
  std::uint64_t const before = b.actors.telemetry().handled;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  std::uint64_t sent = 0;
  std::uint64_t x = begin | 1U;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    for (int i = 0; i < 4096; ++i, ++sent) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
      if (!end.tell(mixed_bits(x % million), add{1, 0}, {.timeout = patience})) {
        return not_right("a tell was refused");
      }
    }
    now = platform::clock_ns();
  }
  while (b.actors.telemetry().handled - before < sent) platform::pause();
  repetition r;
  r.n = sent;
  r.rate = static_cast<double>(sent) * 1e9 / static_cast<double>(platform::clock_ns() - begin);
  return r;
}

/// Bytes that a million actors take beyond their states, each: all that the kernel allocated.
template <class Actor>
repetition bytes_each() {
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  auto const k = rt.launch<Actor>("idle", {.actors = million}).value();
  repetition r;
  r.n = 1;
  r.rate = static_cast<double>(k.metrics().memory_bytes - million * sizeof(Actor)) /
           static_cast<double>(million);
  return r;
}

/// Made at the first use: a tree of a million actors is not for those who look at something else.
template <class Bed>
struct lazy {
  launch_options options;
  std::optional<Bed> made;
  Bed& operator*() {
    if (!made) made.emplace(options);
    return *made;
  }
};

}  // namespace

std::vector<benchmark> many_actor_benchmarks(bench_effort const& effort) {
  launch_options tree = on_second_core(node::nodes);
  auto one = std::make_shared<lazy<bed<node>>>(lazy<bed<node>>{tree, {}});
  tree.shards = 2;
  tree.pin.clear();
  auto two = std::make_shared<lazy<bed<node>>>(lazy<bed<node>>{tree, {}});
  auto hot = std::make_shared<lazy<bed<counter>>>(lazy<bed<counter>>{on_second_core(1), {}});
  auto keyed = std::make_shared<lazy<bed<keyed_counter>>>(
      lazy<bed<keyed_counter>>{on_second_core(million), {}});
  auto const rings = [=] { return run_ring_pair(effort, 16, 16, 64); };
  std::vector<benchmark> rows;
  rows.push_back({"actor.skynet_1_shard", "ns", floor_kind::none,
                  [=] { return skynet(**one, effort); }, nullptr});
  rows.push_back({"actor.skynet_2_shards", "ns", floor_kind::none,
                  [=] { return skynet(**two, effort); }, nullptr});
  rows.push_back({"actor.fan_in_8_threads", "1/s", floor_kind::ring_pair,
                  [=] { return fan_in(**hot, effort); }, rings});
  rows.push_back({"actor.keyed_create", "1/s", floor_kind::ring_pair,
                  [=] { return keyed_create(effort); }, rings});
  rows.push_back({"actor.keyed_tell_random", "1/s", floor_kind::ring_pair,
                  [=] { return keyed_tell(**keyed, effort); }, rings});
  rows.push_back({"actor.bytes_each_dense", "B", floor_kind::none, bytes_each<counter>, nullptr});
  rows.push_back(
      {"actor.bytes_each_keyed", "B", floor_kind::none, bytes_each<keyed_counter>, nullptr});
  return rows;
}

}  // namespace gyre::tool
