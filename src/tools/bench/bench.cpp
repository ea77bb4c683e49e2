#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "../floor/floor.hpp"
#include "../floor/machine.hpp"
#include "benchmark.hpp"

namespace gyre::tool {
namespace {

/// A line of the result: medians over the repetitions.
struct row {
  std::string name;
  std::string unit;
  repetition median;
  double floor = 0;  ///< The floor's own figure; 0 if it has none.
  double ratio = 0;  ///< Latency: over the floor. Rate: of the floor.
  std::string error;
  std::string not_measured;  ///< Why this machine does not measure it.
};

struct settings {
  std::string format = "text";
  std::string filter;
  int repetitions = 7;
  int milliseconds = 100;
  bool list = false;
};

double median_of(std::vector<repetition> const& all, double repetition::*what) {
  std::vector<double> values;
  for (auto const& r : all) values.push_back(r.*what);
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

repetition median_of(std::vector<repetition> const& all) {
  repetition m;
  for (auto const& r : all) m.n += r.n;
  m.p50 = median_of(all, &repetition::p50);
  m.p99 = median_of(all, &repetition::p99);
  m.p999 = median_of(all, &repetition::p999);
  m.rate = median_of(all, &repetition::rate);
  return m;
}

/// The benchmark and its floor in turn, so that both see the machine in the same moods. The ratio
/// is the median of the ratios within a pair.
row measure(benchmark const& b, int repetitions) {
  row out;
  out.name = b.name;
  out.unit = b.unit;
  out.not_measured = b.not_measured;
  if (!b.not_measured.empty()) return out;
  bool const is_rate = b.unit != "ns";
  std::vector<repetition> found;
  std::vector<repetition> floors;
  std::vector<double> ratios;
  for (int i = 0; i < repetitions; ++i) {
    if (b.run_floor) {
      floors.push_back(b.run_floor());
      if (!floors.back().error.empty()) out.error = floors.back().error;
    }
    found.push_back(b.run());
    if (!found.back().error.empty()) {
      out.error = found.back().error;
      break;
    }
    if (floors.empty()) continue;
    double const over = is_rate ? floors.back().rate : floors.back().p50;
    double const own = is_rate ? found.back().rate : found.back().p50;
    if (over > 0) ratios.push_back(own / over);
  }
  out.median = median_of(found);
  if (!floors.empty()) {
    repetition const floor = median_of(floors);
    out.floor = is_rate ? floor.rate : floor.p50;
  }
  if (!ratios.empty()) {
    std::sort(ratios.begin(), ratios.end());
    out.ratio = ratios[ratios.size() / 2];
  }
  return out;
}

std::string in_unit(double value, std::string const& unit) {
  if (value == 0) return "-";
  if (unit != "1/s")
    return value < 100 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
  if (value >= 1e6) return fmt::format("{:.1f} M", value / 1e6);
  return value >= 1e3 ? fmt::format("{:.1f} k", value / 1e3) : fmt::format("{:.0f}", value);
}

void print_text(std::vector<row> const& rows, machine const& m) {
  print(fmt::format("{}, {} cores; {}; {}; commit {}\n", m.cpu, m.cores, m.compiler, m.build,
                    build_commit()));
  print(
      "Times in ns, less the clock's own cost; rates a second. Medians of repetitions that take\n"
      "turns with the floor. Ratio: a latency over its floor, a rate as a part of its floor.\n\n");
  print(fmt::format("{:<26}{:>5}{:>12}{:>10}{:>10}{:>11}{:>10}{:>10}{:>8}\n", "name", "unit", "n",
                    "p50", "p99", "p99.9", "rate", "floor", "ratio"));
  for (auto const& r : rows) {
    if (!r.error.empty() || !r.not_measured.empty()) {
      print(fmt::format("{:<26}{:>5}  {}\n", r.name, r.unit,
                        r.error.empty() ? "not measured: " + r.not_measured : r.error));
      continue;
    }
    print(fmt::format(
        "{:<26}{:>5}{:>12}{:>10}{:>10}{:>11}{:>10}{:>10}{:>8}\n", r.name, r.unit, r.median.n,
        in_unit(r.median.p50, "ns"), in_unit(r.median.p99, "ns"), in_unit(r.median.p999, "ns"),
        in_unit(r.median.rate, r.unit == "ns" ? "1/s" : r.unit), in_unit(r.floor, r.unit),
        r.ratio > 0 ? fmt::format("{:.2f}", r.ratio) : "-"));
  }
}

std::string_view engine_of(std::string_view row) {
  if (row.starts_with("floor.") || row.starts_with("wire.")) return "none";
  return row.starts_with("cuda.") ? "cuda" : "cpu";
}

void print_json(std::vector<row> const& rows, machine const& m) {
  auto const figure = [](double v) { return v > 0 ? nlohmann::json(v) : nlohmann::json(nullptr); };
  nlohmann::ordered_json out;
  out["machine"] = {{"cpu", m.cpu},
                    {"cores", m.cores},
                    {"os", m.os},
                    {"kernel", m.kernel},
                    {"compiler", m.compiler},
                    {"build", m.build},
                    {"commit", build_commit()}};
  out["rows"] = nlohmann::ordered_json::array();
  for (auto const& r : rows) {
    nlohmann::ordered_json line;
    line["name"] = r.name;
    line["engine"] = engine_of(r.name);
    line["unit"] = r.unit;
    line["n"] = r.median.n;
    line["p50"] = figure(r.median.p50);
    line["p99"] = figure(r.median.p99);
    line["p999"] = figure(r.median.p999);
    line["rate"] = figure(r.median.rate);
    line["floor"] = figure(r.floor);
    line["ratio"] = figure(r.ratio);
    if (!r.error.empty()) line["error"] = r.error;
    if (!r.not_measured.empty()) line["not_measured"] = r.not_measured;
    out["rows"].push_back(line);
  }
  print(out.dump(2) + "\n");
}

/// The rows, each with what makes it: made only when it is wanted, for some launch kernels.
std::vector<benchmark> all_benchmarks(bench_effort const& effort, std::string const& filter) {
  struct subject {
    std::vector<std::string> names;
    std::vector<benchmark> (*make)(bench_effort const&);
  };
  std::vector<subject> const subjects{
      {{"floor.ping_pong", "floor.ring_pair"}, floor_benchmarks},
      {{"ask.one_in_flight", "ask.pipelined", "tell.throughput"}, ask_benchmarks},
      {{"actor.create_million", "actor.tell_random", "actor.tell_hot", "actor.when_all_1000",
        "actor.coroutines_64", "actor.ping_pong_1_shard", "actor.ping_pong_2_shards"},
       actor_benchmarks},
      {{"queue.round_trip", "queue.pipelined"}, queue_benchmarks},
      {{"wire.encode.29", "wire.decode.29", "wire.encode.38", "wire.decode.38", "wire.encode.135",
        "wire.decode.135", "wire.encode.279", "wire.decode.279"},
       wire_benchmarks},
      {{"telemetry.snapshot", "telemetry.snapshot_busy", "wake_up"}, telemetry_benchmarks},
      {{"cuda.launch_sync", "cuda.graph", "cuda.round_trip", "cuda.inject", "cuda.egress",
        "cuda.vector_add"},
       cuda_benchmarks}};
  std::vector<benchmark> out;
  for (auto const& s : subjects) {
    bool const wanted = std::any_of(s.names.begin(), s.names.end(), [&](std::string const& name) {
      return name.find(filter) != std::string::npos;
    });
    if (!wanted) continue;
    for (auto& b : s.make(effort)) {
      if (b.name.find(filter) != std::string::npos) out.push_back(std::move(b));
    }
  }
  return out;
}

int run_bench(settings const& s) {
  bench_effort effort;
  effort.time = std::chrono::milliseconds(s.milliseconds);
  effort.repetitions = s.repetitions;
  auto const benchmarks = all_benchmarks(effort, s.filter);
  if (benchmarks.empty()) {
    return complain("bench",
                    "no benchmark's name has " + in_quotes(s.filter) +
                        " in it; allowed: parts of the names that --list prints",
                    exit_usage);
  }
  if (s.list) {
    for (auto const& b : benchmarks) print(b.name + "\n");
    return exit_ok;
  }
  bool const progress = ::isatty(STDERR_FILENO) != 0;
  std::vector<row> rows;
  bool failed = false;
  for (auto const& b : benchmarks) {
    if (progress) {
      fmt::print(stderr, "\r\033[K[{}/{}] {}", rows.size() + 1, benchmarks.size(), b.name);
      std::fflush(stderr);
    }
    rows.push_back(measure(b, s.repetitions));
    failed = failed || !rows.back().error.empty();
  }
  if (progress) fmt::print(stderr, "\r\033[K");
  machine const m = describe_machine();
  if (s.format == "json") {
    print_json(rows, m);
  } else {
    print_text(rows, m);
  }
  return failed ? exit_failed : exit_ok;
}

}  // namespace

void add_bench(CLI::App& app, int& exit_code) {
  auto* const command = app.add_subcommand(
      "bench", "Measure latency and throughput, each beside the machine's own floor");
  auto s = std::make_shared<settings>();
  command->add_option("--format", s->format, "Output format")->check(one_of({"text", "json"}));
  command->add_option("--filter", s->filter, "Only rows with this text in their name");
  command->add_option("--repetitions", s->repetitions, "Repetitions of each row, 1 to 1000")
      ->check(CLI::Range(1, 1000));
  command->add_option("--time", s->milliseconds, "Milliseconds of one repetition, 1 to 60000")
      ->check(CLI::Range(1, 60'000));
  command->add_flag("--list", s->list, "Print the rows' names and measure nothing");
  command->footer(
      "The two sides are pinned to the first two cores of this process. Nothing else should "
      "run.\n\n"
      "Examples:\n"
      "  gyre bench\n"
      "  gyre bench --filter ask --repetitions 15\n"
      "  gyre bench --format json > results.json");
  command->callback([s, &exit_code] { exit_code = run_bench(*s); });
}

}  // namespace gyre::tool
