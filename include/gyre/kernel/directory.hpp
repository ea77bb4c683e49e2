#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/platform.hpp>
#include <gyre/kernel/keys.hpp>

namespace gyre {

/// Where a keyed actor is: one row for each that lives, in the order of the states.
struct directory_row {
  full_key key{};
  std::uint32_t used = 0;  ///< When it last had a message: `directory::tick`.
  std::uint32_t next = 0;  ///< Of a free row: the next one + 1. Of a taken one: see `directory`.
};

static_assert(sizeof(directory_row) == 24);

/// A home's own counts.
struct directory_words {
  std::uint32_t live = 0;   ///< Rows taken.
  std::uint32_t fresh = 0;  ///< Rows ever taken: those beyond have never been.
  std::uint32_t free = 0;   ///< The first free row of these, + 1.
  std::uint32_t hand = 0;   ///< Where the next sweep begins.
};

/// The table of one home (a shard on a CPU, a worker of a block), as the kernel sees it. Zeroed
/// memory is an empty one.
struct directory_view {
  std::uint32_t* buckets = nullptr;
  directory_row* rows = nullptr;
  directory_words* words = nullptr;
  std::uint32_t capacity = 0;      ///< Rows.
  std::uint32_t log2_buckets = 0;  ///< More buckets than rows.
  std::uint64_t first = 0;         ///< Of its states among the shard's.

  /// Buckets for so many rows: at most four fifths of them are ever taken.
  [[nodiscard]] static constexpr std::uint32_t log2_buckets_for(std::uint64_t rows) noexcept {
    std::uint32_t log2 = 3;
    while ((std::uint64_t{1} << log2) * 4 < rows * 5) ++log2;
    return log2;
  }
};

/// Bytes of a table for so many actors, its parts on lines of their own.
[[nodiscard]] constexpr std::uint64_t directory_bytes(std::uint64_t rows) noexcept {
  auto const lines = [](std::uint64_t bytes) {
    return (bytes + cache_line - 1) / cache_line * cache_line;
  };
  return lines(rows * sizeof(directory_row)) +
         lines((std::uint64_t{1} << directory_view::log2_buckets_for(rows)) * 4) +
         lines(sizeof(directory_words));
}

/// Lays a table out in `directory_bytes` of zeroed memory. `first`: of its states among the
/// shard's.
[[nodiscard]] inline directory_view lay_out_directory(std::byte* at, std::uint64_t rows,
                                                      std::uint64_t first) noexcept {
  auto const lines = [](std::uint64_t bytes) {
    return (bytes + cache_line - 1) / cache_line * cache_line;
  };
  directory_view out;
  out.capacity = static_cast<std::uint32_t>(rows);
  out.log2_buckets = directory_view::log2_buckets_for(rows);
  out.first = first;
  out.rows = reinterpret_cast<directory_row*>(at);
  at += lines(rows * sizeof(directory_row));
  out.buckets = reinterpret_cast<std::uint32_t*>(at);
  at += lines((std::uint64_t{1} << out.log2_buckets) * 4);
  out.words = reinterpret_cast<directory_words*>(at);
  return out;
}

/// Finds keyed actors: open addressing with linear probing over 32-bit entries, each a row's number
/// and, in the bits that are left, a part of its key's hash, so that most probes end without a look
/// at a row. Erasing shifts the entries behind it back (Knuth, volume 3, 6.4, algorithm R): there
/// are no tombstones, and a table that has seen a billion keys is as good as a new one.
///
/// Its home's alone, one thread at a time.
class directory {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;
  // A taken row's `next`.
  static constexpr std::uint32_t taken = UINT32_MAX;
  static constexpr std::uint32_t held = UINT32_MAX - 1;  ///< Taken, and not to be put to rest now.

  GYRE_FN explicit directory(directory_view const& view) noexcept : v_(view) {
    while ((std::uint64_t{1} << row_bits_) <= v_.capacity) ++row_bits_;
  }

  /// The row of a key, or `none`. Any number of threads, while nobody changes the table.
  [[nodiscard]] GYRE_FN std::uint32_t find(full_key key) const noexcept {
    std::uint64_t const hash = hash_of_key(key);
    std::uint32_t const tag = tag_of(hash);
    for (std::uint32_t at = bucket_of(hash);; at = (at + 1) & mask()) {
      std::uint32_t const entry = v_.buckets[at];
      if (entry == 0) return none;
      if ((entry >> row_bits_) != tag) continue;
      std::uint32_t const row = row_of(entry);
      if (v_.rows[row].key == key) return row;
    }
  }

  /// This key is looked for soon: has the bucket brought near in which its search begins.
  GYRE_FN void expect(full_key key) const noexcept {
    platform::prefetch_write(&v_.buckets[bucket_of(hash_of_key(key))]);
  }
  /// And sooner: has the row brought near that is probably its own. Which, or `none`.
  GYRE_FN std::uint32_t expect_row(full_key key) const noexcept {
    std::uint32_t const entry = v_.buckets[bucket_of(hash_of_key(key))];
    if (entry == 0) return none;
    std::uint32_t const row = row_of(entry);
    platform::prefetch_write(&v_.rows[row]);
    return row;
  }

