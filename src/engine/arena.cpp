#include <algorithm>
#include <iterator>
#include <string>

#include "arena.hpp"

namespace gyre {

arena::arena(std::byte* data, std::uint64_t bytes, release_function release)
    : data_(data), bytes_(bytes / grain * grain), release_(release) {
  if (bytes_ != 0) free_.emplace(0, bytes_);
}

arena::~arena() { release_(data_); }

result<memory_block> arena::allocate(std::uint64_t bytes) {
  if (bytes > bytes_) {
    return fail(errc::no_memory,
                std::to_string(bytes) + " bytes wanted, of an arena of " + std::to_string(bytes_));
  }
  std::uint64_t const whole = std::max((bytes + grain - 1) / grain * grain, grain);
  std::scoped_lock const lock(mutex_);
  auto const found = std::find_if(free_.begin(), free_.end(),
                                  [&](auto const& piece) { return piece.second >= whole; });
  if (found == free_.end()) {
    std::uint64_t left = 0;
    for (auto const& [offset, size] : free_) left += size;
    return fail(errc::no_memory, std::to_string(bytes) + " bytes wanted in one piece, free: " +
                                     std::to_string(left) + " of " + std::to_string(bytes_));
  }
  auto const [offset, size] = *found;
  free_.erase(found);
  if (size != whole) free_.emplace(offset + whole, size - whole);
  return memory_block(
      data_ + offset, whole,
      [](void* owner, std::byte* data, std::uint64_t n) noexcept {
        auto& self = *static_cast<arena*>(owner);
        self.give_back(static_cast<std::uint64_t>(data - self.data_), n);
      },
      shared_from_this());
}

void arena::give_back(std::uint64_t offset, std::uint64_t bytes) noexcept {
  std::scoped_lock const lock(mutex_);
  auto next = free_.lower_bound(offset);
  if (next != free_.end() && offset + bytes == next->first) {
    bytes += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin()) {
    auto const before = std::prev(next);
    if (before->first + before->second == offset) {
      before->second += bytes;
      return;
    }
  }
  try {
    free_.emplace(offset, bytes);
  } catch (...) {  // no memory to note it: it stays taken
  }
}

std::uint64_t arena::free_bytes() const {
  std::scoped_lock const lock(mutex_);
  std::uint64_t left = 0;
  for (auto const& [offset, size] : free_) left += size;
  return left;
}

}  // namespace gyre
