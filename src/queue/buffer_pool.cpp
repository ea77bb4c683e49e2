#include <gyre/queue/buffer_pool.hpp>

namespace gyre {

buffer_pool::~buffer_pool() {
  for (std::size_t c = 0; c < classes; ++c) {
    while (free_[c] != nullptr) free(take(static_cast<std::uint8_t>(c)));
  }
}

buffer_pool::buffer buffer_pool::allocate(std::uint8_t size_class) noexcept {
  return {static_cast<std::byte*>(::operator new(bytes_of(size_class), std::nothrow)), size_class};
}

void buffer_pool::free(buffer old) noexcept { ::operator delete(old.data); }

}  // namespace gyre
