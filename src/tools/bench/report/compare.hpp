#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "report.hpp"

namespace gyre::tool {

enum class verdict {
  same,       ///< The ratios' spreads overlap.
  better,     ///< They do not, and the later one is nearer to (or further over) its floor.
  worse,      ///< They do not, and it is further from it.
  no_spread,  ///< One of the files does not say how far its repetitions lie apart.
  /// The machine changed during one of the rows, or between them: what is not the transfer itself
  /// weighs less beside a slow floor, so that ratios of two modes are not compared.
  mode_changed,
  disturbed,    ///< Other programs took part of the machine during one of the rows.
  no_floor,     ///< A floor itself, or a row without one: it says something about the machine.
  only_before,  ///< The later run has no such row, or did not measure it.
  only_after,   ///< The earlier run has none.
};
[[nodiscard]] std::string to_string(verdict v);

/// One row in two runs.
struct comparison {
  std::string name;
  std::string unit;
  middle before;  ///< Its ratio to the floor of its own run; its figure where it has none.
  middle after;
  double change = 0;  ///< How many times as fast the later one is; 0: not both are there.
  verdict is = verdict::same;
};

/// Row by row: ratios to each run's own floor, so that modes of a machine cancel. In the order of
/// `before`, then what only `after` has.
[[nodiscard]] std::vector<comparison> compare(report const& before, report const& after);

[[nodiscard]] std::string text_of(report const& before, report const& after,
                                  std::vector<comparison> const& rows);
[[nodiscard]] nlohmann::ordered_json json_of(report const& before, report const& after,
                                             std::vector<comparison> const& rows);

}  // namespace gyre::tool
