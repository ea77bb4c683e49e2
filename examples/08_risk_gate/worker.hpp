#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>

#include <gyre/actor/executor.hpp>

namespace gate {

/// A thread of the example's own, on which coroutines go on. Outlives those that wait for it.
class worker {
 public:
  /// What `co_await request.on(…)` is given.
  class executor {
   public:
    explicit executor(worker& of) noexcept : of_(&of) {}
    void execute(gyre::resumption f) const { of_->add(f); }

   private:
    worker* of_;
  };

  [[nodiscard]] executor get_executor() noexcept { return executor(*this); }

 private:
  void add(gyre::resumption f) {
    {
      std::scoped_lock const lock(mutex_);
      waiting_.push_back(f);
    }
    changed_.notify_one();
  }
  void run(std::stop_token const& stop) {
    std::deque<gyre::resumption> ready;
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
      ready.swap(waiting_);
      lock.unlock();
      for (gyre::resumption const f : ready) f();
      ready.clear();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<gyre::resumption> waiting_;
  // The last member: it is the first that ends.
  std::jthread thread_{[this](std::stop_token const& stop) { run(stop); }};
};

}  // namespace gate
