#include <gyre/queue/wait_list.hpp>

#include <new>

namespace gyre {

queue_waiter* wait_list::allocate() noexcept { return new (std::nothrow) queue_waiter; }

void wait_list::enter(queue_waiter& w, bool first) noexcept {
  w.listed = true;
  w.previous = first ? nullptr : tail_;
  w.next = first ? head_ : nullptr;
  (w.previous != nullptr ? w.previous->next : head_) = &w;
  (w.next != nullptr ? w.next->previous : tail_) = &w;
}

void wait_list::leave(queue_waiter& w) noexcept {
  if (w.listed) {
    unlink(w);
  } else {
    --called_;
    w.called.store(false, std::memory_order_relaxed);
  }
}

queue_waiter& wait_list::call() noexcept {
  queue_waiter& w = *head_;
  unlink(w);
  ++called_;
  w.called.store(true, std::memory_order_release);
  return w;
}

void wait_list::unlink(queue_waiter& w) noexcept {
  (w.previous != nullptr ? w.previous->next : head_) = w.next;
  (w.next != nullptr ? w.next->previous : tail_) = w.previous;
  w.listed = false;
}

}  // namespace gyre
