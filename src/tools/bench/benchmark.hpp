#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../histogram.hpp"

namespace gyre::tool {

/// What one repetition of a benchmark found. Times in nanoseconds, rates a second, or in the unit
/// that the benchmark says.
struct repetition {
  std::uint64_t n = 0;
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  double rate = 0;
  std::string error;                            ///< Not empty: it did not work, and this is why.
  std::shared_ptr<distribution const> times{};  ///< All of them; null where none was timed alone.
};

/// What a benchmark is held against.
enum class floor_kind {
  none,          ///< It is a floor itself.
  ping_pong,     ///< Its p50 against a cache line's trip to the other core and back.
  ring_pair,     ///< Its rate against a bare pair of rings that carries as many bytes.
  by_hand,       ///< Its p50 against memcpy code written by hand.
  device_flag,   ///< Its p50 against a word's trip to a polling warp and back.
  device_hop,    ///< Its p50 against a word's way from one block to another.
  device_lines,  ///< Its rate against lines that a warp moves over the bus.
  device_copy,   ///< Its rate against copies within the device's memory.
  wake_up,       ///< Its p50 against the wake-up of a parked thread.
  gyre,          ///< What Gyre takes for the same work: of other libraries' rows.
  unwatched,     ///< Its rate against the same work with nobody looking on.
};

/// Where a row stands in a curve: one thing grows, all else stays.
struct curve_point {
  std::string curve{};   ///< Empty: the row is no point of a curve.
  std::string series{};  ///< What is compared within a curve; empty where there is only one.
  double x = 0;
};

/// A benchmark, ready to be run again and again. Interleaved with its floor, so that both see the
/// same machine.
struct benchmark {
  std::string name;
  std::string unit;  ///< `ns` for a latency, `1/s` or `GB/s` for a rate.
  floor_kind floor = floor_kind::none;
  std::function<repetition()> run;
  std::function<repetition()> run_floor;  ///< Null for `floor_kind::none`.
  std::string not_measured{};  ///< Not empty: this machine does not have what it takes, and why.
  curve_point point{};
};

/// How much is measured.
struct bench_effort {
  std::chrono::nanoseconds time = std::chrono::milliseconds(100);  ///< Of one repetition.
  int repetitions = 7;
};

/// Where the two sides run: the first two cores of this process, or -1 where there is one.
struct bench_cores {
  int client = -1;
  int kernel = -1;
};
[[nodiscard]] bench_cores cores_for_bench();

/// Collects times, as many as it was made for. Allocates at its construction alone.
class samples {
 public:
  explicit samples(std::size_t capacity)
      : found_(std::make_shared<distribution>()), capacity_(capacity) {}
  [[nodiscard]] bool full() const noexcept { return found_->counts.count() >= capacity_; }
  void add(std::uint64_t ns) noexcept { found_->counts.add(ns); }
  /// Ranks of what was collected, in units of `scale` nanoseconds, each less `overhead_ns`, at
  /// least 0. Empties the collection.
  [[nodiscard]] repetition summary(double overhead_ns, double scale = 1);

 private:
  std::shared_ptr<distribution> found_;
  std::size_t capacity_;
};

/// Calls `operation` again and again and times each call with one clock reading between two of
/// them; what the reading costs is taken off. False from `operation` ends it with an error.
[[nodiscard]] repetition time_each(bench_effort const& effort,
                                   std::function<bool()> const& operation);

// Each makes the benchmarks of one subject. What they need lives as long as they do.
[[nodiscard]] std::vector<benchmark> floor_benchmarks(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> ask_benchmarks(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> actor_benchmarks(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> many_actor_benchmarks(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> queue_benchmarks(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> wire_benchmarks(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> telemetry_benchmarks(bench_effort const& effort);
[[nodiscard]] std::vector<benchmark> cuda_benchmarks(bench_effort const& effort);
/// One row for each point: a few of them, or all if `full`.
[[nodiscard]] std::vector<benchmark> curve_benchmarks(bench_effort const& effort, bool full);

// The floors.
[[nodiscard]] repetition run_ping_pong(bench_effort const& effort);
/// A parked thread that is woken, until it runs.
[[nodiscard]] repetition run_wake_up(bench_effort const& effort);
/// Requests and replies of these sizes through two single-producer rings, `window` in flight.
[[nodiscard]] repetition run_ring_pair(bench_effort const& effort, std::size_t request_bytes,
                                       std::size_t reply_bytes, std::size_t window);

}  // namespace gyre::tool
