#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/core/event.hpp>

namespace gyre {
namespace {

using namespace std::chrono_literals;

/// No wait here is without a bound.
constexpr auto patience = std::chrono::seconds(20);

// Two threads hand a counter to and fro, each parked until it is its turn. One lost wake-up, and
// the round does not end.
TEST(event, wake_up_is_not_lost_in_20000_rounds) {
  constexpr std::uint32_t rounds = 20'000;
  event ping;
  event pong;
  std::atomic<std::uint32_t> turn{0};  // even: the main thread's, odd: the other's
  deadline const until(patience);

  std::uint32_t stuck_at = 0;
  std::thread other([&] {
    for (std::uint32_t round = 0; round < rounds; ++round) {
      std::uint32_t const mine = 2 * round + 1;
      if (!pong.park(until, [&] { return turn.load(std::memory_order_acquire) == mine; })) {
        stuck_at = mine;
        return;
      }
      turn.store(mine + 1, std::memory_order_release);
      ping.notify();
    }
  });
  std::uint32_t round = 0;
  for (; round < rounds; ++round) {
    turn.store(2 * round + 1, std::memory_order_release);
    pong.notify();
    std::uint32_t const next = 2 * round + 2;
    if (!ping.park(until, [&] { return turn.load(std::memory_order_acquire) == next; })) break;
  }
  other.join();
  EXPECT_EQ(round, rounds) << "no answer in this round";
  EXPECT_EQ(stuck_at, 0U) << "the other thread was not woken for this turn";
}

TEST(event, many_notifiers_wake_one_sleeper_for_each_thing) {
  constexpr std::uint32_t notifiers = 3;
  constexpr std::uint32_t each = 2'000;
  event woken;
  std::atomic<std::uint32_t> made{0};
  deadline const until(patience);
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < notifiers; ++i) {
    threads.emplace_back([&] {
      for (std::uint32_t n = 0; n < each; ++n) {
        made.fetch_add(1, std::memory_order_release);
        woken.notify();
        if (n % 64 == 0) std::this_thread::yield();
      }
    });
  }
  std::uint32_t taken = 0;
  while (taken < notifiers * each) {
    if (!woken.park(until, [&] { return made.load(std::memory_order_acquire) > taken; })) break;
    taken = made.load(std::memory_order_acquire);
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, notifiers * each) << "the sleeper was left parked";
}

TEST(event, notification_before_the_park_is_not_lost) {
  event woken;
  std::atomic<bool> done{true};
  woken.notify();
  EXPECT_TRUE(woken.park(deadline(patience), [&] { return done.load(); }));
}

TEST(event, park_does_not_outlast_its_deadline) {
  event woken;
  auto const before = std::chrono::steady_clock::now();
  EXPECT_FALSE(woken.park(deadline(20ms), [] { return false; }));
  auto const waited = std::chrono::steady_clock::now() - before;
  EXPECT_GE(waited, 20ms) << "it gave up too early";
  EXPECT_LT(waited, patience);
}

TEST(event, spurious_notifications_do_not_end_a_park_early) {
  event woken;
  std::atomic<bool> stop{false};
  std::thread noise([&] {
    while (!stop.load()) {
      woken.notify();
      std::this_thread::yield();
    }
  });
  auto const before = std::chrono::steady_clock::now();
  EXPECT_FALSE(woken.park(deadline(30ms), [] { return false; }));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 30ms);
  stop = true;
  noise.join();
}

TEST(event, deadline_that_has_passed_does_not_park) {
  event woken;
  EXPECT_FALSE(woken.park(deadline(0ns), [] { return false; }));
  EXPECT_FALSE(woken.park(deadline(-1h), [] { return false; }));
  EXPECT_TRUE(woken.park(deadline(0ns), [] { return true; })) << "what is there is there";
}

// A deadline before the clock's own zero is no time that the system accepts; parking on it spun for
// ever, because the refusal was taken for a spurious wake-up.
TEST(event, deadline_before_the_clocks_beginning_does_not_hang) {
  event woken;
  EXPECT_FALSE(woken.park(deadline(std::chrono::nanoseconds::min()), [] { return false; }));
}

// Contract, fault 7: "infinite" timeouts that expire at once.
TEST(event, waiting_for_ever_does_not_expire_at_once) {
  for (deadline const until : {deadline(), deadline(forever)}) {
    event woken;
    std::atomic<bool> done{false};
    std::atomic<bool> returned{false};
    std::thread sleeper([&] {
      EXPECT_TRUE(woken.park(until, [&] { return done.load(std::memory_order_acquire); }));
      returned = true;
    });
    std::this_thread::sleep_for(30ms);
    EXPECT_FALSE(returned) << "nobody notified yet";
    done.store(true, std::memory_order_release);
    woken.notify();
    sleeper.join();
  }
}

TEST(event, waiter_that_is_served_does_not_go_to_sleep_again) {
  event woken;
  std::uint32_t asked = 0;
  EXPECT_TRUE(woken.park(deadline(patience), [&] { return ++asked == 1; }));
  EXPECT_EQ(asked, 1U);
}

TEST(backoff, goes_from_spins_over_pauses_to_yields_and_then_parks) {
  backoff wait({2, 3, 4});
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(wait.slow()) << "step " << i;
    wait.step();
  }
  for (int i = 2; i < 9; ++i) {
    EXPECT_FALSE(wait.exhausted()) << "step " << i;
    wait.step();
    EXPECT_TRUE(wait.slow()) << "step " << i;
  }
  EXPECT_TRUE(wait.exhausted());
  for (int i = 0; i < 1000; ++i) wait.step();
  EXPECT_TRUE(wait.exhausted()) << "further steps yield, and do not begin again";
}

}  // namespace
}  // namespace gyre
