#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <gyre/core/dead_letter.hpp>
#include <gyre/queue/queue_link.hpp>

namespace gyre::detail {

/// What was dropped under a queue's lock, to become dead letters once the lock is free. Its records
/// are not initialised, so an empty one costs nothing.
class dropped_messages {
 public:
  struct record {
    std::array<std::uint8_t, 16> id;
    std::uint64_t actor;
    std::uint64_t time;
    std::uint64_t bytes;
    drop_reason reason;
  };

  static constexpr std::size_t capacity = 32;

  dropped_messages() noexcept {}  // not defaulted: that would let `{}` clear the records

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool full() const noexcept { return size_ == capacity; }
  void clear() noexcept { size_ = 0; }

  /// Not when full.
  void add(message_info const& info, std::size_t bytes, drop_reason reason) noexcept {
    records_[size_++] = {info.id.bytes, info.actor, info.time.word, bytes, reason};
  }

  [[nodiscard]] record const* begin() const noexcept { return records_; }
  [[nodiscard]] record const* end() const noexcept { return records_ + size_; }

 private:
  std::size_t size_ = 0;
  record records_[capacity];
};

}  // namespace gyre::detail
