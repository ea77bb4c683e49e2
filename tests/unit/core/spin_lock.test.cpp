#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/core/spin_lock.hpp>

namespace gyre {
namespace {

TEST(spin_lock, holders_never_overlap) {
  constexpr std::uint64_t threads = 4;
  constexpr std::uint64_t each = 20'000;
  spin_lock lock;
  std::uint64_t plain = 0;  // unsynchronised but for the lock: a thread sanitizer watches it
  std::vector<std::thread> running;
  for (std::uint64_t i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      for (std::uint64_t n = 0; n < each; ++n) {
        std::scoped_lock const held(lock);
        ++plain;
      }
    });
  }
  for (auto& thread : running) thread.join();
  EXPECT_EQ(plain, threads * each);
}

TEST(spin_lock, held_lock_is_not_taken_again) {
  spin_lock lock;
  ASSERT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock());
  std::thread other([&] { EXPECT_FALSE(lock.try_lock()); });
  other.join();
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

// A waiter gives the core away: a holder that lost it would otherwise wait for its own waiter.
TEST(spin_lock, waiter_lets_a_descheduled_holder_go_on) {
  spin_lock lock;
  std::atomic<bool> waiting{false};
  std::atomic<bool> got{false};
  lock.lock();
  std::vector<std::thread> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters.emplace_back([&] {
      waiting = true;
      std::scoped_lock const held(lock);
      got = true;
    });
  }
  while (!waiting) std::this_thread::yield();
  for (int i = 0; i < 100; ++i) std::this_thread::yield();
  EXPECT_FALSE(got);
  lock.unlock();
  for (auto& thread : waiters) thread.join();
  EXPECT_TRUE(got);
}

}  // namespace
}  // namespace gyre
