#include <atomic>
#include <mutex>

#include <pthread.h>

#include "process.hpp"

namespace gyre::detail {

/// All watches of the process. Nothing destroys it: kernels may outlive the static objects.
struct fork_list {
  std::atomic<std::uint32_t> epoch{0};
  std::mutex mutex;
  fork_watch* first = nullptr;  // guarded by mutex

  static fork_list& all() noexcept;
  // The list's lock is held across the fork, so that it is whole in the child.
  static void before_fork();
  static void in_parent();
  static void in_child();
};

namespace {
constinit fork_list list;
}  // namespace

fork_list& fork_list::all() noexcept {
  static int const registered = ::pthread_atfork(&before_fork, &in_parent, &in_child);
  (void)registered;
  return list;
}

void fork_list::before_fork() { list.mutex.lock(); }
void fork_list::in_parent() { list.mutex.unlock(); }
void fork_list::in_child() {
  list.epoch.fetch_add(1, std::memory_order_relaxed);
  for (fork_watch* w = list.first; w != nullptr; w = w->after_) w->forked_(w->of_);
  list.mutex.unlock();
}

std::uint32_t process_epoch() noexcept {
  return fork_list::all().epoch.load(std::memory_order_relaxed);
}

fork_watch::fork_watch(void (*forked)(void*) noexcept, void* of) noexcept
    : forked_(forked), of_(of) {
  fork_list::all();
  std::scoped_lock const lock(list.mutex);
  after_ = list.first;
  if (after_ != nullptr) after_->before_ = this;
  list.first = this;
}

fork_watch::~fork_watch() {
  std::scoped_lock const lock(list.mutex);
  (before_ == nullptr ? list.first : before_->after_) = after_;
  if (after_ != nullptr) after_->before_ = before_;
}

}  // namespace gyre::detail
