#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

#include <gyre/core/options.hpp>

namespace gyre {

/// Buffers for messages of unequal size: a free list for each power of two from 64 bytes to the
/// greatest payload. So memory follows the messages' real size, and in the steady state nothing is
/// allocated. Not thread-safe: the queue's lock guards it, but for `allocate` and `free`, which
/// touch no member and run without it.
class buffer_pool {
 public:
  /// A buffer and its size class. The owner gives it back.
  struct buffer {
    std::byte* data = nullptr;
    std::uint8_t size_class = 0;
  };

  static constexpr std::size_t least = 64;
  static constexpr std::size_t classes =
      static_cast<std::size_t>(std::countr_zero(limits::greatest_payload / least)) + 1;
  static_assert((least << (classes - 1)) == limits::greatest_payload,
                "the last class holds the greatest payload");

  buffer_pool() = default;
  buffer_pool(buffer_pool const&) = delete;
  buffer_pool& operator=(buffer_pool const&) = delete;
  ~buffer_pool();

  /// The class whose buffers hold `bytes`, at most the greatest payload.
  [[nodiscard]] static constexpr std::uint8_t class_of(std::size_t bytes) noexcept {
    return bytes <= least ? std::uint8_t{0}
                          : static_cast<std::uint8_t>(std::bit_width((bytes - 1) / least));
  }
  [[nodiscard]] static constexpr std::size_t bytes_of(std::uint8_t size_class) noexcept {
    return least << size_class;
  }

  /// A new buffer; `data` is null if there is no memory.
  [[nodiscard]] static buffer allocate(std::uint8_t size_class) noexcept;
  static void free(buffer old) noexcept;

  /// A free buffer of the class; `data` is null if there is none.
  [[nodiscard]] buffer take(std::uint8_t size_class) noexcept {
    link* const first = free_[size_class];
    if (first == nullptr) return {};
    free_[size_class] = first->next;
    return {reinterpret_cast<std::byte*>(first), size_class};
  }

  /// Gives a buffer back.
  void give(buffer used) noexcept {
    free_[used.size_class] = ::new (static_cast<void*>(used.data)) link{free_[used.size_class]};
  }

  /// Counts an allocated buffer as the pool's; it is to be given back later.
  void own(buffer fresh) noexcept { bytes_ += bytes_of(fresh.size_class); }

  /// Bytes of all buffers, in use and free.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  struct link {
    link* next;
  };

  std::array<link*, classes> free_{};
  std::uint64_t bytes_ = 0;
};

}  // namespace gyre
