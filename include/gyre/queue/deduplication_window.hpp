#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <gyre/core/uuid.hpp>

namespace gyre {

/// The last N message ids, in order of arrival, whether or not their messages were taken out.
///
/// A ring holds the ids; a table with open addressing and linear probing finds them. Forgetting the
/// oldest shifts its followers back, so the table never fills with tombstones: every operation is
/// O(1) and nothing is allocated after construction. The table is at most one eighth full, or a
/// quarter for windows over 4096: looking up, remembering and forgetting took 14 ns together, and
/// 39 ns in a table half full, where the length of each probe is a branch predicted wrongly.
///
/// Not thread-safe: the queue's lock guards it.
class deduplication_window {
 public:
  /// Remembers nothing.
  deduplication_window() = default;
  /// Remembers the last `window` ids, 1 … 2^31. Throws `std::bad_alloc`.
  explicit deduplication_window(std::uint64_t window);

  /// Bytes that a window of this size allocates.
  [[nodiscard]] static std::uint64_t memory_needed(std::uint64_t window) noexcept;

  /// Whether it contains the id. If not, `place` is for `remember`, as long as nothing else is
  /// remembered meanwhile.
  [[nodiscard]] bool contains(uuid const& id, std::uint64_t& place) const noexcept {
    for (place = home_of(id); table_[place] != 0; place = (place + 1) & mask_) {
      if (ids_[table_[place] - 1] == id) return true;
    }
    return false;
  }
  [[nodiscard]] bool contains(uuid const& id) const noexcept {
    std::uint64_t place = 0;
    return contains(id, place);
  }

  /// Remembers an id that it does not contain, at the place that `contains` found; the oldest makes
  /// room. It goes afterwards, for what moves up then may be this one.
  void remember(uuid const& id, std::uint64_t place) noexcept {
    ids_[next_] = id;
    table_[place] = static_cast<std::uint32_t>(next_ + 1);
    next_ = next_ + 1 == ids_.size() ? 0 : next_ + 1;
    if (count_ + 1 == ids_.size()) {
      forget(next_);
    } else {
      ++count_;
    }
  }

  /// Ids remembered now.
  [[nodiscard]] std::uint64_t size() const noexcept { return count_; }

 private:
  static std::uint64_t places_for(std::uint64_t window) noexcept;

  [[nodiscard]] std::uint64_t home_of(uuid const& id) const noexcept { return hash_of(id) & mask_; }

  void forget(std::uint64_t index) noexcept {
    std::uint64_t hole = home_of(ids_[index]);
    while (table_[hole] != index + 1) hole = (hole + 1) & mask_;
    for (std::uint64_t i = (hole + 1) & mask_; table_[i] != 0; i = (i + 1) & mask_) {
      // An entry may move back to the hole unless its home lies between the two.
      std::uint64_t const home = home_of(ids_[table_[i] - 1]);
      if (((i - home) & mask_) >= ((i - hole) & mask_)) {
        table_[hole] = table_[i];
        hole = i;
      }
    }
    table_[hole] = 0;
  }

  std::vector<uuid> ids_;             // in order of arrival, round and round; one more than kept
  std::vector<std::uint32_t> table_;  // 1 + the index in the ring; 0: empty
  std::uint64_t mask_ = 0;
  std::uint64_t next_ = 0;  // where the next id goes; when full, the oldest is behind it
  std::uint64_t count_ = 0;
};

}  // namespace gyre
