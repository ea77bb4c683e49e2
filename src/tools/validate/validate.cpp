#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <vector/vector_processor.hpp>

#include "../command_line.hpp"
#include "../commands.hpp"
#include "../text.hpp"
#include "validation.hpp"

namespace gyre::tool {

namespace {

constexpr char const* examples =
    R"(For each engine: launches VectorAddProcessor, finds its two named queues, sends every case, and
checks every element of every reply. Exit status 0 only if all cases pass.

Examples:
  gyre validate                        each engine that this machine has
  gyre validate --engine cpu
  gyre validate --format json)";

nlohmann::ordered_json to_json(report const& all) {
  auto rows = nlohmann::ordered_json::array();
  for (auto const& c : all.cases) {
    rows.push_back({{"engine", to_string(c.engine)},
                    {"name", c.name},
                    {"elements", c.elements},
                    {"send_ns", c.send_ns},
                    {"round_trip_ns", c.round_trip_ns},
                    {"passed", c.passed},
                    {"error", c.error}});
  }
  return {{"cases", rows}, {"passed", all.passed()}, {"failed", all.failed()}};
}

void print_text(report const& all) {
  table rows({{"engine", align::left},
              {"case", align::left},
              {"elements", align::right},
              {"send", align::right},
              {"round trip", align::right},
              {"", align::left}});
  palette const colours = palette_for(stdout);
  for (auto const& c : all.cases) {
    bool const asked = c.send_ns > 0;
    rows.add({std::string(to_string(c.engine)), c.name,
              c.elements > 0 ? std::to_string(c.elements) : "",
              asked ? duration_text(static_cast<double>(c.send_ns)) : "",
              duration_text(static_cast<double>(c.round_trip_ns)),
              c.passed ? colours.good("passed") : colours.bad("FAILED") + "  " + c.error});
  }
  print(rows.text());
  print(fmt::format("\n{} passed, {} failed\n", all.passed(), all.failed()));
}

struct choice {
  std::string engine = "all";
  std::string format = "text";
};

/// The engines that `name` stands for; those of "all" are the ones that are there.
std::vector<engine_kind> engines_of(std::string const& name) {
  if (name == "cpu") return {engine_kind::cpu};
  if (name == "cuda") return {engine_kind::cuda};
  std::vector<engine_kind> present;
  for (engine_kind const kind : {engine_kind::cpu, engine_kind::cuda}) {
    if (report_on(kind).found) present.push_back(kind);
  }
  return present;
}

int validate_engines(choice const& chosen) {
  report all;
  for (engine_kind const kind : engines_of(chosen.engine)) {
    auto rt = runtime::create({.engine = kind});
    if (!rt) {
      int const exit_code = rt.error().code == errc::unsupported ? exit_no_engine : exit_failed;
      return complain("validate", rt.error().context, exit_code);
    }
    report const one = validate<vector_processor>(*rt);
    all.cases.insert(all.cases.end(), one.cases.begin(), one.cases.end());
  }
  if (chosen.format == "json") {
    print(to_json(all).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    print_text(all);
  }
  return all.all_passed() ? exit_ok : exit_failed;
}

}  // namespace

cli_command validate_command() {
  auto chosen = std::make_shared<choice>();
  return {.name = "validate",
          .text = "Check that each engine computes",
          .footer = examples,
          .options = {{.name = "--engine",
                       .text = "The engine; all: each that is there [all]",
                       .target = &chosen->engine,
                       .allowed = {"cpu", "cuda", "all"}},
                      {.name = "--format",
                       .text = "How the result is written [text]",
                       .target = &chosen->format,
                       .allowed = {"text", "json"}}},
          .run = [chosen] { return validate_engines(*chosen); }};
}

}  // namespace gyre::tool
