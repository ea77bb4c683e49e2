#pragma once

#include <gyre/queue/named_queue.hpp>

namespace gyre {

/// The sleepers called under the lock, to be notified without it.
struct named_queue::wake_ups {
  queue_waiter* receiver = nullptr;
  queue_waiter* sender = nullptr;

  void notify() const noexcept {
    if (receiver != nullptr) [[unlikely]]
      receiver->wake.notify();
    if (sender != nullptr) [[unlikely]]
      sender->wake.notify();
  }
};

}  // namespace gyre
