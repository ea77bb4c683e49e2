#include <array>
#include <memory>
#include <utility>

#include <gyre/gyre.hpp>

#include "../floor/floor.hpp"
#include "../floor/machine.hpp"
#include "benchmark.hpp"

namespace gyre::tool {
namespace {

/// 16 bytes there, 16 back, one addition.
struct number {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};
struct number_sent {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};

struct adder {
  using handles = gyre::handles<number, number_sent>;
  std::int64_t sum = 0;
  GYRE_FN number on(number const& m, auto&) { return {sum += m.value, m.tag}; }
  GYRE_FN void on(number_sent const& m, auto&) { sum += m.value; }
};

constexpr std::size_t window = 64;
constexpr std::uint64_t actors = 1024;

/// A kernel of adders on the second core, and a port to it.
struct bed {
  bed()
      : rt(runtime::create({.engine = engine_kind::cpu}).value()),
        adders(rt.launch<adder>("bench", options()).value()),
        end(adders.open_port({.window = window}).value()) {
    adders.activate().value();
  }
  static launch_options options() {
    launch_options o;
    o.actors = actors;
    if (int const core = cores_for_bench().kernel; core >= 0) o.pin = {core};
    return o;
  }

  runtime rt;
  kernel<adder> adders;
  port<adder> end;
  std::uint64_t next = 0;
};

repetition one_in_flight(bed& b, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  return time_each(effort, [&] {
    ++b.next;
    auto const r = b.end.ask(b.next % actors, number{1, static_cast<std::int64_t>(b.next)});
    return r && r->tag == static_cast<std::int64_t>(b.next);
  });
}

repetition pipelined(bed& b, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  std::array<asked<number>, window> flight{};
  std::uint64_t sent = 0;
  std::uint64_t got = 0;
  repetition r;
  auto const take = [&] {
    auto const reply = b.end.wait(flight[got % window]);
    bool const right = reply && reply->tag == static_cast<std::int64_t>(got);
    ++got;
    return right;
  };
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    for (int i = 0; i < 256; ++i) {
      while (sent - got < window) {
        auto const a = b.end.submit(sent % actors, number{1, static_cast<std::int64_t>(sent)});
        if (!a) {
          r.error = a.error().message();
          return r;
        }
        flight[sent++ % window] = *a;
      }
      // Half a window at a time, so that the other side always has work.
      for (std::size_t k = 0; k < window / 2; ++k) {
        if (!take()) {
          r.error = "a reply was not the one asked for";
          return r;
        }
      }
    }
    now = platform::clock_ns();
  }
  r.n = got;
  r.rate = static_cast<double>(got) * 1e9 / static_cast<double>(now - begin);
  while (got < sent) {
    if (!take()) r.error = "a reply was not the one asked for";
  }
  return r;
}

/// Rate at which tells are handled: from the first sent to the last handled.
repetition tells(bed& b, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  repetition r;
  std::uint64_t const handled = b.adders.telemetry().handled;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  std::uint64_t sent = 0;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    for (int i = 0; i < 4096; ++i) {
      if (auto const t = b.end.tell(sent % actors, number_sent{1, 0}); !t) {
        r.error = t.error().message();
        return r;
      }
      ++sent;
    }
    now = platform::clock_ns();
  }
  while (b.adders.telemetry().handled - handled < sent) platform::pause();
  now = platform::clock_ns();
  r.n = sent;
  r.rate = static_cast<double>(sent) * 1e9 / static_cast<double>(now - begin);
  return r;
}

}  // namespace

std::vector<benchmark> ask_benchmarks(bench_effort const& effort) {
  auto b = std::make_shared<bed>();
  auto const floor = [=] { return run_ring_pair(effort, 16, 16, window); };
  return {
      {"ask.one_in_flight", "ns", floor_kind::ping_pong, [=] { return one_in_flight(*b, effort); },
       [=] { return run_ping_pong(effort); }},
      {"ask.pipelined", "1/s", floor_kind::ring_pair, [=] { return pipelined(*b, effort); }, floor},
      {"tell.throughput", "1/s", floor_kind::ring_pair, [=] { return tells(*b, effort); }, floor}};
}

}  // namespace gyre::tool
