#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gyre/gyre.hpp>

#include <vector/vector_processor.hpp>

#include "../floor/floor.hpp"
#include "../floor/machine.hpp"
#include "benchmark.hpp"
#include "cuda_actor.hpp"
#include "cuda_floors.hpp"
#include "player.hpp"

namespace gyre::tool {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t actors = 1024;
constexpr std::size_t window = 1024;
constexpr std::uint64_t elements = 1 << 20;
constexpr std::uint64_t vector_traffic = 3 * elements * sizeof(float);
static_assert(vector_traffic == cuda_copy_traffic, "a row moves as many bytes as its floor");
/// Lines of 64 bytes that a parcel takes, its envelope and the tags included.
constexpr std::uint32_t parcel_lines = 2;
constexpr std::uint64_t players_of_a_shard = 512;
constexpr std::chrono::nanoseconds patience = 10s;

repetition not_there(std::string why) {
  repetition r;
  r.error = "not measured: " + std::move(why);
  return r;
}

/// A runtime on the device, its kernels, and a port; each made when a row first wants it. Rows that
/// want no ring kernel come before, and have the device to themselves.
class bed {
 public:
  /// Null if there is none; `wrong()` then says why.
  port<cuda_adder>* adders() {
    if (!end_ && start() && wrong_.empty()) {
      launch_options o;
      o.actors = actors;
      adders_ = have(rt_->launch<cuda_adder>("bench", o));
      if (adders_ && have(adders_->activate())) end_ = have(adders_->open_port({.window = window}));
    }
    return end_ ? &*end_ : nullptr;
  }
  [[nodiscard]] std::uint64_t handled() const { return adders_->telemetry().handled; }

  /// Two players, each on a shard of its own, and the link to another kernel of the same.
  port<player>* players() {
    if (!player_end_ && start() && wrong_.empty()) make_players();
    return player_end_ ? &*player_end_ : nullptr;
  }
  [[nodiscard]] link<player> const& others() const noexcept { return *others_; }

  /// Players on nearly all of the device.
  kernel<player>* crowd() {
    if (!crowd_ && start() && wrong_.empty()) {
      constexpr std::uint32_t for_other_rows = 16;
      std::uint32_t const all = report_on(engine_kind::cuda).greatest_shards;
      launch_options o;
      o.shards = all > for_other_rows ? all - for_other_rows : 1;
      o.actors = o.shards * players_of_a_shard;
      crowd_ = have(rt_->launch<player>("crowd", o));
      if (crowd_ && !have(crowd_->activate())) crowd_.reset();
    }
    return crowd_ ? &*crowd_ : nullptr;
  }

  /// A request that adds two vectors on the device, and the port that takes it.
  port<vector_processor>* vectors() {
    if (!vector_end_ && start() && wrong_.empty()) make_vectors();
    return vector_end_ ? &*vector_end_ : nullptr;
  }
  [[nodiscard]] vector_add_request const& request() const noexcept { return request_; }
  /// Whether the last sum is right, all of it.
  [[nodiscard]] bool sum_is_right() {
    std::vector<float> got(elements);
    if (!have(rt_->buffers().read<float>(sum_, got))) return false;
    for (std::uint64_t i = 0; i < elements; ++i) {
      if (got[i] != static_cast<float>(3 * i)) return false;
    }
    return true;
  }

  [[nodiscard]] std::string const& wrong() const noexcept { return wrong_; }

 private:
  bool start() {
    if (rt_ || !wrong_.empty()) return rt_.has_value();
    wrong_ = prepare_cuda_floors();
    if (wrong_.empty()) rt_ = have(runtime::create({.engine = engine_kind::cuda}));
    return rt_.has_value();
  }

  void make_players() {
    launch_options o;
    o.actors = o.shards = 2;
    players_ = have(rt_->launch<player>("players", o));
    guests_ = have(rt_->launch<player>("guests", o));
    if (!players_ || !guests_) return;
    others_ = have(players_->link_to(*guests_));
    if (others_ && have(players_->activate()) && have(guests_->activate())) {
      player_end_ = have(players_->open_port());
    }
  }

  void make_vectors() {
    std::vector<float> a(elements);
    std::vector<float> b(elements);
    for (std::uint64_t i = 0; i < elements; ++i) {
      a[i] = static_cast<float>(i);
      b[i] = static_cast<float>(2 * i);
    }
    auto const first = have(rt_->buffers().upload<float>(a));
    auto const second = have(rt_->buffers().upload<float>(b));
    auto const out = have(rt_->buffers().allocate<float>(elements));
    if (!first || !second || !out) return;
    sum_ = *out;
    request_.length = static_cast<std::int32_t>(elements);
    request_.use_gpu_memory = true;
    request_.a = first->handle.word;
    request_.b = second->handle.word;
    request_.result = out->handle.word;
    vectors_ = have(rt_->launch<vector_processor>("vectors"));
    if (vectors_ && have(vectors_->activate())) vector_end_ = have(vectors_->open_port());
  }

