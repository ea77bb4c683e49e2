#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gyre/core/options.hpp>

namespace gyre::tool {

/// What became of one case.
struct case_row {
  engine_kind engine{};
  std::string name;
  std::uint64_t elements = 0;      ///< Elements that were compared.
  std::int64_t send_ns = 0;        ///< The send into the request queue.
  std::int64_t round_trip_ns = 0;  ///< From that send's call to the reply in hand.
  bool passed = false;
  std::string error;  ///< Why it did not pass.
};

/// A row for each case, in the order in which they ran.
struct report {
  std::vector<case_row> cases;

  [[nodiscard]] std::size_t passed() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(cases.begin(), cases.end(), [](case_row const& c) { return c.passed; }));
  }
  [[nodiscard]] std::size_t failed() const noexcept { return cases.size() - passed(); }
  /// Every case passed, and there was one.
  [[nodiscard]] bool all_passed() const noexcept { return !cases.empty() && failed() == 0; }
};

}  // namespace gyre::tool
