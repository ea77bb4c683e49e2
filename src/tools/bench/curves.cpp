#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <gyre/gyre.hpp>

#include "../floor/machine.hpp"
#include "benchmark.hpp"

/// Curves: one thing grows, and all else stays. Each point is a row that launches its own kernel
/// when it is first run.
namespace gyre::tool {
namespace {

/// The answer to everything here.
struct receipt {
  std::uint64_t tag = 0;
  std::uint64_t sum = 0;
};

/// A message of so many bytes, of which the handler reads the first and the last word.
template <std::size_t Bytes>
struct parcel {
  std::array<std::uint64_t, Bytes / 8> words{};
};
struct nudge {
  std::uint64_t value = 0;
};

template <std::size_t Bytes>
struct clerk {
  using handles = gyre::handles<parcel<Bytes>, nudge>;
  std::uint64_t sum = 0;
  GYRE_FN receipt on(parcel<Bytes> const& m, auto&) {
    return {m.words.front(), sum += m.words.back()};
  }
  GYRE_FN void on(nudge const& m, auto&) { sum += m.value; }
};

struct shape {
  std::uint64_t actors = 1024;
  std::uint32_t shards = 1;
  std::uint64_t capacity = 4096;
  std::size_t window = 64;
};

/// Shards on the second core, the third and so on, and on the first last of all: the clients' is
/// that one.
launch_options options_of(shape const& s) {
  launch_options o;
  o.actors = s.actors;
  o.shards = s.shards;
  o.queue_capacity = s.capacity;
  auto const cores = allowed_cores();
  if (cores.size() < 2) return o;
  o.pin.assign(cores.begin() + 1, cores.end());
  o.pin.push_back(cores.front());
  return o;
}

template <std::size_t Bytes>
struct bed {
  explicit bed(launch_options const& o)
      : rt(runtime::create({.engine = engine_kind::cpu}).value()),
        clerks(rt.launch<clerk<Bytes>>("curve", o).value()) {
    clerks.activate().value();
  }
  runtime rt;
  kernel<clerk<Bytes>> clerks;
};

/// A kernel that is launched by whoever first wants it, and ends with its row.
template <std::size_t Bytes>
class lazy {
 public:
  /// By a thread that is not pinned: it looks at which cores there are.
  explicit lazy(shape s)
      : shape_(s),
        options_(options_of(s)),
        made_(std::make_shared<std::unique_ptr<bed<Bytes>>>()) {}
  /// Not by a pinned thread either: a shard may only be pinned to a core that its maker may use.
  [[nodiscard]] bed<Bytes>& get() const {
    if (!*made_) *made_ = std::make_unique<bed<Bytes>>(options_);
    return **made_;
  }
  [[nodiscard]] shape const& how() const noexcept { return shape_; }

 private:
  shape shape_;
  launch_options options_;
  std::shared_ptr<std::unique_ptr<bed<Bytes>>> made_;
};

std::uint64_t span_of(bench_effort const& effort) {
  return static_cast<std::uint64_t>(effort.time.count());
}

/// One client's asks until `stop` says so, at least half a window at a time; returns the replies.
/// Empty `wrong` if all of them were right.
template <std::size_t Bytes, class Stop>
std::uint64_t ask_until(port<clerk<Bytes>>& end, shape const& s, Stop&& stop, std::string& wrong) {
  std::vector<asked<receipt>> flight(s.window);
  std::uint64_t sent = 0;
  std::uint64_t got = 0;
  parcel<Bytes> m;
  m.words.back() = 1;
  auto const take = [&] {
    auto const reply = end.wait(flight[got % s.window]);
    if (!reply || reply->tag != got) wrong = "a reply was not the one asked for";
    ++got;
  };
  std::size_t const half = std::max<std::size_t>(s.window / 2, 1);
  while (wrong.empty() && !stop()) {
    for (std::size_t round = 0; round < 1 + 128 / s.window; ++round) {
      for (; sent - got < s.window; ++sent) {
        m.words.front() = sent;
        auto const a = end.submit(sent % s.actors, m);
        if (!a) {
          wrong = a.error().message();
          return got;
        }
        flight[sent % s.window] = *a;
      }
      for (std::size_t k = 0; k < half; ++k) take();
    }
  }
  std::uint64_t const counted = got;
  while (got < sent && wrong.empty()) take();
  return counted;
}

template <std::size_t Bytes>
repetition one_client(lazy<Bytes> const& l, bench_effort const& effort) {
  bed<Bytes>& b = l.get();
  pinned const here(cores_for_bench().client);
  auto end = b.clerks.open_port({.window = l.how().window}).value();
  repetition r;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  r.n = ask_until(
      end, l.how(), [&] { return (now = platform::clock_ns()) - begin >= span_of(effort); },
      r.error);
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(now - begin);
  return r;
}

/// So many threads, each with its own port. They stand on every core but the kernel's, in turn.
repetition clients(lazy<16> const& l, bench_effort const& effort, std::size_t count) {
  auto cores = allowed_cores();
  if (cores.size() > 1) cores.erase(cores.begin() + 1);
  std::atomic<std::size_t> ready{0};
  std::atomic<bool> go{false};
  std::atomic<bool> stop{false};
  std::vector<std::uint64_t> got(count);
  std::vector<std::string> wrong(count);
  bed<16>& b = l.get();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      pinned const here(cores.empty() ? -1 : cores[i % cores.size()]);
      auto end = b.clerks.open_port({.window = l.how().window}).value();
      ready.fetch_add(1);
      while (!go.load(std::memory_order_acquire)) std::this_thread::yield();
      got[i] = ask_until(
          end, l.how(), [&] { return stop.load(std::memory_order_relaxed); }, wrong[i]);
    });
  }
  while (ready.load() < count) std::this_thread::yield();
  std::uint64_t const begin = platform::clock_ns();
  go.store(true, std::memory_order_release);
  std::this_thread::sleep_for(effort.time);
  stop.store(true, std::memory_order_relaxed);
  std::uint64_t const end = platform::clock_ns();
  for (auto& t : threads) t.join();
  repetition r;
  for (std::size_t i = 0; i < count; ++i) {
    r.n += got[i];
    if (!wrong[i].empty()) r.error = wrong[i];
  }
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(end - begin);
  return r;
}

