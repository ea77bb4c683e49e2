#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <gyre/core/uuid.hpp>

namespace gyre {

/// The last N message ids, in order of arrival, whether or not their messages were taken out.
///
/// A ring holds the ids; a table of twice as many places or more, with open addressing and linear
/// probing, finds them. Forgetting the oldest shifts its followers back, so the table never fills
/// with tombstones: every operation is O(1) and nothing is allocated after construction.
/// Not thread-safe: the queue's lock guards it.
class deduplication_window {
 public:
  /// Remembers nothing.
  deduplication_window() = default;
  /// Remembers the last `window` ids, 1 … 2^31. Throws `std::bad_alloc`.
  explicit deduplication_window(std::uint64_t window);

  /// Bytes that a window of this size allocates.
  [[nodiscard]] static std::uint64_t memory_needed(std::uint64_t window) noexcept;

  [[nodiscard]] bool contains(uuid const& id) const noexcept {
    auto const tag = tag_of(id);
    for (std::uint64_t i = tag & mask_; table_[i].place != 0; i = (i + 1) & mask_) {
      if (table_[i].tag == tag && ids_[table_[i].place - 1] == id) return true;
    }
    return false;
  }

  /// Remembers an id that it does not contain; the oldest makes room.
  void remember(uuid const& id) noexcept {
    if (count_ == ids_.size()) {
      forget(next_);
    } else {
      ++count_;
    }
    ids_[next_] = id;
    auto const tag = tag_of(id);
    std::uint64_t i = tag & mask_;
    while (table_[i].place != 0) i = (i + 1) & mask_;
    table_[i] = {tag, static_cast<std::uint32_t>(next_ + 1)};
    next_ = next_ + 1 == ids_.size() ? 0 : next_ + 1;
  }

  /// Ids remembered now.
  [[nodiscard]] std::uint64_t size() const noexcept { return count_; }

 private:
  /// A place in the table. The tag saves a look at the ring, and tells where the entry belongs.
  struct entry {
    std::uint32_t tag = 0;
    std::uint32_t place = 0;  ///< 1 + the index in the ring; 0: empty.
  };

  static std::uint32_t tag_of(uuid const& id) noexcept {
    return static_cast<std::uint32_t>(hash_of(id));
  }
  static std::uint64_t places_for(std::uint64_t window) noexcept;

  void forget(std::uint64_t index) noexcept {
    std::uint64_t hole = tag_of(ids_[index]) & mask_;
    while (table_[hole].place != index + 1) hole = (hole + 1) & mask_;
    for (std::uint64_t i = (hole + 1) & mask_; table_[i].place != 0; i = (i + 1) & mask_) {
      // An entry may move back to the hole unless its home lies between the two.
      std::uint64_t const home = table_[i].tag & mask_;
      if (((i - home) & mask_) >= ((i - hole) & mask_)) {
        table_[hole] = table_[i];
        hole = i;
      }
    }
    table_[hole] = {};
  }

  std::vector<uuid> ids_;
  std::vector<entry> table_;
  std::uint64_t mask_ = 0;
  std::uint64_t next_ = 0;  // where the next id goes; when full, the oldest
  std::uint64_t count_ = 0;
};

}  // namespace gyre
