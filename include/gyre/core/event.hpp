#pragma once

#include <atomic>
#include <cstdint>

#include <gyre/core/deadline.hpp>
#include <gyre/core/platform.hpp>

namespace gyre {

namespace detail {
/// Whether the system runs `membarrier` for this process.
[[nodiscard]] bool has_membarrier() noexcept;
/// A full fence in every running thread of this process, paid by the side that goes to sleep. If
/// the system refuses `membarrier` from now on (a seccomp filter that was set later), it switches
/// `light_fences` off for good and waits 10 ms: until then a thread that still read it as on has
/// brought its stores to memory.
void heavy_fence() noexcept;
/// Whether the waking side may leave out its fence, because `heavy_fence` has it run. Goes from on
/// to off once at most.
inline std::atomic<bool> light_fences{has_membarrier()};

/// The waking side's half of Dekker's pattern: between its store and its load.
inline void light_fence() noexcept {
  // What the waker stored stands before the look at the switch: else the switch could go off, and
  // the sleeper sleep, between that look and the store.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (!light_fences.load(std::memory_order_relaxed)) [[unlikely]]
    platform::full_fence();
  std::atomic_signal_fence(std::memory_order_seq_cst);
}
}  // namespace detail

/// Where one thread parks until another has done something. At most one thread parks at a time;
/// any number may notify.
///
/// The rule for both sides: the waker first makes the thing visible (publishes a slot, sets a
/// flag), then calls `notify`; the sleeper hands `park` a test for that thing. A wake-up is never
/// lost: `park` announces itself, then tests once more.
///
/// *Memory ordering*: `notify` after a store, and the test in `park`, form Dekker's pattern. The
/// fence between them is asymmetric: the sleeper pays for `membarrier` (about 0.4 µs and more), the
/// waker for a load of a line that is almost always shared. Without membarrier, or once the system
/// refuses it, both sides fence.
/// `notify` itself publishes nothing: the thing tested must carry its own acquire and release.
class event {
 public:
  event() noexcept = default;
  event(event const&) = delete;
  event& operator=(event const&) = delete;

  /// Wakes the parked thread, if there is one. A few instructions if there is none.
  void notify() noexcept {
    detail::light_fence();
    if (parked_.load(std::memory_order_relaxed) != 0) wake();
  }

  /// Sleeps until `ready()` is true and somebody notified, or the deadline passes. Returns
  /// `ready()`'s last answer. Spurious wake-ups are handled here.
  template <class Ready>
  bool park(deadline until, Ready&& ready) noexcept {
    for (;;) {
      parked_.store(1, std::memory_order_seq_cst);
      detail::heavy_fence();
      if (ready()) {
        parked_.store(0, std::memory_order_relaxed);
        return true;
      }
      // Not left to the system alone: it refuses times before its clock's zero, and a sleeper that
      // is woken again and again for other things would never get as far as asking it.
      bool const in_time = !until.expired() && sleep(until);
      parked_.store(0, std::memory_order_relaxed);
      if (ready()) return true;
      if (!in_time) return false;
    }
  }

 private:
  void wake() noexcept;
  /// Sleeps while `parked_` is 1. False if the deadline passed.
  bool sleep(deadline until) noexcept;

  // Written by the sleeper (1, 0) and by the waker that wakes it (0); read by every waker.
  alignas(cache_line) std::atomic<std::uint32_t> parked_{0};
};

/// The steps of a wait before it parks: spin, then pause, then yield. Each `step` is one of them;
/// `exhausted` says that it is time to park. Not thread-safe; one for each wait.
class backoff {
 public:
  /// Polls without and with a pause, then polls with a yield between.
  struct limits {
    std::uint32_t spins = 64;
    std::uint32_t pauses = 256;
    std::uint32_t yields = 64;
  };

  backoff() noexcept = default;
  explicit backoff(limits steps) noexcept : steps_(steps) {}

  void step() noexcept {
    if (count_ < steps_.spins) {
      ++count_;
    } else {
      step_slowly();
    }
  }
  [[nodiscard]] bool exhausted() const noexcept {
    return count_ >= steps_.spins + steps_.pauses + steps_.yields;
  }
  /// Whether the waiter is past pure spinning: the time to look at a clock.
  [[nodiscard]] bool slow() const noexcept { return count_ > steps_.spins; }

 private:
  void step_slowly() noexcept;

  limits steps_{};
  std::uint32_t count_ = 0;
};

}  // namespace gyre
