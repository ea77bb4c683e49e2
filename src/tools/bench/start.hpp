#pragma once

/// \file
/// `gyre bench` in the tool: the benchmarks are a program of their own, gyre-bench, so that nobody
/// who runs or validates compiles them.
namespace gyre::tool {

struct cli_command;

/// What the list of commands says of it.
inline constexpr char const* bench_text =
    "Measure latency and throughput, each beside the machine's own floor";

/// The command's line in the list of commands; `start_bench` runs it.
[[nodiscard]] cli_command bench_start_command();

/// Replaces this process by gyre-bench, with the arguments after `argv[1]`. The program stands
/// beside this one. Where it does not, and this is a build's own folder, it is built first, which
/// is said on stderr. Returns only if that fails: the exit status, after one line on stderr.
[[nodiscard]] int start_bench(int argc, char** argv);

}  // namespace gyre::tool
