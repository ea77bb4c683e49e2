#include <gyre/queue/queue_link.hpp>

namespace gyre {

queue_link::~queue_link() = default;

bool queue_link::take(message_info const&, std::span<std::byte const>) noexcept { return false; }

bool queue_link::takes() const noexcept { return true; }

bool queue_link::bring(arrival&, std::span<std::byte>) noexcept { return false; }

bool queue_link::brings() const noexcept { return false; }

bool queue_link::stirs() const noexcept { return true; }

bool queue_link::pump() noexcept { return false; }

void queue_link::arm() noexcept {}

}  // namespace gyre
