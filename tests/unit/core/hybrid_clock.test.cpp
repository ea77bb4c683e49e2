#include <algorithm>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/core/hybrid_clock.hpp>

namespace gyre {
namespace {

// Contract, fault 15: clocks that give two threads the same timestamp, or run backwards.
TEST(hybrid_clock, two_threads_never_get_the_same_stamp) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 20'000;
  hybrid_clock clock;
  std::vector<std::vector<hybrid_time>> stamps(threads);
  std::vector<std::thread> running;
  for (auto& mine : stamps) {
    running.emplace_back([&] {
      mine.reserve(each);
      for (std::size_t i = 0; i < each; ++i) mine.push_back(clock.tick());
    });
  }
  for (auto& thread : running) thread.join();

  std::vector<hybrid_time> all;
  for (auto const& mine : stamps) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end())) << "a thread saw the clock run backwards";
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end()) << "two stamps are the same";
  EXPECT_EQ(all.size(), threads * each);
}

TEST(hybrid_clock, stamp_is_not_behind_the_wall) {
  hybrid_clock clock;
  std::uint64_t const before = wall_micros();
  hybrid_time const stamp = clock.tick();
  EXPECT_GE(stamp.micros(), before);
  EXPECT_LE(stamp.micros(), wall_micros() + 1);
}

TEST(hybrid_clock, does_not_run_backwards_when_the_wall_does) {
  hybrid_clock clock;
  // A peer an hour ahead is, to what follows, a wall that steps back an hour.
  hybrid_time const ahead = hybrid_time::from_micros(wall_micros() + 3'600'000'000ULL);
  hybrid_time last = clock.observe(ahead);
  EXPECT_GT(last, ahead);
  for (int i = 0; i < 1000; ++i) {
    hybrid_time const next = clock.tick();
    ASSERT_GT(next, last);
    last = next;
  }
  EXPECT_LT(last.micros() - ahead.micros(), 2U) << "it waits for the wall to catch up";
}

TEST(hybrid_clock, observing_the_past_does_not_set_it_back) {
  hybrid_clock clock;
  hybrid_time const now = clock.tick();
  hybrid_time const after = clock.observe(hybrid_time::from_micros(1));
  EXPECT_GT(after, now);
  EXPECT_GT(clock.tick(), after);
}

TEST(hybrid_clock, full_counter_carries_and_does_not_repeat_stamps) {
  hybrid_clock clock;
  hybrid_time const later = hybrid_time::from_micros(wall_micros() + 3'600'000'000ULL);
  hybrid_time const full{later.word - 1};
  hybrid_time const next = clock.observe(full);
  EXPECT_EQ(next, later) << "what a microsecond cannot count is borrowed from the next";
  EXPECT_EQ(next.counter(), 0U);
  EXPECT_GT(next, full);
}

// 48 bits of microseconds, the split of the paper that this clock is from, end after nine years:
// stamps of today were cut off, ran backwards when they wrapped, and made every message look old.
TEST(hybrid_time, micros_since_the_epoch_are_not_cut_off) {
  std::uint64_t const now = wall_micros();
  EXPECT_EQ(hybrid_time::from_micros(now).micros(), now);
  std::uint64_t const year_2100 = 4'102'444'800'000'000ULL;
  EXPECT_EQ(hybrid_time::from_micros(year_2100).micros(), year_2100);
  EXPECT_EQ(hybrid_time::from_micros(year_2100).counter(), 0U);
  EXPECT_GT(hybrid_time::from_micros(year_2100), hybrid_time::from_micros(now));
}

TEST(hybrid_time, orders_by_micros_and_then_by_counter) {
  hybrid_time const first = hybrid_time::from_micros(5);
  hybrid_time const second{first.word + 1};
  EXPECT_EQ(second.micros(), 5U);
  EXPECT_EQ(second.counter(), 1U);
  EXPECT_LT(first, second);
  EXPECT_LT(second, hybrid_time::from_micros(6));
}

TEST(local_clock, stamps_grow_without_reading_the_wall) {
  local_clock clock;
  hybrid_time last = clock.tick();
  for (int i = 0; i < 70'000; ++i) {
    hybrid_time const next = clock.tick();
    ASSERT_GT(next, last);
    last = next;
  }
  EXPECT_GE(last.micros(), 1U) << "a full counter carries";
}

TEST(local_clock, observed_stamp_is_overtaken) {
  local_clock clock;
  hybrid_time const seen = hybrid_time::from_micros(1000);
  clock.observe(seen);
  EXPECT_GT(clock.tick(), seen);
  clock.observe(hybrid_time::from_micros(1));
  EXPECT_GT(clock.tick(), seen) << "the past does not set it back";
}

TEST(local_clock, refresh_does_not_run_backwards) {
  local_clock clock;
  clock.refresh(1000);
  hybrid_time const first = clock.tick();
  EXPECT_EQ(first.micros(), 1000U);
  clock.refresh(999);
  EXPECT_GT(clock.tick(), first);
  clock.refresh(2000);
  EXPECT_EQ(clock.tick().micros(), 2000U);
}

}  // namespace
}  // namespace gyre
