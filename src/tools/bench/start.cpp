#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "../command_line.hpp"
#include "../commands.hpp"
#include "start.hpp"

namespace gyre::tool {

namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (auto& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

/// Builds the program; stdout stays what the benchmarks write. Whether it succeeded.
bool build() {
  std::vector<std::string> words{GYRE_CMAKE, "--build", GYRE_BUILD_DIR, "--target", "gyre-bench"};
  std::fputs("gyre bench: the benchmarks are built at their first use\n", stderr);
  pid_t const pid = ::fork();
  if (pid == 0) {
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    auto const line = pointers_to(words);
    ::execvp(line[0], line.data());
    ::_exit(127);
  }
  int status = 0;
  while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

cli_command bench_start_command() {
  return {.name = "bench", .text = bench_text, .footer = "", .run = [] { return exit_failed; }};
}

int start_bench(int argc, char** argv) {
  std::error_code wrong;
  fs::path const own = fs::read_symlink("/proc/self/exe", wrong);
  if (wrong) return complain("bench", "/proc/self/exe: " + wrong.message(), exit_failed);
  fs::path const program = own.parent_path() / "gyre-bench";
  bool const in_build = fs::equivalent(own.parent_path(), GYRE_BUILD_DIR "/bin", wrong);
  if (!fs::exists(program, wrong)) {
    if (!in_build) {
      return complain("bench",
                      "there is no " + in_quotes(program.string()) +
                          "; build the target gyre-bench, and put it beside this program",
                      exit_failed);
    }
    if (!build()) return complain("bench", "the benchmarks were not built", exit_failed);
  }
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), argv + 2, argv + argc);
  auto const line = pointers_to(words);
  ::execv(line[0], line.data());
  return complain("bench", in_quotes(program.string()) + ": " + std::strerror(errno), exit_failed);
}

}  // namespace gyre::tool
