#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <gyre/core/deadline.hpp>
#include <gyre/core/event.hpp>

namespace gyre {

/// A thread that sleeps on a queue. It belongs to the wait list and is used again, so that a waker
/// may touch it at any time while the queue lives.
struct queue_waiter {
  event wake;
  /// Set by the waker under the queue's lock; cleared by the sleeper under it.
  std::atomic<bool> called{false};
  // Guarded by the queue's lock.
  bool listed = false;
  queue_waiter* next = nullptr;
  queue_waiter* previous = nullptr;
};

/// The threads that sleep until a queue has what they want, first come, first woken.
///
/// Each is called at most once for each thing that there is to have: `due(n)` compares what there
/// is with those called and not yet back. A sleeper that comes back, whether called or not, gives
/// its call back with `leave`, and whoever changes a number asks `due` again: so a call that finds
/// its sleeper gone goes to the next, and none is lost.
///
/// Every member but `allocate` is guarded by the queue's lock. *Memory ordering*: `called` is
/// stored with release by the waker and read with acquire by the sleeper; the sleeper then takes
/// the queue's lock, which is what makes the queue's state visible.
class wait_list {
 public:
  wait_list() = default;
  wait_list(wait_list const&) = delete;
  wait_list& operator=(wait_list const&) = delete;
  ~wait_list() {
    while (free_ != nullptr) delete std::exchange(free_, free_->next);
  }

  /// A new waiter, or null if there is no memory. Needs no lock.
  [[nodiscard]] static queue_waiter* allocate() noexcept;

  /// A waiter that is not in use, or null.
  [[nodiscard]] queue_waiter* reuse() noexcept {
    return free_ == nullptr ? nullptr : std::exchange(free_, free_->next);
  }
  /// Keeps a waiter for later use.
  void keep(queue_waiter& w) noexcept {
    w.next = free_;
    free_ = &w;
  }

  /// Lists a waiter: behind the others or, if it was called in vain, before them.
  void enter(queue_waiter& w, bool first) noexcept;
  /// Takes a waiter off the list, or gives its call back.
  void leave(queue_waiter& w) noexcept;

  /// Whether a sleeper should be called, where there are `things` to have.
  [[nodiscard]] bool due(std::uint64_t things) const noexcept {
    return head_ != nullptr && things > called_;
  }
  /// Calls the first sleeper, of which there is one. Once the lock is free, notify its `wake`.
  [[nodiscard]] queue_waiter& call() noexcept;

  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }

 private:
  void unlink(queue_waiter& w) noexcept;

  queue_waiter* head_ = nullptr;
  queue_waiter* tail_ = nullptr;
  queue_waiter* free_ = nullptr;
  std::uint64_t called_ = 0;  // called and not back yet
};

}  // namespace gyre
