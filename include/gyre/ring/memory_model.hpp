#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/core/platform.hpp>

namespace gyre {

/// What a ring is made of, as a template parameter: the atomics, and the plain 8-byte cells that
/// carry payload. This is the real one; a model checker brings another, which watches each access.
struct native_memory {
  template <class T>
  using atomic = platform::atomic<T>;

  /// Eight bytes of payload.
  using cell = std::uint64_t;

  /// Copies `bytes` bytes into cells.
  GYRE_FN static void write(cell* to, std::byte const* from, std::size_t bytes) noexcept {
    std::memcpy(to, from, bytes);
  }
  /// Copies `bytes` bytes out of cells.
  GYRE_FN static void read(std::byte* to, cell const* from, std::size_t bytes) noexcept {
    std::memcpy(to, from, bytes);
  }
};

/// The same for rings in a device's own memory: nothing of them crosses a bus while they are used.
struct device_memory : native_memory {
  template <class T>
  using atomic = platform::device_atomic<T>;
};

}  // namespace gyre