  /// A row for a key that has none, or `none`: all are taken.
  [[nodiscard]] GYRE_FN std::uint32_t insert(full_key key, std::uint32_t tick) noexcept {
    directory_words& w = *v_.words;
    std::uint32_t row = none;
    if (w.free != 0) {
      row = w.free - 1;
      w.free = v_.rows[row].next;
    } else if (w.fresh < v_.capacity) {
      row = w.fresh++;
    } else {
      return none;
    }
    ++w.live;
    v_.rows[row] = {key, tick, taken};
    std::uint64_t const hash = hash_of_key(key);
    std::uint32_t at = bucket_of(hash);
    while (v_.buckets[at] != 0) at = (at + 1) & mask();
    v_.buckets[at] = entry_of(hash, row);
    return row;
  }

  /// Frees a taken row.
  GYRE_FN void erase(std::uint32_t row) noexcept {
    std::uint64_t const hash = hash_of_key(v_.rows[row].key);
    std::uint32_t hole = bucket_of(hash);
    while (v_.buckets[hole] == 0 || row_of(v_.buckets[hole]) != row) hole = (hole + 1) & mask();
    for (std::uint32_t at = (hole + 1) & mask(); v_.buckets[at] != 0; at = (at + 1) & mask()) {
      std::uint32_t const wanted = bucket_of(hash_of_key(v_.rows[row_of(v_.buckets[at])].key));
      // It may move back if its own place is not between the hole and here.
      if (((at - wanted) & mask()) < ((at - hole) & mask())) continue;
      v_.buckets[hole] = v_.buckets[at];
      hole = at;
    }
    v_.buckets[hole] = 0;
    directory_words& w = *v_.words;
    v_.rows[row].next = w.free;
    w.free = row + 1;
    --w.live;
  }

  [[nodiscard]] GYRE_FN directory_row& row(std::uint32_t i) const noexcept { return v_.rows[i]; }
  [[nodiscard]] GYRE_FN std::uint32_t live() const noexcept { return v_.words->live; }
  /// Rows beyond have never been taken.
  [[nodiscard]] GYRE_FN std::uint32_t rows_ever() const noexcept { return v_.words->fresh; }
  [[nodiscard]] GYRE_FN std::uint64_t first() const noexcept { return v_.first; }

  /// The next row that is taken and not held, going round; `none` if there is none within `looks`.
  [[nodiscard]] GYRE_FN std::uint32_t next_taken(std::uint32_t looks) noexcept {
    directory_words& w = *v_.words;
    for (; looks > 0 && w.fresh != 0; --looks) {
      std::uint32_t const at = w.hand < w.fresh ? w.hand : 0;
      w.hand = at + 1;
      if (v_.rows[at].next == taken) return at;
    }
    return none;
  }

  /// Of 8 rows from where the hand is, the one that has been idle for longest; `none` if all rows
  /// are held. So the oldest go first, about, and nobody keeps a list.
  [[nodiscard]] GYRE_FN std::uint32_t oldest_of_some(std::uint32_t tick) noexcept {
    std::uint32_t best = none;
    for (std::uint32_t i = 0; i < 8; ++i) {
      std::uint32_t const at = next_taken(best == none ? v_.words->fresh : 8);
      if (at == none) break;
      if (best == none || tick - row(at).used > tick - row(best).used) best = at;
    }
    return best;
  }

  /// A clock of nanoseconds in the unit of `directory_row::used`, about a millisecond.
  [[nodiscard]] GYRE_FN static constexpr std::uint32_t tick(std::uint64_t ns) noexcept {
    return static_cast<std::uint32_t>(ns >> 20);
  }

 private:
  [[nodiscard]] GYRE_FN static std::uint64_t hash_of_key(full_key key) noexcept {
    return mixed_bits(key.word + mixed_bits(key.rest ^ 0x9E3779B97F4A7C15ULL));
  }
  [[nodiscard]] GYRE_FN std::uint32_t mask() const noexcept {
    return (std::uint32_t{1} << v_.log2_buckets) - 1;
  }
  [[nodiscard]] GYRE_FN std::uint32_t bucket_of(std::uint64_t hash) const noexcept {
    return static_cast<std::uint32_t>(hash) & mask();
  }
  [[nodiscard]] GYRE_FN std::uint32_t tag_of(std::uint64_t hash) const noexcept {
    return static_cast<std::uint32_t>(hash >> 32) >> row_bits_;
  }
  [[nodiscard]] GYRE_FN std::uint32_t entry_of(std::uint64_t hash,
                                               std::uint32_t row) const noexcept {
    return tag_of(hash) << row_bits_ | (row + 1);
  }
  [[nodiscard]] GYRE_FN std::uint32_t row_of(std::uint32_t entry) const noexcept {
    return (entry & ((std::uint32_t{1} << row_bits_) - 1)) - 1;
  }

  directory_view v_;
  std::uint32_t row_bits_ = 1;
};

}  // namespace gyre
