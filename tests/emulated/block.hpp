#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include <gyre/core/platform.hpp>
#include <gyre/engine/engine.hpp>

#include "fiber.hpp"

namespace gyre::emulated {

/// Where fibers meet: the last to arrive lets all go on.
class meeting {
 public:
  /// Waits for `count` fibers; returns how many meetings there were before.
  std::uint32_t meet(std::uint32_t count) {
    std::uint32_t const generation = generation_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == count) {
      arrived_.store(0, std::memory_order_relaxed);
      generation_.store(generation + 1, std::memory_order_release);
    } else {
      while (generation_.load(std::memory_order_acquire) == generation) fiber::yield();
    }
    return generation;
  }
  [[nodiscard]] std::uint32_t generation() const {
    return generation_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint32_t> arrived_{0};
  std::atomic<std::uint32_t> generation_{0};
};

/// What the lanes of a warp share.
template <std::uint32_t Lanes>
struct warp_state {
  meeting here;
  std::uint64_t values[2][Lanes] = {};
};

/// What the warps of a block share beside the kernel's own memory.
struct block_state {
  meeting workers;
  kernel_listener* listener = nullptr;  ///< Who hears of exceptions; may be null.
  /// Set by whoever has something to do.
  std::atomic<bool> busy{false};
};

/// One lane of an emulated warp: what `run_block` asks of an engine. Handlers may throw here, as on
/// the cpu engine.
template <std::uint32_t Lanes>
class warp {
 public:
  static constexpr std::uint32_t lanes = Lanes;

  warp(block_state& block, warp_state<Lanes>& shared, std::uint32_t lane)
      : block_(block), shared_(shared), lane_(lane) {}

  [[nodiscard]] std::uint32_t lane() const { return lane_; }

  std::uint32_t ballot(bool vote) {
    std::uint64_t const* const all = exchange(vote ? 1 : 0);
    std::uint32_t bits = 0;
    for (std::uint32_t i = 0; i < Lanes; ++i) bits |= static_cast<std::uint32_t>(all[i]) << i;
    return bits;
  }
  template <class T>
  T shuffle(T value, std::uint32_t from) {
    static_assert(std::is_integral_v<T> && sizeof(T) <= 8);
    return static_cast<T>(exchange(static_cast<std::uint64_t>(value))[from % Lanes]);
  }
  std::uint32_t match(std::uint64_t value) {
    std::uint64_t const* const all = exchange(value);
    std::uint32_t bits = 0;
    for (std::uint32_t i = 0; i < Lanes; ++i) bits |= (all[i] == value ? 1U : 0U) << i;
    return bits;
  }
  void sync() { shared_.here.meet(Lanes); }
  void sync_workers(std::uint32_t workers) { block_.workers.meet(workers * Lanes); }

  void nap(std::uint32_t idle) {
    meetings_since_nap_ = 0;
    if (idle < 4) block_.busy.store(true, std::memory_order_relaxed);
    fiber::yield();
  }
  void nap_for(std::uint32_t) { fiber::yield(); }
  [[nodiscard]] std::uint64_t now() const { return platform::clock_ns(); }

  template <class F>
  bool guard(F&& handler, envelope const& head) {
    block_.busy.store(true, std::memory_order_relaxed);
    try {
      handler();
      return true;
    } catch (std::exception const& e) {
      tell(head, e.what());
    } catch (...) {
      tell(head, "an exception that is not a std::exception");
    }
    return false;
  }

 private:
  void tell(envelope const& head, char const* what) {
    if (block_.listener != nullptr) block_.listener->threw(head, what);
  }

  std::uint64_t const* exchange(std::uint64_t value) {
    std::uint64_t* const values = shared_.values[shared_.here.generation() % 2];
    values[lane_] = value;
    shared_.here.meet(Lanes);
    // Who finds nothing to do naps before long.
    if (++meetings_since_nap_ > 64) block_.busy.store(true, std::memory_order_relaxed);
    return values;
  }

  block_state& block_;
  warp_state<Lanes>& shared_;
  std::uint32_t lane_;
  std::uint32_t meetings_since_nap_ = 0;
};

/// Steps the lanes of a block's warps, in an order that the seed decides, until all have ended.
/// Runs on one thread.
class stepper {
 public:
  explicit stepper(std::uint32_t seed) : random_(seed) {}
  void add(std::function<void()> body) {
    fibers_.push_back(std::make_unique<fiber>(std::move(body)));
  }
  /// `busy`: set by whoever has something to do; after many rounds in which nobody had, each round
  /// is followed by a rest. `abandoned`: returns at once, whatever the lanes were about.
  void run(std::atomic<bool>& busy, std::atomic<bool> const& abandoned);
  /// Each lane once. False: all have ended.
  bool round();

 private:
  std::mt19937 random_;
  std::uint32_t rounds_ = 0;
  std::vector<std::unique_ptr<fiber>> fibers_;
};

}  // namespace gyre::emulated
