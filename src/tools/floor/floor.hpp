#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "../histogram.hpp"
#include "machine.hpp"

/// What the hardware and the system need by themselves: the floor under every latency that the tool
/// reports, to be measured in the same run.
namespace gyre::tool {

/// Samples in nanoseconds, by rank.
struct spread {
  std::size_t samples = 0;
  double least = 0;
  double p50 = 0;
  double p99 = 0;
  double greatest = 0;
};

/// Sorts `samples`. All zero for none.
[[nodiscard]] spread spread_of(std::vector<double>& samples);

/// How long a measurement lasts, and how many samples it takes at most.
struct effort {
  std::chrono::nanoseconds time = std::chrono::milliseconds(200);
  std::size_t samples = 100'000;
};

/// A flag that goes from one core to another and back.
struct ping_pong {
  bool measured = false;  ///< False with a single core, or where threads cannot be pinned.
  int first = -1;         ///< The cores.
  int second = -1;
  /// One trip to the other core and back, one store and one polling load each way. Includes one
  /// reading of the clock, as every latency does that is timed one by one.
  spread round_trip;
  histogram trips;  ///< All of those, in nanoseconds.
  /// The same without the clock: the median over bursts of 128 round trips.
  double untimed_ns = 0;
  /// The lower quartile of the same bursts: what the machine does when nobody else is about.
  double quiet_ns = 0;
};

/// Between the first two cores that this process may use, both threads pinned. Nothing else should
/// run there meanwhile.
[[nodiscard]] ping_pong measure_ping_pong(effort const& how = {});

/// What one reading of `steady_clock` costs: the least of several means, in nanoseconds.
[[nodiscard]] double clock_cost_ns();

/// How long a parked thread takes to run again.
struct wake_up {
  int sleeper = -1;  ///< The cores; the same if there is only one, -1 if not pinned.
  int waker = -1;
  bool membarrier = false;  ///< Whether `event::notify` does without a fence of its own.
  spread to_running;        ///< From the call of `event::notify` to the woken thread's next step.
  spread notify;            ///< What the waker pays for that call.
};

/// A thread parks on a `gyre::event`, another wakes it, again and again.
[[nodiscard]] wake_up measure_wake_up(effort const& how = {std::chrono::milliseconds(300), 1000});

}  // namespace gyre::tool
