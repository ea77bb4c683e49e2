#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "../../commands.hpp"
#include "../report/compare.hpp"
#include "../report/pictures.hpp"
#include "../report/report.hpp"
#include "measure.hpp"
#include "session.hpp"

namespace gyre::tool {
namespace {

using clock = std::chrono::steady_clock;

/// The line on a terminal's stderr: which row, which repetition, how long still.
class progress {
 public:
  progress(std::size_t rows, int repetitions)
      : shown_(::isatty(STDERR_FILENO) != 0), rows_(rows), repetitions_(repetitions) {}
  ~progress() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }
  progress(progress const&) = delete;
  progress& operator=(progress const&) = delete;

  void at(std::size_t row, std::string const& name, int repetition) const {
    if (!shown_) return;
    auto const each = static_cast<double>(repetitions_ + 1);
    double const done = static_cast<double>(row) + static_cast<double>(repetition) / each;
    double const spent = std::chrono::duration<double>(clock::now() - began_).count();
    std::string left;
    if (done > 0.5) {
      left = fmt::format(", {:.0f} s left", spent / done * (static_cast<double>(rows_) - done));
    }
    fmt::print(stderr, "\r\033[K[{}/{}] {} {}/{}{}", row + 1, rows_, name, repetition,
               repetitions_ + 1, left);
    std::fflush(stderr);
  }

 private:
  bool shown_;
  std::size_t rows_;
  int repetitions_;
  clock::time_point began_ = clock::now();
};

std::vector<benchmark> chosen(bench_settings const& s, std::vector<subject> const& subjects,
                              bench_effort const& effort) {
  auto const wanted = [&](std::string const& name) {
    return name.find(s.filter) != std::string::npos;
  };
  std::vector<benchmark> out;
  for (auto const& subject : subjects) {
    if (!subject.names.empty() &&
        std::none_of(subject.names.begin(), subject.names.end(), wanted)) {
      continue;
    }
    for (auto& b : subject.make(effort)) {
      if (wanted(b.name)) out.push_back(std::move(b));
    }
  }
  return out;
}

report measured(bench_settings const& s, std::vector<benchmark>& benchmarks) {
  report r;
  r.where = describe_machine();
  r.flags = build_flags();
  r.commit = build_commit();
  r.repetitions = s.repetitions;
  r.milliseconds = s.milliseconds;
  progress const shown(benchmarks.size(), s.repetitions);
  for (auto& b : benchmarks) {
    std::size_t const row = r.rows.size();
    shown.at(row, b.name, 0);
    r.rows.push_back(measure(b, s.repetitions, [&](int i) { shown.at(row, b.name, i + 1); }));
    b = {};  // its kernels end here, and do not disturb the next row
  }
  return r;
}

std::string reason() { return errno != 0 ? std::strerror(errno) : "write error"; }

/// Whether `path` can be written: asked before anything is measured.
std::optional<std::string> cannot_write(std::string const& path) {
  errno = 0;
  if (std::ofstream(path, std::ios::app)) return std::nullopt;
  return in_quotes(path) + ": " + reason();
}

std::optional<std::string> write_file(std::filesystem::path const& path, std::string const& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) return std::nullopt;
  return in_quotes(path.string()) + ": " + reason();
}

