#include "gpu_test.hpp"

#include <cerrno>
#include <csignal>
#include <map>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <gyre/runtime/engines.hpp>

namespace gyre::gpu_test {
namespace {

using clock = std::chrono::steady_clock;

std::map<std::string, int (*)(), std::less<>>& children() {
  static std::map<std::string, int (*)(), std::less<>> all;
  return all;
}

/// What is there to be read now.
void drain(int from, std::string& to) {
  char buffer[4096];
  for (;;) {
    ssize_t const got = ::read(from, buffer, sizeof buffer);
    if (got <= 0) return;
    to.append(buffer, static_cast<std::size_t>(got));
  }
}

pid_t start(std::string const& name, int out) {
  std::string argument = std::string(child_argument) + name;
  char self[] = "/proc/self/exe";
  char* argv[] = {self, argument.data(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
  pid_t pid = -1;
  int const r = ::posix_spawn(&pid, self, &actions, nullptr, argv, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return r == 0 ? pid : -1;
}

}  // namespace

std::string why_no_device() {
  auto const report = report_on(engine_kind::cuda);
  if (report.found) return {};
  return report.detail.empty() ? "there is no device" : report.detail;
}

figure& figure::with(std::string_view key, double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return raw(key, text);
}

figure& figure::with(std::string_view key, std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return raw(key, '"' + plain + '"');
}

void figure::print() const {
  std::printf("%s}\n", line_.c_str());
  std::fflush(stdout);
}

child::child(char const* name, int (*run)()) { children().insert_or_assign(name, run); }

int be_child(std::string_view name) {
  auto const found = children().find(name);
  if (found == children().end()) return 2;
  return found->second();
}

child_end run_child(std::string const& name, std::chrono::seconds patience) {
  child_end end;
  int pipes[2] = {-1, -1};
  if (::pipe2(pipes, O_CLOEXEC) != 0) {
    end.out = "no pipe for the child's output";
    return end;
  }
  ::fcntl(pipes[0], F_SETFL, O_NONBLOCK);
  auto const begin = clock::now();
  pid_t const pid = start(name, pipes[1]);
  ::close(pipes[1]);
  // One that hangs in the driver may outlast its SIGKILL for a while; it is not waited for for
  // ever.
  constexpr std::chrono::seconds grace(10);
  while (pid > 0) {
    drain(pipes[0], end.out);
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) == pid) {
      end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      break;
    }
    auto const now = clock::now() - begin;
    if (now > patience && !end.hung) {
      end.hung = true;
      end.seconds = std::chrono::duration<double>(now).count();
      ::kill(pid, SIGKILL);
    }
    if (now > patience + grace) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (!end.hung) end.seconds = std::chrono::duration<double>(clock::now() - begin).count();
  drain(pipes[0], end.out);
  ::close(pipes[0]);
  return end;
}

}  // namespace gyre::gpu_test