  /// The value; without one the first error is kept, for every row that follows.
  template <class T>
  std::optional<T> have(tl::expected<T, error> r) {
    if (r) return std::move(*r);
    if (wrong_.empty()) wrong_ = r.error().message();
    return std::nullopt;
  }
  bool have(result<void> const& r) {
    if (!r && wrong_.empty()) wrong_ = r.error().message();
    return r.has_value();
  }

  std::string wrong_;
  std::optional<runtime> rt_;
  std::optional<kernel<cuda_adder>> adders_;
  std::optional<port<cuda_adder>> end_;
  std::optional<kernel<player>> players_;
  std::optional<kernel<player>> guests_;
  std::optional<link<player>> others_;
  std::optional<port<player>> player_end_;
  std::optional<kernel<player>> crowd_;
  std::optional<kernel<vector_processor>> vectors_;
  std::optional<port<vector_processor>> vector_end_;
  vector_add_request request_{};
  device_buffer<float> sum_{};
};

double per_second(std::uint64_t n, std::uint64_t ns) {
  return static_cast<double>(n) * 1e9 / static_cast<double>(ns);
}

repetition round_trip(bed& b, bench_effort const& effort) {
  auto* const end = b.adders();
  if (end == nullptr) return not_there(b.wrong());
  pinned const here(cores_for_bench().client);
  std::int64_t next = 0;
  return time_each(effort, [&] {
    ++next;
    auto const r = end->ask(static_cast<std::uint64_t>(next) % actors, cuda_number{1, next});
    return r && r->tag == next;
  });
}

/// From the first parcel sent to the last one handled; the device posts its count every
/// millisecond.
repetition inject(bed& b, bench_effort const& effort) {
  auto* const end = b.adders();
  if (end == nullptr) return not_there(b.wrong());
  pinned const here(cores_for_bench().client);
  repetition r;
  std::uint64_t const before = b.handled();
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    for (int i = 0; i < 1024; ++i, ++r.n) {
      if (auto const t = end->tell(r.n % actors, cuda_parcel{1}); !t) {
        r.error = t.error().message();
        return r;
      }
    }
    now = platform::clock_ns();
  }
  for (deadline const until(patience); b.handled() - before < r.n;) {
    if (until.expired()) {
      r.error = "not all parcels were handled within 10 s";
      return r;
    }
  }
  r.rate = per_second(r.n, platform::clock_ns() - begin);
  return r;
}

/// Replies that come while a window of asks is always in flight.
repetition egress(bed& b, bench_effort const& effort) {
  auto* const end = b.adders();
  if (end == nullptr) return not_there(b.wrong());
  pinned const here(cores_for_bench().client);
  std::array<asked<cuda_number>, window> flight{};
  std::uint64_t sent = 0;
  repetition r;
  auto const take = [&] {
    auto const reply = end->wait(flight[r.n % window]);
    bool const right = reply && reply->tag == static_cast<std::int64_t>(r.n);
    ++r.n;
    if (!right) r.error = reply ? "a reply was not the one asked for" : reply.error().message();
    return right;
  };
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    for (; sent - r.n < window; ++sent) {
      auto const a = end->submit(sent % actors, cuda_number{1, static_cast<std::int64_t>(sent)});
      if (!a) {
        r.error = a.error().message();
        return r;
      }
      flight[sent % window] = *a;
    }
    for (std::size_t k = 0; k < window / 2; ++k) {
      if (!take()) return r;
    }
    now = platform::clock_ns();
  }
  r.rate = per_second(r.n, now - begin);
  std::uint64_t const measured = r.n;
  while (r.n < sent) {
    if (!take()) return r;
  }
  r.n = measured;
  return r;
}

/// A ball between two actors of the device, on two shards or in two kernels: the time of a hop. The
/// host throws it and is answered at the end of some thousand, so it has no part in the time.
repetition hop(bed& b, bench_effort const& effort, bool two_kernels) {
  constexpr std::uint64_t hops = 10'000;
  auto* const end = b.players();
  if (end == nullptr) return not_there(b.wrong());
  throw_ball m{{hops - 1, 1, 0, {}}};
  if (two_kernels) m.it.by = b.others();
  samples times(1U << 16);
  std::uint64_t const begin = platform::clock_ns();
  while (!times.full() &&
         platform::clock_ns() - begin < static_cast<std::uint64_t>(effort.time.count())) {
    std::uint64_t const start = platform::clock_ns();
    auto const r = end->ask(0, m, patience);
    if (!r) {
      repetition wrong;
      wrong.error = r.error().message();
      return wrong;
    }
    times.add((platform::clock_ns() - start) / hops);
  }
  return times.summary(0);
}

