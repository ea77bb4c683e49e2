#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include <gyre/gyre.hpp>

#include "actors.hpp"
#include "gpu_test.hpp"

namespace gyre::gpu_test {

/// What an ask on an idle machine takes at most; the first also waits for a context to be made.
inline constexpr std::chrono::nanoseconds ask_patience = std::chrono::seconds(10);

/// In a child: asks one of the adders, who must answer `wanted`.
inline void ask_adder(kernel<adder>& k, std::int64_t wanted) {
  auto const got = must_have(k.ask(0, add{1}, ask_patience), "an ask");
  must(got.n == wanted, "the answer is " + std::to_string(got.n));
}

/// In a child: a ring kernel that stays on the device while the child does something else.
class resident {
 public:
  resident() : rt_(must_have(runtime::create(options()), "the runtime")) {
    k_ = must_have(rt_.launch<adder>("resident", {.actors = 64}), "the launch");
    must_have(k_->activate(), "to activate it");
    ask_adder(*k_, ++asked_);
  }

  /// It still answers.
  void still_there() { ask_adder(*k_, ++asked_); }
  void terminate() { must_have(k_->terminate(std::chrono::seconds(10)), "to terminate it"); }

 private:
  static runtime_options options() {
    runtime_options o;
    o.engine = engine_kind::cuda;
    return o;
  }
  runtime rt_;
  std::optional<kernel<adder>> k_;
  std::int64_t asked_ = 0;
};

/// Runs a child that must end well within `patience`, and shows what it wrote.
inline void expect_well(std::string const& name, std::chrono::seconds patience) {
  auto const end = run_child(name, patience);
  std::fwrite(end.out.data(), 1, end.out.size(), stdout);
  std::fflush(stdout);
  EXPECT_FALSE(end.hung) << name << " hung; the last line above is what it was about to do";
  EXPECT_TRUE(end.hung || end.status == 0)
      << name << " ended with status " << end.status << "; the last line above says what was wrong";
}

}  // namespace gyre::gpu_test
