#pragma once

#include <cstddef>

namespace gyre {

/// This program's allocations of at least so many bytes fail while one of these lives, on every
/// thread (failing_memory.cpp). One at a time.
class failing_memory {
 public:
  explicit failing_memory(std::size_t from_bytes) noexcept;
  ~failing_memory();
  failing_memory(failing_memory const&) = delete;
  failing_memory& operator=(failing_memory const&) = delete;

  /// How many have failed.
  [[nodiscard]] static int failed() noexcept;
};

}  // namespace gyre