/// Messages between actors on all of the device, a second: each has a ball that goes to and fro
/// between it and the next, on another shard.
repetition tells(bed& b, bench_effort const& effort) {
  constexpr std::uint64_t hops = 500;
  auto* const crowd = b.crowd();
  if (crowd == nullptr) return not_there(b.wrong());
  std::uint64_t const players = crowd->options().actors;
  repetition r;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    std::uint64_t const before = crowd->telemetry().handled;
    // One message for all: the host's own part is small.
    if (auto const t = crowd->broadcast(start_playing{hops, players}); !t) {
      r.error = t.error().message();
      return r;
    }
    std::uint64_t const messages = players * (hops + 2);
    for (deadline const until(patience); crowd->telemetry().handled - before < messages;) {
      if (!until.expired()) continue;
      r.error = "not all balls came to rest within 10 s";
      return r;
    }
    r.n += messages;
    now = platform::clock_ns();
  }
  r.rate = per_second(r.n, now - begin);
  return r;
}

/// Lines of the device's memory that its copies read and write, as many a second as messages would
/// move if they did nothing else.
repetition lines_copied(bench_effort const& effort) {
  repetition r = run_cuda_copy(effort);
  r.rate *= 1e9 / (2 * line_bytes);
  return r;
}

/// Bytes that the additions read and write, in GB/s; each is one message, answered before the next.
repetition vector_add(bed& b, bench_effort const& effort) {
  auto* const end = b.vectors();
  if (end == nullptr) return not_there(b.wrong());
  pinned const here(cores_for_bench().client);
  repetition r;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    auto const reply = end->ask(0, b.request(), patience);
    if (!reply || !reply->success) {
      r.error = reply ? "the addition failed" : reply.error().message();
      return r;
    }
    ++r.n;
    now = platform::clock_ns();
  }
  r.rate = static_cast<double>(r.n * vector_traffic) / static_cast<double>(now - begin);
  if (!b.sum_is_right()) r.error = "a sum is wrong";
  return r;
}

/// A row without a ring kernel.
repetition plain(repetition (*run)(bench_effort const&), bench_effort const& effort) {
  if (auto const why = prepare_cuda_floors(); !why.empty()) return not_there(why);
  return run(effort);
}

}  // namespace

std::vector<benchmark> cuda_benchmarks(bench_effort const& effort) {
  auto b = std::make_shared<bed>();
  auto const flag = [=] { return run_cuda_ping_pong(effort); };
  std::vector<benchmark> rows{
      {"cuda.launch_sync", "ns", floor_kind::device_flag,
       [=] { return plain(run_cuda_launch, effort); }, flag},
      {"cuda.graph", "ns", floor_kind::device_flag, [=] { return plain(run_cuda_graph, effort); },
       flag},
      {"cuda.round_trip", "ns", floor_kind::device_flag, [=] { return round_trip(*b, effort); },
       flag},
      {"cuda.inject", "1/s", floor_kind::device_lines, [=] { return inject(*b, effort); },
       [=] { return run_cuda_fetch(effort, parcel_lines); }},
      {"cuda.egress", "1/s", floor_kind::device_lines, [=] { return egress(*b, effort); },
       [=] { return run_cuda_post(effort); }},
      {"cuda.hop_2_shards", "ns", floor_kind::device_hop, [=] { return hop(*b, effort, false); },
       [=] { return run_cuda_block_hop(effort); }},
      {"cuda.hop_2_kernels", "ns", floor_kind::device_hop, [=] { return hop(*b, effort, true); },
       [=] { return run_cuda_block_hop(effort); }},
      {"cuda.tells", "1/s", floor_kind::device_copy, [=] { return tells(*b, effort); },
       [=] { return lines_copied(effort); }},
      {"cuda.vector_add", "GB/s", floor_kind::device_copy, [=] { return vector_add(*b, effort); },
       [=] { return run_cuda_copy(effort); }}};
  auto const device = report_on(engine_kind::cuda);
  if (!device.found) {
    for (auto& row : rows) row.not_measured = device.detail.empty() ? "no device" : device.detail;
  }
  return rows;
}

}  // namespace gyre::tool
