#pragma once

#include <atomic>

#include <gyre/core/event.hpp>

namespace gyre {

/// A lock for sections of some tens of nanoseconds: taking it is one atomic exchange, giving it
/// back a plain release store. A waiter spins, then pauses, then yields, so that a holder that was
/// descheduled gets the core. Not recursive, not fair. Works with `std::scoped_lock`.
///
/// *Memory ordering*: what was written before `unlock` is visible after the next `lock`.
class spin_lock {
 public:
  void lock() noexcept {
    if (try_lock()) return;
    backoff wait;
    do {
      while (locked_.load(std::memory_order_relaxed)) wait.step();
    } while (!try_lock());
  }

  [[nodiscard]] bool try_lock() noexcept {
    return !locked_.exchange(true, std::memory_order_acquire);
  }

  void unlock() noexcept { locked_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> locked_{false};
};

}  // namespace gyre
