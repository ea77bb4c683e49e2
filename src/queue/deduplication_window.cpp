#include <gyre/queue/deduplication_window.hpp>

#include <bit>

#include "saturating.hpp"

namespace gyre {

deduplication_window::deduplication_window(std::uint64_t window)
    : ids_(window + 1), table_(places_for(window)), mask_(table_.size() - 1) {}

std::uint64_t deduplication_window::places_for(std::uint64_t window) noexcept {
  constexpr std::uint64_t greatest = std::uint64_t{1} << 62;
  if (window > greatest / 8) return greatest;
  return std::bit_ceil(window * (window <= 4096 ? 8 : 4));
}

std::uint64_t deduplication_window::memory_needed(std::uint64_t window) noexcept {
  return saturating::add(saturating::multiply(saturating::add(window, 1), sizeof(uuid)),
                         saturating::multiply(places_for(window), sizeof(std::uint32_t)));
}

}  // namespace gyre
