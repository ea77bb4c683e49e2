#include <algorithm>
#include <chrono>

#include "../../floor/floor.hpp"
#include "mode.hpp"

namespace gyre::tool {

double probe_mode() {
  effort how;
  how.samples = 24 * 128;
  how.time = std::chrono::milliseconds(50);  // the bound; usually the samples are all there first
  ping_pong const found = measure_ping_pong(how);
  return found.measured ? found.quiet_ns : 0;
}

std::string_view name_of_mode(double ns) noexcept {
  if (ns <= 0) return "unknown";
  return ns < 250 ? "fast" : "slow";
}

bool mode_changed(double before, double after) noexcept {
  if (before <= 0 || after <= 0) return false;
  return std::max(before, after) > 1.5 * std::min(before, after);
}

}  // namespace gyre::tool
