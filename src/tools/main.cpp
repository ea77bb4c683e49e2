#include "bench/start.hpp"
#include "command_line.hpp"
#include "commands.hpp"

namespace {

constexpr char const* examples =
    R"(Exit status: 0 all well, 1 something failed, 2 wrong use, 3 the engine is not there.

Examples:
  gyre doctor
  gyre validate
  gyre validate --engine cpu --format json
  gyre run --kernel vector --input requests.jsonl --output replies.jsonl
  gyre run --kernel monitor --input transactions.csv --output alerts.csv
  gyre run --help)";

}  // namespace

int main(int argc, char** argv) {
  using namespace gyre::tool;
  cli_command const program{.name = "gyre",
                            .text = "GPU-native actors: validate, run and measure ring kernels.",
                            .footer = examples,
                            .commands = {validate_command(), run_command(), doctor_command(),
                                         bench_start_command(), wire_command()}};
  if (argc > 1 && std::string_view(argv[1]) == "bench") return start_bench(argc, argv);
  return run_command_line(program, argc, argv);
}
