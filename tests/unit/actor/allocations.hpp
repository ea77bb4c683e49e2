#pragma once

#include <cstdint>

namespace gyre {

/// How often the calling thread has allocated: this program counts it (allocations.cpp).
[[nodiscard]] std::uint64_t allocations() noexcept;
/// How often all threads of this process have.
[[nodiscard]] std::uint64_t allocations_of_all() noexcept;

}  // namespace gyre
