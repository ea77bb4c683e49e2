#pragma once

#include <string_view>

namespace gyre::tool {

/// The mood of the machine: how long a cache line takes there and back between the two cores of the
/// benchmarks, in nanoseconds; 0 where that cannot be measured. Takes about a millisecond.
///
/// The lower quartile of short bursts, so that another program's slice does not look like a mood.
[[nodiscard]] double probe_mode();

/// "fast" below 250 ns, else "slow"; "unknown" of 0. The border is this project's own: virtual
/// machines were seen to change between about 120 and about 520 ns within a minute.
[[nodiscard]] std::string_view name_of_mode(double ns) noexcept;

/// Whether two probes differ by more than a machine at rest does: by half.
[[nodiscard]] bool mode_changed(double before, double after) noexcept;

}  // namespace gyre::tool
