#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <gyre/core/event.hpp>
#include <gyre/runtime/engines.hpp>

#include "core/processors.hpp"

#include "../command_line.hpp"
#include "../commands.hpp"
#include "../floor/floor.hpp"
#include "../text.hpp"

namespace gyre::tool {

namespace {

constexpr char const* examples =
    R"(Describes the machine and this build, says which engines are there and why others are not, and
measures the floor under every latency: what the hardware and the system need by themselves.
Takes about half a second; other work on the machine shows in the figures.

Examples:
  gyre doctor
  gyre doctor --format json)";

struct findings {
  machine about;
  std::vector<engine_report> engines;
  bool membarrier = false;
  double clock_ns = 0;
  ping_pong lines;
  wake_up wake;
};

findings look() {
  findings f;
  f.about = describe_machine();
  for (engine_kind const kind : {engine_kind::cpu, engine_kind::cuda}) {
    f.engines.push_back(report_on(kind));
  }
  f.membarrier = detail::light_fences.load();
  f.clock_ns = clock_cost_ns();
  f.lines = measure_ping_pong();
  f.wake = measure_wake_up();
  return f;
}

nlohmann::ordered_json to_json(spread const& s) {
  return {{"samples", s.samples},
          {"min", s.least},
          {"p50", s.p50},
          {"p99", s.p99},
          {"max", s.greatest}};
}

nlohmann::ordered_json to_json(findings const& f) {
  nlohmann::ordered_json out;
  out["version"] = build_version();
  out["commit"] = build_commit();
  out["compiler"] = f.about.compiler;
  out["build"] = f.about.build;
  out["machine"] = {{"cpu", f.about.cpu},
                    {"cores", f.about.cores},
                    {"allowed_cores", f.about.allowed_cores},
                    {"cpu_quota", nullptr},
                    {"memory_bytes", f.about.memory_bytes},
                    {"os", f.about.os},
                    {"kernel", f.about.kernel}};
  if (f.about.cpu_quota) out["machine"]["cpu_quota"] = *f.about.cpu_quota;
  out["engines"] = nlohmann::ordered_json::array();
  for (auto const& e : f.engines) {
    out["engines"].push_back({{"engine", to_string(e.kind)},
                              {"built", e.built},
                              {"found", e.found},
                              {"detail", e.detail},
                              {"greatest_shards", e.greatest_shards},
                              {"greatest_lanes", e.greatest_lanes}});
  }
  // What was not measured is null.
  auto& floor = out["floor"];
  floor["clock_ns"] = f.clock_ns;
  floor["membarrier"] = f.membarrier;
  floor["ping_pong_ns"] = nullptr;
  if (f.lines.measured) {
    floor["ping_pong_ns"] = to_json(f.lines.round_trip);
    floor["ping_pong_ns"]["untimed"] = f.lines.untimed_ns;
    floor["ping_pong_ns"]["cores"] = {f.lines.first, f.lines.second};
  }
  floor["wake_up_ns"] = to_json(f.wake.to_running);
  floor["wake_up_ns"]["cores"] = {f.wake.waker, f.wake.sleeper};
  floor["notify_ns"] = to_json(f.wake.notify);
  return out;
}

std::string cores_text(machine const& m) {
  std::string text = fmt::to_string(m.cores);
  if (m.allowed_cores.size() != static_cast<std::size_t>(m.cores)) {
    text += fmt::format(", of which this process may use {}: {}", m.allowed_cores.size(),
                        detail::list_of(m.allowed_cores));
  }
  if (m.cpu_quota) text += fmt::format("; a quota leaves it {:.2f} cores' time", *m.cpu_quota);
  return text;
}

std::string engine_text(engine_report const& e) {
  if (e.found) return e.detail.empty() ? "found" : "found, " + e.detail;
  return "not there: " + (e.detail.empty() ? "it does not say why" : e.detail);
}

std::string spread_text(spread const& s) {
  return fmt::format("p50 {}, p99 {}", duration_text(s.p50), duration_text(s.p99));
}

std::string ping_pong_text(findings const& f) {
  if (!f.lines.measured) {
    return f.about.allowed_cores.size() < 2 ? "not measured: there is only one core"
                                            : "not measured: threads cannot be pinned here";
  }
  return fmt::format("{}; {} without the clock (cores {} and {})", spread_text(f.lines.round_trip),
                     duration_text(f.lines.untimed_ns), f.lines.first, f.lines.second);
}

std::string wake_text(findings const& f) {
  if (f.wake.to_running.samples == 0) return "not measured: the machine is too busy";
  return fmt::format("{}; the waker pays {}{}", spread_text(f.wake.to_running),
                     duration_text(f.wake.notify.p50),
                     f.wake.waker == f.wake.sleeper ? " (both on one core)" : "");
}

std::string section(std::string_view title, std::vector<std::vector<std::string>> const& rows) {
  table lines({{"", align::left}, {"", align::left}});
  for (auto const& row : rows) lines.add({"  " + row[0], row[1]});
  return std::string(title) + "\n" + lines.text();
}

void print_text(findings const& f) {
  machine const& m = f.about;
  print(section("build", {{"gyre", fmt::format("{}, commit {}", build_version(), build_commit())},
                          {"compiler", m.compiler},
                          {"build", m.build}}));
  print("\n" + section("machine", {{"CPU", m.cpu},
                                   {"cores", cores_text(m)},
                                   {"memory", bytes_text(m.memory_bytes)},
                                   {"system", m.os},
                                   {"kernel", m.kernel}}));
  std::vector<std::vector<std::string>> engines;
  for (auto const& e : f.engines) {
    engines.push_back({std::string(to_string(e.kind)), engine_text(e)});
  }
  print("\n" + section("engines", engines));
  print("\n" +
        section("floor",
                {{"clock reading", duration_text(f.clock_ns)},
                 {"cache line there and back", ping_pong_text(f)},
                 {"wake-up of a parked thread", wake_text(f)},
                 {"membarrier", f.membarrier ? "available" : "not available: both sides fence"}}));
}

}  // namespace

cli_command doctor_command() {
  auto format = std::make_shared<std::string>("text");
  return {
      .name = "doctor",
      .text = "Describe the machine, and measure its floor",
      .footer = examples,
      .options = {{.name = "--format",
                   .text = "How the result is written [text]",
                   .target = format.get(),
                   .allowed = {"text", "json"}}},
      .run = [format] {
        findings const f = look();
        if (*format == "json") {
          print(to_json(f).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
        } else {
          print_text(f);
        }
        return exit_ok;
      }};
}

}  // namespace gyre::tool
