#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <unistd.h>

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <gyre/core/deadline.hpp>

/// \file
/// What the tests that want a GPU share. None waits without a bound: what may hang for ever is done
/// in a child process, which is killed at its deadline.

namespace gyre::gpu_test {

/// Why there is no device for these tests; empty where there is one.
[[nodiscard]] std::string why_no_device();

/// Ends a test as skipped, and says why, where there is no device.
#define GYRE_NEEDS_DEVICE()                                                       \
  if (auto const why_none = ::gyre::gpu_test::why_no_device(); !why_none.empty()) \
  GTEST_SKIP() << "not measured: " << why_none

/// A figure that was measured: a line of JSON on stdout, `{"figure": NAME, …}`, which
/// scripts/gpu_suite.py gathers.
class figure {
 public:
  explicit figure(std::string_view name) : line_("{\"figure\": \"" + std::string(name) + '"') {}
  figure& with(std::string_view key, std::uint64_t value) {
    return raw(key, std::to_string(value));
  }
  figure& with(std::string_view key, double value);
  /// Quotes, backslashes and control characters of the text become blanks.
  figure& with(std::string_view key, std::string_view text);
  void print() const;

 private:
  figure& raw(std::string_view key, std::string const& value) {
    line_ += ", \"" + std::string(key) + "\": " + value;
    return *this;
  }
  std::string line_;
};

/// Names what a child process does: `static child const c{"name", &function}` before `main`.
/// The function's result is the child's exit status.
struct child {
  child(char const* name, int (*run)());
};

/// How a child process ended.
struct child_end {
  bool hung = false;  ///< It was killed at the deadline.
  int status = -1;    ///< Its exit status; 128 + the signal's number if one ended it.
  double seconds = 0;
  std::string out;  ///< What it wrote to stdout and stderr.
};

/// Runs the child of this name, and kills it when `patience` is over.
[[nodiscard]] child_end run_child(std::string const& name, std::chrono::seconds patience);

/// The argument that makes this program a child: `--child=NAME`.
inline constexpr std::string_view child_argument = "--child=";
/// Runs the named child's function in this process. 2 if there is none of this name.
[[nodiscard]] int be_child(std::string_view name);

/// Whether `done()` became true within `patience`.
template <class Done>
[[nodiscard]] bool within(std::chrono::nanoseconds patience, Done&& done) {
  deadline const until(patience);
  while (!done()) {
    if (until.expired()) return false;
    ::usleep(20);
  }
  return true;
}

// In a child process, where there is no test to fail.

/// Says what is done next, so that the last line before a hang names it.
inline void say(std::string_view what) {
  std::printf("%.*s\n", static_cast<int>(what.size()), what.data());
  std::fflush(stdout);
}
/// Goes on if `holds`; otherwise ends the child at once, with status 1, and says what was wrong.
inline void must(bool holds, std::string const& what) {
  if (holds) return;
  say("wrong: " + what);
  ::_exit(1);
}
/// The value of a result, or the child's end.
template <class Result>
auto must_have(Result r, std::string_view what) {
  must(r.has_value(), std::string(what) + ": " + (r ? "" : r.error().message()));
  if constexpr (!std::is_void_v<typename Result::value_type>) return std::move(*r);
}
/// Likewise for a call of CUDA's.
inline void must_cuda(cudaError_t status, char const* what) {
  must(status == cudaSuccess, std::string(what) + ": " + cudaGetErrorString(status));
}

}  // namespace gyre::gpu_test
