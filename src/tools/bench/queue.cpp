#include <memory>

#include <gyre/gyre.hpp>

#include <vector/vector_processor.hpp>

#include "../floor/machine.hpp"
#include "benchmark.hpp"

namespace gyre::tool {
namespace {

constexpr std::size_t window = 64;
constexpr std::size_t request_bytes = 279;  // of 25 elements, as a MemoryPack object
constexpr std::size_t reply_bytes = 167;

vector_add_request request_of_25() {
  vector_add_request m;
  m.length = 25;
  (void)m.inline_a.resize(25);
  (void)m.inline_b.resize(25);
  for (std::size_t i = 0; i < 25; ++i) {
    m.inline_a[i] = static_cast<float>(i);
    m.inline_b[i] = static_cast<float>(3 * i);
  }
  return m;
}

/// The vector processor on the second core, and its two named queues.
struct bed {
  bed()
      : rt(runtime::create({.engine = engine_kind::cpu}).value()),
        processor(rt.launch<vector_processor>("bench", options()).value()),
        requests(processor.requests().value()),
        responses(processor.responses().value()) {
    processor.activate().value();
  }
  static launch_options options() {
    launch_options o;
    if (int const core = cores_for_bench().kernel; core >= 0) o.pin = {core};
    return o;
  }
  /// A new id for each, as deduplication wants it.
  bool send() {
    ++serial;
    std::memcpy(message.message_id.bytes.data(), &serial, sizeof serial);
    return requests.send(message).has_value();
  }
  bool receive(std::chrono::nanoseconds timeout) {
    return responses.receive_into(reply, timeout).has_value() && reply.success;
  }

  runtime rt;
  kernel<vector_processor> processor;
  queue<vector_add_request> requests;
  queue<vector_add_response> responses;
  vector_add_request message = request_of_25();
  vector_add_response reply{};
  std::uint64_t serial = 0;
};

repetition round_trip(bed& b, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  return time_each(effort, [&] {
    return b.send() && b.receive(std::chrono::seconds(5)) && b.reply.inline_result[24] == 96.0F;
  });
}

repetition pipelined(bed& b, bench_effort const& effort) {
  pinned const here(cores_for_bench().client);
  repetition r;
  std::uint64_t sent = 0;
  std::uint64_t got = 0;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < static_cast<std::uint64_t>(effort.time.count())) {
    for (int i = 0; i < 64; ++i) {
      for (; sent - got < window; ++sent) {
        if (!b.send()) {
          r.error = "a send failed";
          return r;
        }
      }
      for (std::size_t k = 0; k < window / 2; ++k, ++got) {
        if (!b.receive(std::chrono::seconds(5))) {
          r.error = "no reply, or not the right one";
          return r;
        }
      }
    }
    now = platform::clock_ns();
  }
  r.n = got;
  r.rate = static_cast<double>(got) * 1e9 / static_cast<double>(now - begin);
  for (; got < sent; ++got) {
    if (!b.receive(std::chrono::seconds(5))) r.error = "a reply was lost";
  }
  return r;
}

}  // namespace

std::vector<benchmark> queue_benchmarks(bench_effort const& effort) {
  auto b = std::make_shared<bed>();
  return {{"queue.round_trip", "ns", floor_kind::ping_pong, [=] { return round_trip(*b, effort); },
           [=] { return run_ping_pong(effort); }},
          {"queue.pipelined", "1/s", floor_kind::ring_pair, [=] { return pipelined(*b, effort); },
           [=] { return run_ring_pair(effort, request_bytes, reply_bytes, window); }}};
}

}  // namespace gyre::tool
