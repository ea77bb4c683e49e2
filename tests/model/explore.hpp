#pragma once

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "relacy_memory.hpp"

namespace gyre::model {

/// Which executions of a suite are looked at.
struct search {
  rl::scheduler_type_e kind = rl::sched_random;
  rl::iteration_t executions = 1000;  ///< random: how many
  unsigned switches = 0;              ///< bounded: forced switches in one execution; all are tried
};

/// As many executions as that, with random switches and random stale values. Repeatable: the
/// generator is seeded with the execution's number.
[[nodiscard]] inline search random_runs(rl::iteration_t executions) {
  return {rl::sched_random, executions, 0};
}
/// Every execution with up to so many forced switches.
[[nodiscard]] inline search every_run(unsigned switches) { return {rl::sched_bound, 0, switches}; }

struct outcome {
  rl::test_result_e result = rl::test_result_success;
  rl::iteration_t executions = 0;
  std::string text;  ///< Relacy's report, with the history of the execution that failed.
};

template <class Suite>
[[nodiscard]] outcome explore(search how) {
  // Relacy's own stream type: it writes from within an execution, where allocation is watched.
  rl::ostringstream report;
  rl::test_params parameters;
  parameters.output_stream = &report;
  parameters.progress_stream = &report;
  parameters.search_type = how.kind;
  parameters.iteration_count = how.executions;
  parameters.context_bound = how.switches;
  parameters.execution_depth_limit = 5000;
  rl::simulate<Suite>(parameters);
  return {parameters.test_result, parameters.stop_iteration, report.str().c_str()};
}

/// Nothing is wrong in any execution.
template <class Suite>
void expect_sound(search how) {
  outcome const seen = explore<Suite>(how);
  EXPECT_EQ(seen.result, rl::test_result_success) << seen.text;
  ::testing::Test::RecordProperty("executions", std::to_string(seen.executions));
}

/// The model is worth its name: it sees what is wrong with a suite that was broken on purpose.
template <class Suite>
void expect_found(rl::test_result_e flaw, search how) {
  outcome const seen = explore<Suite>(how);
  EXPECT_EQ(seen.result, flaw) << seen.executions << " executions\n" << seen.text;
}

/// Lets the other threads go on, as a waiter must under a fair scheduler.
inline void yield() { rl::yield(1, RL_INFO); }

}  // namespace gyre::model
