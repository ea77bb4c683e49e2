#pragma once

#include <string>
#include <vector>

#include "report.hpp"

namespace gyre::tool {

struct picture {
  std::string name;  ///< Of its file, without ".svg".
  std::string svg;
};

/// What a run shows: how all ratios lie to their floors, the distributions of latencies by subject,
/// and for each curve the throughput and the cost of a message. Only what was measured.
[[nodiscard]] std::vector<picture> pictures_of(report const& r);

/// One page with everything in it: where it ran, the pictures, the tables. Loads nothing.
[[nodiscard]] std::string html_of(report const& r);

}  // namespace gyre::tool
