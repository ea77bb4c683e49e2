#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gyre/core/platform.hpp>

#include <tools/bench/benchmark.hpp>
#include <tools/floor/machine.hpp>

/// The same trip by every library: 16 bytes go to a thread on the second core, which adds a number
/// to its sum, and 16 bytes come back. README.md says what each library is asked to do.
namespace rivals {

using gyre::tool::bench_effort;
using gyre::tool::benchmark;
using gyre::tool::pinned;
using gyre::tool::repetition;

/// There: its number, and what to add. Back: its number, and the sum.
struct ball {
  std::uint64_t number = 0;
  std::int64_t value = 0;
};
static_assert(sizeof(ball) == 16, "what every library is given");

inline constexpr std::size_t window = 64;

/// Where the two sides run. First called by `main`, before any thread is pinned: a thread that is
/// pinned sees one core, and hands that on to the threads that it starts.
[[nodiscard]] inline gyre::tool::bench_cores const& cores() {
  static gyre::tool::bench_cores const found = gyre::tool::cores_for_bench();
  return found;
}

/// Counts trips until the time is over.
class stopwatch {
 public:
  explicit stopwatch(bench_effort const& effort)
      : span_(static_cast<std::uint64_t>(effort.time.count())) {}
  [[nodiscard]] bool over() noexcept {
    now_ = gyre::platform::clock_ns();
    return now_ - begin_ >= span_;
  }
  [[nodiscard]] repetition rate_of(std::uint64_t n) const {
    repetition r;
    r.n = n;
    r.rate = static_cast<double>(n) * 1e9 / static_cast<double>(now_ - begin_);
    return r;
  }

 private:
  std::uint64_t span_;
  std::uint64_t begin_ = gyre::platform::clock_ns();
  std::uint64_t now_ = begin_;
};

[[nodiscard]] inline repetition wrong(std::string why) {
  repetition r;
  r.error = std::move(why);
  return r;
}

// --- for whoever gives two ends that send and receive -------------------------------------------

/// One in flight. `trip(ball)` sends it, waits for the answer, and puts that in its place.
template <class Trip>
repetition one_in_flight(bench_effort const& effort, Trip&& trip) {
  std::uint64_t next = 0;
  return gyre::tool::time_each(effort, [&] {
    ball b{++next, 1};
    return trip(b) && b.number == next;
  });
}

/// 64 in flight, refilled when half of them are back.
template <class Send, class Receive>
repetition windowed(bench_effort const& effort, Send&& send, Receive&& receive) {
  std::uint64_t sent = 0;
  std::uint64_t got = 0;
  bool right = true;
  auto const take = [&] {
    ball b;
    receive(b);
    right = right && b.number == got++;
  };
  stopwatch time(effort);
  while (!time.over()) {
    for (int i = 0; i < 32; ++i) {
      for (; sent - got < window; ++sent) send(ball{sent, 1});
      for (std::size_t k = 0; k < window / 2; ++k) take();
    }
  }
  repetition r = time.rate_of(got);
  while (got < sent) take();
  return right ? r : wrong("a reply was not the one asked for");
}

// --- for queues: two of them, and a thread between ----------------------------------------------

/// A queue's maker returns something with `bool push(ball const&)` and `bool pop(ball&)`, which
/// refuse at once when it is full or empty. Here both sides poll, as Gyre's rings are polled.
template <class Queue>
class echo {
 public:
  echo()
      : other_([this] {
          pinned const here(cores().kernel);
          std::int64_t sum = 0;
          ball b;
          while (!stop_.load(std::memory_order_relaxed)) {
            if (!there_.pop(b)) {
              gyre::platform::pause();
              continue;
            }
            b.value = sum += b.value;
            while (!back_.push(b)) gyre::platform::pause();
          }
        }) {}
  ~echo() {
    stop_.store(true, std::memory_order_relaxed);
    other_.join();
  }
  echo(echo const&) = delete;
  echo& operator=(echo const&) = delete;

  void send(ball const& b) {
    while (!there_.push(b)) gyre::platform::pause();
  }
  void receive(ball& b) {
    while (!back_.pop(b)) gyre::platform::pause();
  }

 private:
  Queue there_;
  Queue back_;
  std::atomic<bool> stop_{false};
  std::thread other_;
};

/// Both kinds of trip, by one contestant.
struct contestant {
  std::function<repetition()> one;
  std::function<repetition()> many;
};
/// Gyre's own, beside which the others are measured: its ring of one writer, and its asks.
[[nodiscard]] contestant gyre_ring(bench_effort const& effort);
[[nodiscard]] contestant gyre_ask(bench_effort const& effort);

/// The two rows of one contestant. Gyre's take turns with the machine's floor, all others with
/// Gyre's of the same kind: the name says which, by "rings." or "messages.".
[[nodiscard]] std::vector<benchmark> rows_of(bench_effort const& effort, std::string const& name,
                                             std::function<repetition()> one,
                                             std::function<repetition()> many);

template <class Queue>
contestant by_queue(bench_effort const& effort) {
  return {[=] {
            pinned const here(cores().client);
            echo<Queue> e;
            return one_in_flight(effort, [&](ball& b) {
              e.send(b);
              e.receive(b);
              return true;
            });
          },
          [=] {
            pinned const here(cores().client);
            echo<Queue> e;
            return windowed(
                effort, [&](ball const& b) { e.send(b); }, [&](ball& b) { e.receive(b); });
          }};
}

template <class Queue>
std::vector<benchmark> queue_rows(bench_effort const& effort, std::string const& name) {
  contestant const c = by_queue<Queue>(effort);
  return rows_of(effort, "rings." + name, c.one, c.many);
}

// One for each library; main.cpp says which of them this machine has.
[[nodiscard]] std::vector<benchmark> gyre_rows(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> boost_rows(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> moodycamel_rows(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> readerwriterqueue_rows(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> tbb_rows(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> caf_rows(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> zeromq_rows(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> nng_rows(bench_effort const& effort);

}  // namespace rivals
