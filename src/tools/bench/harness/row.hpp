#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../benchmark.hpp"

namespace gyre::tool {

/// The middle of some repetitions, and how far they lie apart.
struct middle {
  double median = 0;
  double least = 0;
  double greatest = 0;
};
/// All zero of nothing. Of an even number the upper of the two in the middle.
[[nodiscard]] middle middle_of(std::vector<double> values);

/// One repetition: the row's own figure (a p50 or a rate), that of its floor beside it, and the one
/// over the other. 0: there is none.
struct pair_of_figures {
  double own = 0;
  double floor = 0;
  double ratio = 0;
};

/// What was found out about one benchmark.
struct row {
  std::string name;
  std::string unit;    ///< `ns` for a latency, else of a rate.
  std::string engine;  ///< "cpu", "cuda", or "none" for what runs no kernel.
  std::string floor_name;
  curve_point point;

  std::uint64_t n = 0;  ///< Operations in all repetitions together.
  /// Ranks over all repetitions together, in nanoseconds; 0: not timed one by one.
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  double greatest = 0;
  double rate = 0;  ///< A second, or in the row's unit: the median of the repetitions.

  middle figure;  ///< Of the repetitions: p50 for a latency, else the rate.
  middle floor;   ///< The same of the floor; 0 if it has none.
  middle ratio;   ///< Latency: over the floor. Rate: as a part of the floor. 0: no floor.
  std::vector<pair_of_figures> repetitions;
  /// (q, nanoseconds), as far as there are values to tell the ranks apart; of row and floor.
  std::vector<std::pair<double, double>> quantiles;
  std::vector<std::pair<double, double>> floor_quantiles;

  double mode_before = 0;  ///< Core-to-core time, nanoseconds; 0: not measured.
  double mode_after = 0;
  bool mode_changed = false;    ///< At any repetition: the row's figures are of two machines.
  std::uint64_t preempted = 0;  ///< How often the system took a core away meanwhile.
  /// The part of all cores' time that went to others than this process meanwhile: 0 to 1.
  double others = 0;

  std::string error;         ///< Not empty: what failed.
  std::string not_measured;  ///< Not empty: why this machine does not measure it.

  [[nodiscard]] bool is_latency() const noexcept { return unit == "ns"; }
  /// Others took so much that the figures are not the machine's own: over 2 %.
  [[nodiscard]] bool disturbed() const noexcept { return others > 0.02; }
  [[nodiscard]] bool has_figures() const noexcept { return error.empty() && not_measured.empty(); }
};

/// "ping_pong", "ring_pair", …; "none".
[[nodiscard]] std::string name_of(floor_kind kind);

}  // namespace gyre::tool
