#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>

#include <gyre/core/error.hpp>
#include <gyre/kernel/buffer_table.hpp>

namespace gyre {

class engine;

/// A buffer's handle with its element type. A plain value; `handle.word` travels in messages.
template <class T>
struct device_buffer {
  buffer_handle handle{};
  std::uint64_t size = 0;  ///< In elements.
};

/// Memory where the kernels run, for vectors too large for a message: allocated, filled and read by
/// the host, named in messages by a handle. A handle whose buffer was freed is `stale_handle`, one
/// of another runtime `foreign_handle`; neither ever reaches memory.
///
/// Thread-safe. Copies pin the buffer while they last; the memory of a buffer that is freed
/// meanwhile is used again when they have ended, and every handler that may have found it. Who
/// reads what a handler wrote must know that it has: from its reply.
class device_buffers {
 public:
  /// A table for `capacity` buffers at once (1 … 2^24 - 1).
  [[nodiscard]] static result<std::unique_ptr<device_buffers>> create(std::shared_ptr<engine> where,
                                                                      std::uint32_t capacity);
  ~device_buffers();
  device_buffers(device_buffers const&) = delete;
  device_buffers& operator=(device_buffers const&) = delete;

  /// Zeroed memory for `size` elements. `invalid_argument` for no elements, `no_memory`, `full`
  /// with the number of buffers that there may be, `engine_failed`.
  template <class T>
    requires std::is_trivially_copyable_v<T>
  [[nodiscard]] result<device_buffer<T>> allocate(std::uint64_t size) {
    if (size > UINT64_MAX / sizeof(T)) return too_many(size, sizeof(T));
    auto made = allocate_bytes(size * sizeof(T));
    if (!made) return tl::unexpected<error>(std::move(made.error()));
    return device_buffer<T>{*made, size};
  }

  /// Allocates and fills.
  template <class T>
  [[nodiscard]] result<device_buffer<std::remove_const_t<T>>> upload(std::span<T> values) {
    auto made = allocate<std::remove_const_t<T>>(values.size());
    if (!made) return made;
    if (auto r = write<std::remove_const_t<T>>(*made, values); !r) {
      return tl::unexpected<error>(std::move(r.error()));
    }
    return made;
  }

  /// Copies `values` to the elements from `first` on. `out_of_range`, with the sizes.
  template <class T>
  result<void> write(device_buffer<T> to, std::span<T const> values, std::uint64_t first = 0) {
    return write_bytes(to.handle, offset_of(first, sizeof(T)), std::as_bytes(values));
  }
  /// Copies the elements from `first` on to `out`. `out_of_range`, with the sizes.
  template <class T>
  result<void> read(device_buffer<T> from, std::span<T> out, std::uint64_t first = 0) {
    return read_bytes(from.handle, offset_of(first, sizeof(T)), std::as_writable_bytes(out));
  }

  [[nodiscard]] result<buffer_handle> allocate_bytes(std::uint64_t bytes);
  result<void> write_bytes(buffer_handle to, std::uint64_t offset, std::span<std::byte const> from);
  result<void> read_bytes(buffer_handle from, std::uint64_t offset, std::span<std::byte> to);
  /// The buffer's size in bytes.
  [[nodiscard]] result<std::uint64_t> bytes(buffer_handle handle);
  /// Frees it: from now on its handle is stale.
  result<void> free(buffer_handle handle);
  template <class T>
  result<void> free(device_buffer<T> buffer) {
    return free(buffer.handle);
  }

  /// Buffers that live, and their bytes.
  [[nodiscard]] std::uint32_t count() const;
  [[nodiscard]] std::uint64_t memory_bytes() const;
  [[nodiscard]] std::uint32_t capacity() const noexcept;

  /// What kernels are given.
  [[nodiscard]] buffer_table table();

 private:
  device_buffers(std::shared_ptr<engine> where, std::uint32_t capacity);
  void reclaim();
  void forget_lost();
  void notice_loss();
  void retire(std::uint32_t index);
  /// Saturates: an offset that does not fit 64 bits is past every buffer's end.
  [[nodiscard]] static constexpr std::uint64_t offset_of(std::uint64_t first,
                                                         std::size_t each) noexcept {
    return first > UINT64_MAX / each ? UINT64_MAX : first * each;
  }
  [[nodiscard]] static tl::unexpected<error> too_many(std::uint64_t size, std::size_t each);
  [[nodiscard]] static tl::unexpected<error> refused(errc why, buffer_handle handle);

  struct held;
  std::unique_ptr<held> const held_;
};

}  // namespace gyre
