#pragma once

/// \file
/// The rings' `Memory` under the Relacy race detector: every atomic and every cell of payload is an
/// 8-byte handle, so slots keep their layout, to an object that Relacy watches.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/ring/ring.hpp>

#include "tamed_relacy.hpp"

namespace gyre::model {

[[nodiscard]] constexpr rl::memory_order order_of(std::memory_order order) noexcept {
  switch (order) {
    case std::memory_order_relaxed: return rl::mo_relaxed;
    case std::memory_order_consume: return rl::mo_consume;
    case std::memory_order_acquire: return rl::mo_acquire;
    case std::memory_order_release: return rl::mo_release;
    case std::memory_order_acq_rel: return rl::mo_acq_rel;
    case std::memory_order_seq_cst: break;
  }
  return rl::mo_seq_cst;
}

/// One shared word. A test that must fail drops the orders of some of its accesses.
struct watched_word {
  rl::atomic<std::uint64_t> value;
  bool relaxed_loads = false;
  bool relaxed_stores = false;
};

using watched_cell = rl::var<std::uint64_t>;

/// Where handles get what they stand for. One execution is explored at a time, so one is enough.
struct supply {
  watched_word* words = nullptr;
  std::size_t words_left = 0;
  watched_cell* cells = nullptr;
  std::size_t cells_left = 0;
  quad* quads = nullptr;
  std::size_t quads_left = 0;
  std::uint64_t next_quad = 0;
};
inline supply current;

/// The watched objects of one execution. A member of the suite, because Relacy wants them made and
/// destroyed within the execution; `Quads` counts stores of 16 bytes, each of which needs a place.
template <std::size_t Words, std::size_t Cells, std::size_t Quads = 1>
class world {
 public:
  world() { current = {words_, Words, cells_, Cells, quads_, Quads, 0}; }
  world(world const&) = delete;
  world& operator=(world const&) = delete;

 private:
  watched_word words_[Words];
  watched_cell cells_[Cells == 0 ? 1 : Cells];
  quad quads_[Quads];
};

/// A handle with the part of `std::atomic`'s face that rings use.
template <class T>
class atomic {
 public:
  explicit atomic(T initial) noexcept {
    RL_ASSERT(current.words_left > 0);
    --current.words_left;
    word_ = current.words++;
    word_->value.store(initial, rl::mo_relaxed, RL_INFO);
  }

  [[nodiscard]] T load(std::memory_order order) const noexcept {
    return word_->value.load(word_->relaxed_loads ? rl::mo_relaxed : order_of(order), RL_INFO);
  }
  void store(T value, std::memory_order order) noexcept {
    word_->value.store(value, word_->relaxed_stores ? rl::mo_relaxed : order_of(order), RL_INFO);
  }
  [[nodiscard]] bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                                           std::memory_order failure) noexcept {
    return word_->value.compare_exchange_weak(expected, desired, rmw(success), RL_INFO,
                                              order_of(failure), RL_INFO);
  }
  T fetch_add(T value, std::memory_order order) noexcept {
    return word_->value.fetch_add(value, rmw(order), RL_INFO);
  }
  T exchange(T value, std::memory_order order) noexcept {
    return word_->value.exchange(value, rmw(order), RL_INFO);
  }

  /// The newest value, for a test's own questions: not an access of the model.
  [[nodiscard]] T newest() const noexcept { return word_->value.debug_value(); }
  [[nodiscard]] watched_word& word() const noexcept { return *word_; }

 private:
  [[nodiscard]] rl::memory_order rmw(std::memory_order order) const noexcept {
    return word_->relaxed_stores ? rl::mo_relaxed : order_of(order);
  }

  watched_word* word_ = nullptr;
};

/// Sixteen bytes that are loaded and stored whole: the word holds the number of the stored value.
template <>
class alignas(16) atomic<quad> {
 public:
  explicit atomic(quad initial) noexcept : ticket_(keep(initial)) {}

  [[nodiscard]] quad load(std::memory_order order) const noexcept {
    return current.quads[ticket_.load(order)];
  }
  void store(quad value, std::memory_order order) noexcept { ticket_.store(keep(value), order); }

 private:
  static std::uint64_t keep(quad value) noexcept {
    RL_ASSERT(current.next_quad < current.quads_left);
    current.quads[current.next_quad] = value;
    return current.next_quad++;
  }

  atomic<std::uint64_t> ticket_;
};

/// Eight bytes of payload, plain: two accesses of which one writes, and neither is ordered before
/// the other, are a race that Relacy reports.
class cell {
 public:
  cell() noexcept {
    RL_ASSERT(current.cells_left > 0);
    --current.cells_left;
    cell_ = current.cells++;
    (*cell_)(RL_INFO).store(0);
  }
  [[nodiscard]] std::uint64_t load() const noexcept { return (*cell_)(RL_INFO).load(); }
  void store(std::uint64_t value) const noexcept { (*cell_)(RL_INFO).store(value); }

 private:
  watched_cell* cell_ = nullptr;
};

static_assert(sizeof(atomic<std::uint64_t>) == 8 && sizeof(cell) == 8 && sizeof(atomic<quad>) == 16,
              "handles take the place of the words, so slots keep their layout");

struct relacy_memory {
  template <class T>
  using atomic = model::atomic<T>;
  using cell = model::cell;

  static void write(cell* to, std::byte const* from, std::size_t bytes) noexcept {
    for (std::size_t at = 0; at < bytes; at += 8, ++to) {
      std::uint64_t value = 0;
      std::memcpy(&value, from + at, bytes - at < 8 ? bytes - at : 8);
      to->store(value);
    }
  }
  static void read(std::byte* to, cell const* from, std::size_t bytes) noexcept {
    for (std::size_t at = 0; at < bytes; at += 8, ++from) {
      std::uint64_t const value = from->load();
      std::memcpy(to + at, &value, bytes - at < 8 ? bytes - at : 8);
    }
  }
};

}  // namespace gyre::model