/// Tells to random actors, from the first sent to the last handled.
repetition tell_random(lazy<16> const& l, bench_effort const& effort) {
  bed<16>& b = l.get();
  pinned const here(cores_for_bench().client);
  auto end = b.clerks.open_port({.window = 64}).value();
  std::uint64_t const handled = b.clerks.telemetry().handled;
  std::uint64_t x = 88'172'645'463'325'252U;
  repetition r;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < span_of(effort)) {
    for (int i = 0; i < 1024; ++i, ++r.n) {
      x ^= x << 13;  // xorshift: its cost is a nanosecond
      x ^= x >> 7;
      x ^= x << 17;
      if (auto const t = end.tell(x % l.how().actors, nudge{1}); !t) {
        r.error = t.error().message();
        return r;
      }
    }
    now = platform::clock_ns();
  }
  while (b.clerks.telemetry().handled - handled < r.n) platform::pause();
  now = platform::clock_ns();
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(now - begin);
  return r;
}

// --- the points ---------------------------------------------------------------------------------

benchmark point(std::string const& curve, std::uint64_t x, std::function<repetition()> run,
                std::function<repetition()> floor) {
  return {fmt::format("curve.{}.{}", curve, x),
          "1/s",
          floor_kind::ring_pair,
          std::move(run),
          std::move(floor),
          {},
          {curve, {}, static_cast<double>(x)}};
}

void add_windows(bench_effort const& effort, bool full, std::vector<benchmark>& to) {
  for (std::size_t window = 1; window <= 4096; window *= full ? 2 : 4) {
    shape s;
    s.window = window;
    lazy<16> const l(s);
    to.push_back(point(
        "window", window, [=] { return one_client(l, effort); },
        [=] { return run_ring_pair(effort, 16, 16, window); }));
  }
}

/// 16 in flight, so that as many of the largest fit into the inbox.
template <std::size_t Bytes>
void add_payload(bench_effort const& effort, std::vector<benchmark>& to) {
  constexpr std::size_t window = 16;
  shape s;
  s.window = window;
  s.capacity = std::max<std::uint64_t>(4096, 4 * window * Bytes / 64);
  lazy<Bytes> const l(s);
  to.push_back(point(
      "payload", Bytes, [=] { return one_client(l, effort); },
      [=] { return run_ring_pair(effort, Bytes, 16, window); }));
}

void add_payloads(bench_effort const& effort, bool full, std::vector<benchmark>& to) {
  add_payload<16>(effort, to);
  if (full) add_payload<32>(effort, to);
  add_payload<64>(effort, to);
  if (full) add_payload<128>(effort, to);
  add_payload<256>(effort, to);
  if (full) add_payload<512>(effort, to);
  add_payload<1024>(effort, to);
  if (full) add_payload<2048>(effort, to);
  add_payload<4096>(effort, to);
  if (full) add_payload<8192>(effort, to);
  add_payload<16'384>(effort, to);
  if (full) add_payload<32'768>(effort, to);
  add_payload<65'536>(effort, to);
}

void add_clients(bench_effort const& effort, bool full, std::vector<benchmark>& to) {
  for (std::size_t count = 1; count <= 8; count = full ? count + 1 : count * 2) {
    lazy<16> const l{shape{}};
    to.push_back(point(
        "clients", count, [=] { return clients(l, effort, count); },
        [=] { return run_ring_pair(effort, 16, 16, 64); }));
  }
}

void add_shards(bench_effort const& effort, bool full, std::vector<benchmark>& to) {
  auto const most = static_cast<std::uint32_t>(std::max<std::size_t>(allowed_cores().size(), 2));
  for (std::uint32_t shards = 1; shards <= most; shards = full ? shards + 1 : shards * 2) {
    shape s;
    s.shards = shards;
    lazy<16> const l(s);
    to.push_back(point(
        "shards", shards, [=] { return one_client(l, effort); },
        [=] { return run_ring_pair(effort, 16, 16, 64); }));
  }
}

void add_actors(bench_effort const& effort, bool full, std::vector<benchmark>& to) {
  for (std::uint64_t actors = 1; actors <= 10'000'000; actors *= 10) {
    bool const shown = actors == 1 || actors == 1000 || actors == 100'000 || actors >= 1'000'000;
    if (!full && !shown) continue;
    shape s;
    s.actors = actors;
    lazy<16> const l(s);
    to.push_back(point(
        "actors", actors, [=] { return tell_random(l, effort); },
        [=] { return run_ring_pair(effort, 16, 16, 64); }));
  }
}

}  // namespace

std::vector<benchmark> curve_benchmarks(bench_effort const& effort, bool full) {
  std::vector<benchmark> all;
  add_windows(effort, full, all);
  add_payloads(effort, full, all);
  add_clients(effort, full, all);
  add_shards(effort, full, all);
  add_actors(effort, full, all);
  return all;
}

}  // namespace gyre::tool
