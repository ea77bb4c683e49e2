#include <atomic>
#include <bit>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include <gyre/engine/cpu/engine.hpp>
#include <gyre/ring/ring.hpp>

#include "../floor/floor.hpp"
#include "../floor/machine.hpp"
#include "benchmark.hpp"

namespace gyre::tool {
namespace {

/// A slot that holds the whole message, whatever its size: one copy, and one tag.
std::size_t stride_of(std::size_t payload) {
  std::size_t stride = stride_for<cpu_codec>(payload);
  while (cpu_codec::payload(stride) < sizeof(envelope) + payload) stride += line_bytes;
  return stride;
}

/// As many slots as the kernels' inboxes have, but of large messages no more than stay in a cache:
/// a ring goes round, however few are in flight.
std::uint64_t slots_of(std::size_t payload, std::size_t window) {
  constexpr std::uint64_t cached = 4U << 20;
  std::uint64_t const least = std::min<std::uint64_t>(std::bit_ceil(2 * window), 4096);
  return std::clamp<std::uint64_t>(std::bit_floor(cached / stride_of(payload)), least, 4096);
}

/// A ring with memory of its own.
class owned_ring {
 public:
  owned_ring(std::size_t payload, std::uint64_t slots) {
    ring_.geometry = ring_geometry::of(slots, stride_of(payload));
    memory_ = make_cpu_engine()->allocate(ring_.geometry.bytes()).value();
    ring_.slots = memory_.data();
    ring_.words = &words_;
    ring_.initialise();
  }
  [[nodiscard]] ring<cpu_codec> const& get() const noexcept { return ring_; }

 private:
  memory_block memory_;
  ring_words<> words_;
  ring<cpu_codec> ring_{};
};

void push(ring_writer<cpu_codec, writers::one> const& to, envelope const& head,
          std::byte const* payload) {
  std::uint64_t at = 0;
  while (!to.reserve(1, at)) platform::pause();
  to.write_in_place(at, head, [&](std::byte* out) { std::memcpy(out, payload, head.length); });
}

}  // namespace

repetition run_ping_pong(bench_effort const& effort) {
  tool::effort how;
  how.time = effort.time;
  ping_pong const found = measure_ping_pong(how);
  repetition r;
  if (!found.measured) {
    r.error = "not measured: it takes two cores";
    return r;
  }
  double const clock = clock_cost_ns();
  r.n = found.round_trip.samples;
  r.p50 = found.untimed_ns;
  r.p99 = std::max(0.0, found.round_trip.p99 - clock);
  r.rate = 1e9 / found.untimed_ns;
  auto all = std::make_shared<distribution>();
  all->counts = found.trips;
  all->less_ns = clock;
  r.times = std::move(all);
  return r;
}

repetition run_ring_pair(bench_effort const& effort, std::size_t request_bytes,
                         std::size_t reply_bytes, std::size_t window) {
  bench_cores const cores = cores_for_bench();
  owned_ring const requests(request_bytes, slots_of(request_bytes, window));
  owned_ring const replies(reply_bytes, slots_of(reply_bytes, window));
  std::atomic<bool> stop{false};
  std::thread echo([&] {
    pinned const here(cores.kernel);
    ring_reader<cpu_codec> in(requests.get(), nullptr, 0);
    ring_writer<cpu_codec, writers::one> const out(replies.get());
    std::vector<std::byte> const payload(reply_bytes + 8);
    message_view m;
    while (!stop.load(std::memory_order_relaxed)) {
      if (!in.peek(m)) {
        platform::pause();
        continue;
      }
      envelope head = m.head;
      head.length = static_cast<std::uint32_t>(reply_bytes);
      push(out, head, reply_bytes <= m.head.length ? m.payload : payload.data());
      in.pop(m);
    }
  });
  pinned const here(cores.client);
  ring_writer<cpu_codec, writers::one> const out(requests.get());
  ring_reader<cpu_codec> in(replies.get(), nullptr, 0);
  std::vector<std::byte> const payload(request_bytes);
  envelope head;
  head.length = static_cast<std::uint32_t>(request_bytes);
  std::uint64_t sent = 0;
  std::uint64_t got = 0;
  message_view m;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    for (int i = 0; i < 4096; ++i) {
      while (sent - got < window) {
        head.correlation = sent++;
        push(out, head, payload.data());
      }
      while (in.peek(m)) {
        in.pop(m);
        ++got;
      }
    }
    now = platform::clock_ns();
  }
  stop.store(true, std::memory_order_relaxed);
  echo.join();
  repetition r;
  r.n = got;
  r.rate = static_cast<double>(got) * 1e9 / static_cast<double>(now - begin);
  return r;
}

repetition run_wake_up(bench_effort const& effort) {
  tool::effort how;
  how.time = 4 * effort.time;
  how.samples = 1000;
  wake_up const found = measure_wake_up(how);
  repetition r;
  r.n = found.to_running.samples;
  r.p50 = found.to_running.p50;
  r.p99 = found.to_running.p99;
  return r;
}

std::vector<benchmark> floor_benchmarks(bench_effort const& effort) {
  return {{"floor.ping_pong", "ns", floor_kind::none, [=] { return run_ping_pong(effort); }, {}},
          {"floor.ring_pair",
           "1/s",
           floor_kind::none,
           [=] { return run_ring_pair(effort, 16, 16, 64); },
           {}}};
}

}  // namespace gyre::tool
