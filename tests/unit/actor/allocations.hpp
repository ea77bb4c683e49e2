#pragma once

#include <cstdint>

namespace gyre {

/// How often the calling thread has allocated: this program counts it (allocations.cpp).
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace gyre
