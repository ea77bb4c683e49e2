#pragma once

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

/// Runs the built tool from outside.
namespace tool_test {

inline std::string temporary(std::string const& name) {
  return testing::TempDir() + "gyre_" + std::to_string(::getpid()) + "_" + name;
}

inline std::string contents(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void write_file(std::string const& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Starts the tool with these descriptors as its standard ones; the caller keeps its own.
inline pid_t start(std::vector<std::string> const& arguments, int in, int out, int err) {
  std::string const binary = GYRE_BINARY_DIR "/gyre";
  std::vector<char*> argv{const_cast<char*>(binary.c_str())};
  for (auto const& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  pid_t pid = -1;
  int const r = ::posix_spawn(&pid, binary.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  EXPECT_EQ(r, 0) << "cannot start " << binary;
  return r == 0 ? pid : -1;
}

/// The exit status; 128 + the signal's number if one ended it; -1 if it did not end in a minute.
inline int finish(pid_t pid) {
  if (pid < 0) return -1;
  for (int i = 0; i < 6000; ++i) {
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) == pid) {
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  ADD_FAILURE() << "the tool did not end within a minute";
  return -1;
}

struct outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// Runs the tool to its end, `input` as its standard input.
inline outcome run(std::vector<std::string> const& arguments, std::string_view input = {}) {
  std::string const in = temporary("in");
  std::string const out = temporary("out");
  std::string const err = temporary("err");
  write_file(in, input);
  int const descriptors[] = {::open(in.c_str(), O_RDONLY | O_CLOEXEC),
                             ::open(out.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600),
                             ::open(err.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  outcome result;
  result.exit_code = finish(start(arguments, descriptors[0], descriptors[1], descriptors[2]));
  for (int const d : descriptors) ::close(d);
  result.out = contents(out);
  result.err = contents(err);
  for (auto const& path : {in, out, err}) ::unlink(path.c_str());
  return result;
}

/// Reads what comes until `enough` says so, the other side closes, or a minute has passed.
template <class Enough>
std::string read_until(int descriptor, Enough&& enough) {
  std::string text;
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  auto const until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!enough(text) && std::chrono::steady_clock::now() < until) {
    char buffer[4096];
    ssize_t const got = ::read(descriptor, buffer, sizeof buffer);
    if (got == 0 || (got < 0 && errno == EIO)) break;
    if (got > 0) {
      text.append(buffer, static_cast<std::size_t>(got));
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  return text;
}

}  // namespace tool_test