/// Folders are made, and files opened, before a long run and not after it.
std::optional<std::string> cannot_keep(bench_settings const& s) {
  for (auto const& folder : {s.svg, s.keep}) {
    std::error_code e;
    if (!folder.empty()) std::filesystem::create_directories(folder, e);
    if (e) return in_quotes(folder) + ": " + e.message();
  }
  for (auto const& file : {s.json, s.html}) {
    if (file.empty()) continue;
    if (auto wrong = cannot_write(file)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> keep(report const& r, bench_settings const& s) {
  std::string const json = json_of(r).dump(1) + "\n";
  if (!s.json.empty()) {
    if (auto wrong = write_file(s.json, json)) return wrong;
  }
  if (!s.keep.empty()) {
    if (auto wrong = write_file(std::filesystem::path(s.keep) / file_name_of(r), json))
      return wrong;
  }
  if (!s.html.empty()) {
    if (auto wrong = write_file(s.html, html_of(r))) return wrong;
  }
  if (s.svg.empty()) return std::nullopt;
  for (auto const& p : pictures_of(r)) {
    if (auto wrong = write_file(std::filesystem::path(s.svg) / (p.name + ".svg"), p.svg)) {
      return wrong;
    }
  }
  return std::nullopt;
}

tl::expected<report, std::string> report_in(std::string const& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return tl::unexpected(in_quotes(path) + ": " + reason());
  auto r = report_from(text.str());
  if (!r) return tl::unexpected(in_quotes(path) + ": " + r.error());
  return r;
}

int compare_files(std::string const& command, bench_settings const& s) {
  auto const before = report_in(s.compare[0]);
  if (!before) return complain(command, before.error(), exit_usage);
  auto const after = report_in(s.compare[1]);
  if (!after) return complain(command, after.error(), exit_usage);
  auto const rows = compare(*before, *after);
  print(s.format == "json" ? json_of(*before, *after, rows).dump(2) + "\n"
                           : text_of(*before, *after, rows));
  return exit_ok;
}

using summary_of = std::function<std::string(report const&)>;

int show(std::string const& command, report const& r, bench_settings const& s,
         summary_of const& summary) {
  print(s.format == "json" ? json_of(r).dump(1) + "\n" : text_of(r));
  if (summary && s.format == "text") print(summary(r));
  if (auto const wrong = keep(r, s)) return complain(command, *wrong, exit_failed);
  bool const failed =
      std::any_of(r.rows.begin(), r.rows.end(), [](row const& one) { return !one.error.empty(); });
  return failed ? exit_failed : exit_ok;
}

}  // namespace

std::vector<cli_option> bench_options(bench_settings& s) {
  return {
      {.name = "--format",
       .text = "How stdout is written [text]",
       .target = &s.format,
       .allowed = {"text", "json"}},
      {.name = "--filter", .text = "Only rows with this text in their name", .target = &s.filter},
      {.name = "--repetitions",
       .text = "Repetitions of each row, 1 to 1000 [7]",
       .target = &s.repetitions,
       .range = {{1, 1000}}},
      {.name = "--time",
       .text = "Milliseconds of one repetition, 1 to 60000 [100]",
       .target = &s.milliseconds,
       .range = {{1, 60'000}}},
      {.name = "--list", .text = "Print the rows' names and measure nothing", .target = &s.list},
      {.name = "--json", .text = "Write the figures to this file, too", .target = &s.json},
      {.name = "--html",
       .text = "Write a page with pictures and tables to this file",
       .target = &s.html},
      {.name = "--svg", .text = "Write each picture into this folder", .target = &s.svg},
      {.name = "--keep",
       .text = "Write the figures into this folder, named by commit and machine",
       .target = &s.keep},
      {.name = "--read", .text = "Measure nothing: show this file of figures", .target = &s.read},
      {.name = "--compare",
       .text = "Measure nothing: compare two files of figures",
       .target = &s.compare,
       .values = 2,
       .excludes = "--read"}};
}

int run_bench(std::string const& command, bench_settings const& s,
              std::vector<subject> const& subjects, summary_of const& summary) {
  if (!s.compare.empty()) return compare_files(command, s);
  if (auto const wrong = cannot_keep(s)) return complain(command, *wrong, exit_usage);
  if (!s.read.empty()) {
    auto const r = report_in(s.read);
    return r ? show(command, *r, s, summary) : complain(command, r.error(), exit_usage);
  }
  bench_effort effort;
  effort.time = std::chrono::milliseconds(s.milliseconds);
  effort.repetitions = s.repetitions;
  auto benchmarks = chosen(s, subjects, effort);
  if (benchmarks.empty()) {
    return complain(command,
                    "no benchmark's name has " + in_quotes(s.filter) +
                        " in it; allowed: parts of the names that --list prints",
                    exit_usage);
  }
  if (s.list) {
    for (auto const& b : benchmarks) print(b.name + "\n");
    return exit_ok;
  }
  return show(command, measured(s, benchmarks), s, summary);
}

}  // namespace gyre::tool
