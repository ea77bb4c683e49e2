#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../../command_line.hpp"
#include "../benchmark.hpp"

namespace gyre::tool {

struct report;

/// What the command line says.
struct bench_settings {
  std::string format = "text";
  std::string filter;
  int repetitions = 7;
  int milliseconds = 100;
  bool list = false;
  bool curves = false;
  bool full = false;
  std::string json;  ///< Files and folders; empty: none.
  std::string html;
  std::string svg;
  std::string keep;
  std::string read;
  std::vector<std::string> compare;
};

/// Rows of one kind, made only when one of them is wanted, for some launch kernels.
struct subject {
  std::vector<std::string> names;  ///< Empty: making them costs nothing.
  std::function<std::vector<benchmark>(bench_effort const&)> make;
};

/// The options that `run_bench` heeds; they write into `s`.
[[nodiscard]] std::vector<cli_option> bench_options(bench_settings& s);

/// Measures, or reads, compares and writes, as the settings say; returns the exit status.
/// `command` is what messages on stderr begin with; `summary` is put below the tables, as text.
[[nodiscard]] int run_bench(std::string const& command, bench_settings const& s,
                            std::vector<subject> const& subjects,
                            std::function<std::string(report const&)> const& summary = {});

}  // namespace gyre::tool
