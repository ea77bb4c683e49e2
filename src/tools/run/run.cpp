#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <vector/vector_processor.hpp>

#include "../command_line.hpp"
#include "../commands.hpp"
#include "files.hpp"
#include "monitor.hpp"
#include "pipeline.hpp"
#include "progress.hpp"
#include "session.hpp"

namespace gyre::tool {

namespace {

constexpr char const* examples =
    R"(vector: each line of the input is a request, as JSON; each line of the output its reply, in the same
order. Vectors may be of any length: over 25 elements they travel in device memory. A line that is
wrong is answered with {"line":N,"error":"..."}, and the rest goes on.

monitor: each line of the input is a card transaction, time_ms,card,cents,country; each line of the
output an alert, in the same order. A line that is wrong is named on stderr, and the rest goes on.

Exit status 1 if any line failed.

Examples:
  gyre run --kernel vector --input requests.jsonl --output replies.jsonl
  echo '{"operation":"add","inline_a":[1,2],"inline_b":[3,4]}' | gyre run --kernel vector --input -
  gyre run --kernel vector --engine cpu --input examples/vector/requests.jsonl --output -
  gyre run --kernel monitor --generate 100000 --seed 7 --output transactions.csv
  gyre run --kernel monitor --input transactions.csv --output alerts.csv)";

struct choice {
  std::string kernel;
  std::optional<std::string> input;
  std::string output = "-";
  std::optional<std::string> engine;
  std::optional<std::uint64_t> generate;
  std::optional<std::uint64_t> seed;
};

result<runtime> runtime_of(choice const& chosen) {
  engine_kind const kind = chosen.engine == "cpu"    ? engine_kind::cpu
                           : chosen.engine == "cuda" ? engine_kind::cuda
                                                     : engine_kind::automatic;
  return runtime::create({.engine = kind});
}

int wrong(error const& e) { return complain("run", e.message(), exit_failed); }

int run_vector(runtime& rt, file& input, file& output) {
  auto kernel = rt.launch<vector_processor>("vector", {.priority = true});
  if (!kernel) return wrong(kernel.error());
  if (auto r = kernel->activate(); !r) return wrong(r.error());
  auto requests = kernel->requests();
  if (!requests) return wrong(requests.error());
  auto responses = kernel->responses();
  if (!responses) return wrong(responses.error());

  pipeline lines(rt.buffers(), *requests, *responses);
  progress shown(input.size());
  session all(lines, input, output, shown);
  tally const t = all.run();
  double const seconds = shown.seconds();
  if (!t.broken.empty()) complain("run", t.broken, exit_failed);
  complain("run",
           fmt::format("{} lines, {} failed, {:.3f} s, {:.0f} lines/s", t.lines, t.failed, seconds,
                       static_cast<double>(t.lines) / seconds),
           exit_ok);
  auto last = kernel->terminate();
  if (!last) return wrong(last.error());
  return t.failed == 0 && t.broken.empty() ? exit_ok : exit_failed;
}

int run_lines(choice const& chosen) {
  // What can be refused is refused before the output is touched.
  auto rt = runtime_of(chosen);
  if (!rt) {
    return complain("run", rt.error().context,
                    rt.error().code == errc::unsupported ? exit_no_engine : exit_failed);
  }
  auto input = file::for_reading(*chosen.input);
  if (!input) return complain("run", input.error().context, exit_usage);
  auto output = file::for_writing(chosen.output, &*input);
  if (!output) return complain("run", output.error().context, exit_usage);
  return chosen.kernel == "monitor" ? run_monitor(*rt, *input, *output)
                                    : run_vector(*rt, *input, *output);
}

int generate(choice const& chosen) {
  auto output = file::for_writing(chosen.output);
  if (!output) return complain("run", output.error().context, exit_usage);
  return write_transactions(*output, *chosen.generate, chosen.seed.value_or(1));
}

/// Why the options do not go together, or empty. No option is taken and then not heeded.
std::string mismatch(choice const& chosen) {
  if (chosen.kernel != "monitor" && (chosen.generate || chosen.seed)) {
    return (chosen.generate ? "--generate" : "--seed") + std::string(" is for --kernel monitor");
  }
  if (!chosen.generate && !chosen.input) {
    return "--input is missing; allowed: FILE|-" +
           std::string(chosen.kernel == "monitor" ? ", or --generate in its place" : "");
  }
  if (chosen.generate && chosen.input) return "--input and --generate are given; allowed: one";
  if (chosen.seed && !chosen.generate) return "--seed is for --generate";
  if (chosen.generate && chosen.engine) return "--engine is given, and --generate runs no kernel";
  return {};
}

int run(choice const& chosen) {
  if (auto const why = mismatch(chosen); !why.empty()) return complain("run", why, exit_usage);
  return chosen.generate ? generate(chosen) : run_lines(chosen);
}

}  // namespace

cli_command run_command() {
  auto chosen = std::make_shared<choice>();
  return {.name = "run",
          .text = "Send a file's requests through a ring kernel",
          .footer = examples,
          .options = {{.name = "--kernel",
                       .text = "The ring kernel",
                       .target = &chosen->kernel,
                       .allowed = {"vector", "monitor"},
                       .required = true},
                      {.name = "--input",
                       .text = "The requests; -: standard input",
                       .target = &chosen->input,
                       .shown = "FILE|-"},
                      {.name = "--output",
                       .text = "The replies; -: standard output [-]",
                       .target = &chosen->output,
                       .shown = "FILE|-"},
                      {.name = "--engine",
                       .text = "The engine [auto]",
                       .target = &chosen->engine,
                       .allowed = {"auto", "cpu", "cuda"}},
                      {.name = "--generate",
                       .text = "monitor: write N transactions, run nothing",
                       .target = &chosen->generate,
                       .shown = "N",
                       .range = {{1, greatest_transactions}}},
                      {.name = "--seed",
                       .text = "monitor: of --generate; the same, the same file [1]",
                       .target = &chosen->seed,
                       .shown = "N"}},
          .run = [chosen] { return run(*chosen); }};
}

}  // namespace gyre::tool
