#include <gyre/core/hybrid_clock.hpp>

#include <chrono>

namespace gyre {

std::uint64_t wall_micros() noexcept {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace gyre
