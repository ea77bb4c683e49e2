#include <gyre/queue/deduplication_window.hpp>

#include <bit>

#include "saturating.hpp"

namespace gyre {

deduplication_window::deduplication_window(std::uint64_t window)
    : ids_(window), table_(places_for(window)), mask_(table_.size() - 1) {}

std::uint64_t deduplication_window::places_for(std::uint64_t window) noexcept {
  // At most half full: a probe meets 1.5 places on average where the id is, 2.5 where it is not.
  constexpr std::uint64_t greatest = std::uint64_t{1} << 62;
  return window > greatest / 2 ? greatest : std::bit_ceil(2 * window);
}

std::uint64_t deduplication_window::memory_needed(std::uint64_t window) noexcept {
  return saturating::add(saturating::multiply(window, sizeof(uuid)),
                         saturating::multiply(places_for(window), sizeof(entry)));
}

}  // namespace gyre
