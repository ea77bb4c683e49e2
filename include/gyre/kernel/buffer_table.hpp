#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/error.hpp>
#include <gyre/core/platform.hpp>

namespace gyre {

/// A device buffer's name, as it travels in messages: 24 bits of index, 8 of the runtime that owns
/// it, 32 of generation. 0 is no buffer. A handle outlives its buffer harmlessly: the generation
/// moves on when the buffer is freed.
struct buffer_handle {
  std::uint64_t word = 0;

  [[nodiscard]] GYRE_FN static constexpr buffer_handle of(std::uint32_t index, std::uint8_t owner,
                                                          std::uint32_t generation) noexcept {
    return {std::uint64_t{generation} << 32 | std::uint64_t{owner} << 24 | index};
  }
  [[nodiscard]] GYRE_FN constexpr std::uint32_t index() const noexcept {
    return static_cast<std::uint32_t>(word & 0xFFFFFF);
  }
  [[nodiscard]] GYRE_FN constexpr std::uint8_t owner() const noexcept {
    return static_cast<std::uint8_t>(word >> 24 & 0xFF);
  }
  [[nodiscard]] GYRE_FN constexpr std::uint32_t generation() const noexcept {
    return static_cast<std::uint32_t>(word >> 32);
  }
  friend constexpr bool operator==(buffer_handle, buffer_handle) noexcept = default;
};

/// One row of the table. `state` is `generation << 32 | pins`: the host moves the generation on to
/// free, whoever uses the memory holds a pin, and only the host, when no pin is left, takes the
/// memory back. An odd generation is a live buffer.
///
/// On a device there are no pins, for its read-modify-writes would not be the host's: there the
/// host waits until no handler runs that may have found the buffer (`control_words::grace`).
struct buffer_row {
  platform::atomic<std::uint64_t> state{0};
  platform::atomic<std::byte*> data{nullptr};  ///< Written by the host; the generation is even.
  platform::atomic<std::uint64_t> bytes{0};    ///< Likewise.
};

/// The table as a kernel sees it.
struct buffer_table {
  buffer_row* rows = nullptr;
  std::uint32_t size = 0;
  std::uint8_t owner = 0;
  bool pins = true;  ///< Whether who uses a buffer pins it.
};

/// A pinned look at a buffer's elements, or why there is none. While it lives the memory stays.
/// Move-only; not thread-safe.
template <class T>
class buffer_view {
 public:
  GYRE_FN explicit buffer_view(errc why) noexcept : why_(why) {}
  /// `row` is what the view's end unpins, or null.
  GYRE_FN buffer_view(buffer_row* row, T* data, std::uint64_t size) noexcept
      : row_(row), data_(data), size_(size) {}
  GYRE_FN buffer_view(buffer_view&& other) noexcept
      : row_(other.row_), data_(other.data_), size_(other.size_), why_(other.why_) {
    other.row_ = nullptr;
    other.data_ = nullptr;
  }
  buffer_view& operator=(buffer_view&&) = delete;
  GYRE_FN ~buffer_view() {
    if (row_ != nullptr) row_->state.fetch_sub(1, platform::memory_order_release);
  }

  /// Whether there is a buffer; otherwise `why` says `stale_handle`, `foreign_handle`, or
  /// `not_found` for the handle 0.
  [[nodiscard]] GYRE_FN explicit operator bool() const noexcept { return data_ != nullptr; }
  [[nodiscard]] GYRE_FN errc why() const noexcept { return why_; }
  [[nodiscard]] GYRE_FN T* data() const noexcept { return data_; }
  /// In elements.
  [[nodiscard]] GYRE_FN std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] GYRE_FN T& operator[](std::uint64_t i) const noexcept { return data_[i]; }

 private:
  buffer_row* row_ = nullptr;
  T* data_ = nullptr;
  std::uint64_t size_ = 0;
  errc why_ = errc::not_found;
};

/// Pins the buffer that `handle` names, where buffers are pinned. Any thread or lane.
///
/// *Memory ordering*: the row's state is acquired, which the host released when it made the buffer,
/// so its address, size and contents are seen; on a device also what the host copied into it later,
/// before it sent the message.
template <class T>
[[nodiscard]] GYRE_FN buffer_view<T> pin_buffer(buffer_table const& table,
                                                buffer_handle handle) noexcept {
  if (handle.word == 0) return buffer_view<T>(errc::not_found);
  if (handle.owner() != table.owner || handle.index() >= table.size) {
    return buffer_view<T>(errc::foreign_handle);
  }
  buffer_row& row = table.rows[handle.index()];
  std::uint64_t state = row.state.load(platform::memory_order_acquire);
  do {
    bool const live = (handle.generation() & 1U) != 0;
    if (!live || state >> 32 != handle.generation()) return buffer_view<T>(errc::stale_handle);
  } while (table.pins &&
           !row.state.compare_exchange_weak(state, state + 1, platform::memory_order_acquire,
                                            platform::memory_order_relaxed));
  return buffer_view<T>(table.pins ? &row : nullptr,
                        reinterpret_cast<T*>(row.data.load(platform::memory_order_relaxed)),
                        row.bytes.load(platform::memory_order_relaxed) / sizeof(T));
}

}  // namespace gyre
