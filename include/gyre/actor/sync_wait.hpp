#pragma once

#include <condition_variable>
#include <mutex>
#include <type_traits>

#include <gyre/actor/task.hpp>
#include <gyre/actor/when_all.hpp>

namespace gyre {

namespace detail {

/// Set once by one thread, and waited for by another, which may destroy it as soon as it is back.
class done_flag {
 public:
  void set() noexcept {
    // Notified with the lock held, so that the waiter comes back when nothing touches it any more.
    std::scoped_lock const lock(mutex_);
    done_ = true;
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

}  // namespace detail

/// Runs a task from outside of any coroutine: begins it on this thread, blocks this thread until it
/// has ended, wherever that is, and gives its value; throws what it threw.
///
/// Any thread but those that the task goes on on: on a kernel's service thread, or an executor's
/// only thread, it would wait for itself. Asks of an `asker` are for `asker::run`.
///
/// *Memory ordering*: what the task did is visible when this returns.
template <class T>
T sync_wait(task<T> work) {
  detail::outcome<T> out;
  detail::done_flag done;
  detail::begin_task(work, out, [&done] { done.set(); });
  done.wait();
  if constexpr (std::is_void_v<T>) {
    (void)out.take();
  } else {
    return out.take();
  }
}

}  // namespace gyre
