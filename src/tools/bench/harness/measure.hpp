#pragma once

#include <functional>

#include "row.hpp"

namespace gyre::tool {

/// Runs a benchmark and its floor in turn (A B A B …), so that both see the machine in the same
/// moods, once to warm up and then so many times. The mode is probed before, and after every
/// repetition. `done(i)` is told of each that is over, the first included.
[[nodiscard]] row measure(benchmark const& b, int repetitions,
                          std::function<void(int)> const& done = {});

}  // namespace gyre::tool
