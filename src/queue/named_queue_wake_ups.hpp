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

inline void named_queue::choose_wake_ups(wake_ups& out) noexcept {
  std::uint64_t const depth = depth_.load(std::memory_order_relaxed);
  if (receivers_.due(depth)) [[unlikely]]
    out.receiver = &receivers_.call();
  if (senders_.due(capacity_ - depth)) [[unlikely]]
    out.sender = &senders_.call();
}

}  // namespace gyre
