#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <vector/vector_processor.hpp>

#include "../commands.hpp"
#include "files.hpp"
#include "line_reader.hpp"
#include "pipeline.hpp"
#include "progress.hpp"

namespace gyre::tool {

namespace {

constexpr char const* examples =
    R"(Each line of the input is a request, as JSON; each line of the output its reply, in the same order.
Vectors may be of any length: over 25 elements they travel in device memory. A line that is wrong is
answered with {"line":N,"error":"..."}, and the rest goes on. Exit status 1 if any line failed.

Examples:
  gyre run --kernel vector --input requests.jsonl --output replies.jsonl
  echo '{"operation":"add","inline_a":[1,2],"inline_b":[3,4]}' | gyre run --kernel vector --input -
  gyre run --kernel vector --engine cpu --input examples/vector/requests.jsonl --output -)";

struct choice {
  std::string kernel;
  std::string input;
  std::string output = "-";
  std::string engine = "auto";
};

struct tally {
  std::uint64_t lines = 0;  ///< Requests: lines that are not blank.
  std::uint64_t failed = 0;
  std::string broken;  ///< Why it ended early, or empty.
};

/// Replies are written in pieces of about this size.
constexpr std::size_t piece = 1 << 20;

/// One run, from the input's first line to the last reply written.
class session {
 public:
  session(pipeline& lines, file& input, file& output)
      : lines_(lines),
        input_(input),
        reader_(input.descriptor()),
        output_(output),
        progress_(input.size()) {}

  tally run() {
    tally t;
    result<void> done = go(t);
    progress_.clear();
    if (!done) {
      t.broken = done.error().message();
      // Every line that was read has a line in the output, if that can still be written.
      lines_.abandon(t.broken);
      (void)write_ready();
    }
    t.failed = lines_.failed();
    return t;
  }

  [[nodiscard]] double seconds() const { return progress_.seconds(); }

 private:
  result<void> go(tally& t) {
    std::string_view line;
    for (std::uint64_t number = 1;; ++number) {
      // Who waits for replies before the next request gets them.
      if (reader_.would_wait()) {
        if (auto r = flush(); !r) return r;
      }
      if (!reader_.next(line)) break;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      ++t.lines;
      if (auto r = lines_.send(number, line); !r) return r;
      if (lines_.ready_bytes() >= piece) {
        if (auto r = flush(); !r) return r;
      }
      progress_.update(t.lines, reader_.bytes());
    }
    if (auto r = flush(); !r) return r;
    if (reader_.error() != 0) {
      return fail(errc::input_output, input_.name() + ": " + std::strerror(reader_.error()));
    }
    return output_.close();
  }

  /// Waits for what is in flight and writes it. A reply never stands in its queue while a slow
  /// reader, or writer, makes this thread wait.
  result<void> flush() {
    if (auto r = lines_.settle(); !r) return r;
    return write_ready();
  }

  result<void> write_ready() {
    ready_.clear();
    lines_.take_lines(ready_);
    return output_.write(ready_);
  }

  pipeline& lines_;
  file& input_;
  line_reader reader_;
  file& output_;
  progress progress_;
  std::string ready_;
};

result<runtime> runtime_of(choice const& chosen) {
  engine_kind const kind = chosen.engine == "cpu"    ? engine_kind::cpu
                           : chosen.engine == "cuda" ? engine_kind::cuda
                                                     : engine_kind::automatic;
  return runtime::create({.engine = kind});
}

int wrong(error const& e) { return complain("run", e.message(), exit_failed); }

int run_lines(choice const& chosen) {
  // What can be refused is refused before the output is touched.
  auto rt = runtime_of(chosen);
  if (!rt) {
    return complain("run", rt.error().context,
                    rt.error().code == errc::unsupported ? exit_no_engine : exit_failed);
  }
  auto input = file::for_reading(chosen.input);
  if (!input) return complain("run", input.error().context, exit_usage);
  auto output = file::for_writing(chosen.output, *input);
  if (!output) return complain("run", output.error().context, exit_usage);

  auto kernel = rt->launch<vector_processor>("vector", {.priority = true});
  if (!kernel) return wrong(kernel.error());
  if (auto r = kernel->activate(); !r) return wrong(r.error());
  auto requests = kernel->requests();
  if (!requests) return wrong(requests.error());
  auto responses = kernel->responses();
  if (!responses) return wrong(responses.error());

  pipeline lines(rt->buffers(), *requests, *responses);
  session all(lines, *input, *output);
  tally const t = all.run();
  double const seconds = all.seconds();
  if (!t.broken.empty()) complain("run", t.broken, exit_failed);
  complain("run",
           fmt::format("{} lines, {} failed, {:.3f} s, {:.0f} lines/s", t.lines, t.failed, seconds,
                       static_cast<double>(t.lines) / seconds),
           exit_ok);
  auto last = kernel->terminate();
  if (!last) return wrong(last.error());
  return t.failed == 0 && t.broken.empty() ? exit_ok : exit_failed;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto chosen = std::make_shared<choice>();
  CLI::App* command = app.add_subcommand("run", "Send a file's requests through a ring kernel");
  limit(command->add_option("--kernel", chosen->kernel, "The ring kernel"), {"vector"})->required();
  command->add_option("--input", chosen->input, "The requests; -: standard input")
      ->required()
      ->type_name("FILE|-");
  command->add_option("--output", chosen->output, "The replies; -: standard output [-]")
      ->type_name("FILE|-");
  limit(command->add_option("--engine", chosen->engine, "The engine [auto]"),
        {"auto", "cpu", "cuda"});
  command->footer(examples);
  command->callback([chosen, &exit_code] { exit_code = run_lines(*chosen); });
}

}  // namespace gyre::tool
