#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "../command_line.hpp"
#include "../commands.hpp"
#include "benchmark.hpp"
#include "harness/session.hpp"
#include "start.hpp"

namespace gyre::tool {
namespace {

std::vector<subject> subjects_of(bench_settings const& s) {
  std::vector<subject> all{
      {{"floor.ping_pong", "floor.ring_pair"}, floor_benchmarks},
      {{"ask.one_in_flight", "ask.pipelined", "tell.throughput"}, ask_benchmarks},
      {{"actor.create_million", "actor.tell_random", "actor.tell_hot", "actor.when_all_1000",
        "actor.coroutines_64", "actor.ping_pong_1_shard", "actor.ping_pong_2_shards",
        "actor.ping_pong_2_kernels"},
       actor_benchmarks},
      {{"actor.skynet_1_shard", "actor.skynet_2_shards", "actor.fan_in_8_threads",
        "actor.keyed_create", "actor.keyed_tell_random", "actor.bytes_each_dense",
        "actor.bytes_each_keyed"},
       many_actor_benchmarks},
      {{"queue.round_trip", "queue.pipelined"}, queue_benchmarks},
      {{"wire.encode.29", "wire.decode.29", "wire.encode.38", "wire.decode.38", "wire.encode.135",
        "wire.decode.135", "wire.encode.279", "wire.decode.279"},
       wire_benchmarks},
      {{"telemetry.snapshot", "telemetry.snapshot_busy", "telemetry.watched", "wake_up",
        "idle.cpu"},
       telemetry_benchmarks},
      {{"cuda.launch_sync", "cuda.graph", "cuda.round_trip", "cuda.inject", "cuda.egress",
        "cuda.hop_2_shards", "cuda.hop_2_kernels", "cuda.tells", "cuda.vector_add"},
       cuda_benchmarks}};
  if (s.curves || s.full || s.filter.starts_with("curve")) {
    all.push_back({{}, [full = s.full](bench_effort const& effort) {
                     return curve_benchmarks(effort, full);
                   }});
  }
  return all;
}

cli_command bench_command() {
  auto s = std::make_shared<bench_settings>();
  cli_command command{
      .name = "bench",
      .text = bench_text,
      .footer =
          "The two sides are pinned to the first two cores of this process. Nothing else should "
          "run.\n\n"
          "Examples:\n"
          "  gyre bench\n"
          "  gyre bench --filter ask --repetitions 15\n"
          "  gyre bench --curves --html report.html --json results.json\n"
          "  gyre bench --filter curve.window --full\n"
          "  gyre bench --compare before.json after.json",
      .options = bench_options(*s),
      .run = [s] { return run_bench("bench", *s, subjects_of(*s)); }};
  command.options.push_back({.name = "--curves",
                             .text = "Also the curves: window, payload, clients, shards, actors",
                             .target = &s->curves});
  command.options.push_back(
      {.name = "--full", .text = "The curves with all their points", .target = &s->full});
  return command;
}

}  // namespace
}  // namespace gyre::tool

/// `gyre bench ARGUMENT...` starts this program as `gyre-bench ARGUMENT...`.
int main(int argc, char** argv) {
  std::vector<char const*> words{"gyre", "bench"};
  words.insert(words.end(), argv + std::min(argc, 1), argv + argc);
  gyre::tool::cli_command const program{
      .name = "gyre", .text = "", .footer = "", .commands = {gyre::tool::bench_command()}};
  return gyre::tool::run_command_line(program, static_cast<int>(words.size()), words.data());
}
