#include <atomic>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "queue_test.hpp"

namespace gyre {
namespace {

using namespace queue_test;

/// A full queue, of policy block.
struct full : fixture {
  explicit full(queue_options const& o = small()) : fixture(o) {
    for (std::uint64_t n = 1; n <= 16; ++n) EXPECT_TRUE(send(*queue, n));
  }
};

template <class F>
auto later(F&& f) {
  return std::async(std::launch::async, std::forward<F>(f));
}

template <class T>
[[nodiscard]] testing::AssertionResult in_time(std::future<T>& f, char const* what) {
  if (f.wait_for(patience) == std::future_status::ready) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "waited in vain for " << what;
}

using clock = std::chrono::steady_clock;

TEST(waiting, a_zero_timeout_does_not_wait) {
  fixture f(small());
  auto const before = clock::now();
  for (int i = 0; i < 100; ++i) {
    auto const r = receive(*f.queue, 0ns);
    ASSERT_FALSE(r);
    ASSERT_EQ(r.error().message(), "timed_out: queue 'orders' had no message before the deadline");
  }
  EXPECT_FALSE(receive(*f.queue, -5s));
  full g;
  for (int i = 0; i < 100; ++i) ASSERT_EQ(send(*g.queue, 17).error().code, errc::timed_out);
  EXPECT_LT(clock::now() - before, 5s);
}

TEST(waiting, a_deadline_is_kept) {
  full f;
  auto before = clock::now();
  EXPECT_EQ(send(*f.queue, 17, 128, 50ms).error().code, errc::timed_out);
  EXPECT_GE(clock::now() - before, 50ms);
  fixture g(small());
  before = clock::now();
  EXPECT_EQ(receive(*g.queue, 50ms).error().code, errc::timed_out);
  EXPECT_GE(clock::now() - before, 50ms);
  EXPECT_LT(clock::now() - before, patience);
  EXPECT_EQ(g.queue->stats().sleepers, 0U);
}

TEST(waiting, the_block_timeout_is_the_wait_of_a_send_that_names_none) {
  queue_options o = small();
  o.block_timeout = 40ms;
  full f(o);
  auto const before = clock::now();
  EXPECT_EQ(f.queue->send({}, {}).error().code, errc::timed_out);
  EXPECT_GE(clock::now() - before, 40ms);
  EXPECT_LT(clock::now() - before, patience);
}

// Contract, fault 7: "infinite" timeouts that expire at once.
TEST(waiting, forever_and_its_neighbours_do_not_expire) {
  for (std::chrono::nanoseconds timeout : {forever, forever - 1ns, forever / 2}) {
    fixture f(small());
    auto waiting = later([&] { return receive(*f.queue, timeout); });
    ASSERT_TRUE(somebody_sleeps(*f.queue));
    EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout);
    ASSERT_TRUE(send(*f.queue, 1));
    ASSERT_TRUE(in_time(waiting, "a receive without end"));
    EXPECT_EQ(waiting.get().value(), 1U);

    full g;
    auto blocked = later([&] { return send(*g.queue, 17, 128, timeout); });
    ASSERT_TRUE(somebody_sleeps(*g.queue));
    EXPECT_EQ(blocked.wait_for(20ms), std::future_status::timeout);
    ASSERT_TRUE(receive(*g.queue));
    ASSERT_TRUE(in_time(blocked, "a send without end"));
    EXPECT_TRUE(blocked.get());
  }
}

TEST(waiting, a_block_timeout_of_none_waits_without_end) {
  queue_options o = small();
  o.block_timeout = std::nullopt;
  full f(o);
  auto blocked = later([&] { return f.queue->send({}, {}); });
  ASSERT_TRUE(somebody_sleeps(*f.queue));
  ASSERT_TRUE(receive(*f.queue));
  ASSERT_TRUE(in_time(blocked, "a send without end"));
  EXPECT_TRUE(blocked.get());
}

TEST(waiting, a_blocked_send_is_woken_by_a_receive_and_keeps_its_place) {
  full f;
  auto blocked = later([&] { return send(*f.queue, 17, 128, patience); });
  ASSERT_TRUE(somebody_sleeps(*f.queue));
  EXPECT_EQ(receive(*f.queue).value(), 1U);
  ASSERT_TRUE(in_time(blocked, "a send woken by a receive"));
  EXPECT_TRUE(blocked.get());
  EXPECT_EQ(drain(*f.queue), numbers(2, 17));
}

TEST(waiting, all_blocked_senders_get_in_when_there_is_room_for_all) {
  full f;
  std::vector<std::future<result<void>>> blocked;
  for (std::uint64_t n = 17; n <= 22; ++n) {
    blocked.push_back(later([&f, n] { return send(*f.queue, n, 128, patience); }));
  }
  ASSERT_TRUE(somebody_sleeps(*f.queue, 6));
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(receive(*f.queue));
  for (auto& b : blocked) {
    ASSERT_TRUE(in_time(b, "one of six blocked senders"));
    EXPECT_TRUE(b.get());
  }
  EXPECT_EQ(f.queue->depth(), 16U);
}

TEST(waiting, each_of_many_receivers_is_woken_by_a_message_of_its_own) {
  fixture f(small());
  std::vector<std::future<result<std::uint64_t>>> waiting;
  for (int i = 0; i < 6; ++i) waiting.push_back(later([&] { return receive(*f.queue, patience); }));
  ASSERT_TRUE(somebody_sleeps(*f.queue, 6));
  for (std::uint64_t n = 1; n <= 6; ++n) ASSERT_TRUE(send(*f.queue, n));
  std::uint64_t sum = 0;
  for (auto& w : waiting) {
    ASSERT_TRUE(in_time(w, "one of six receivers"));
    sum += w.get().value();
  }
  EXPECT_EQ(sum, 21U);
}

TEST(waiting, a_stop_token_cancels_a_sleeping_receive_and_a_sleeping_send) {
  fixture f(small());
  std::stop_source stop;
  auto waiting = later([&] { return receive(*f.queue, forever, stop.get_token()); });
  ASSERT_TRUE(somebody_sleeps(*f.queue));
  stop.request_stop();
  ASSERT_TRUE(in_time(waiting, "a cancelled receive"));
  EXPECT_EQ(waiting.get().error().message(),
            "cancelled: queue 'orders': the wait for a message was cancelled");

  full g;
  std::stop_source stop_sending;
  auto blocked = later([&] { return g.queue->send({}, {}, forever, stop_sending.get_token()); });
  ASSERT_TRUE(somebody_sleeps(*g.queue));
  stop_sending.request_stop();
  ASSERT_TRUE(in_time(blocked, "a cancelled send"));
  EXPECT_EQ(blocked.get().error().message(),
            "cancelled: queue 'orders': the wait for room was cancelled: 16 of 16 messages");
  EXPECT_EQ(g.queue->stats().refused, 1U);
}

TEST(waiting, a_token_signalled_before_cancels_a_wait_but_not_what_needs_none) {
  fixture f(small());
  std::stop_source stop;
  stop.request_stop();
  ASSERT_TRUE(send(*f.queue, 1));
  EXPECT_TRUE(receive(*f.queue, forever, stop.get_token()));
  EXPECT_EQ(receive(*f.queue, forever, stop.get_token()).error().code, errc::cancelled);
}

// The wake-up of a sleeper that leaves without taking anything must go to the next.
TEST(waiting, a_wake_up_is_not_lost_with_a_sleeper_that_was_cancelled) {
  for (int round = 0; round < 200; ++round) {
    fixture f(small());
    std::stop_source stop;
    auto first = later([&] { return receive(*f.queue, patience, stop.get_token()); });
    ASSERT_TRUE(somebody_sleeps(*f.queue));
    auto second = later([&] { return receive(*f.queue, patience); });
    ASSERT_TRUE(somebody_sleeps(*f.queue, 2));
    auto stopping = later([&] { stop.request_stop(); });
    ASSERT_TRUE(send(*f.queue, 1));
    ASSERT_TRUE(in_time(first, "the first receiver"));
    auto const r = first.get();
    if (r) {
      ASSERT_TRUE(send(*f.queue, 2));
    }
    ASSERT_TRUE(in_time(second, "the second receiver"));
    EXPECT_TRUE(second.get());
    stopping.get();
  }
}

TEST(waiting, close_wakes_all_who_wait) {
  fixture f(small());
  full g;
  std::vector<std::future<errc>> ends;
  for (int i = 0; i < 3; ++i) {
    ends.push_back(later([&] { return receive(*f.queue, forever).error().code; }));
    ends.push_back(later([&] { return g.queue->send({}, {}, forever).error().code; }));
  }
  ASSERT_TRUE(somebody_sleeps(*f.queue, 3));
  ASSERT_TRUE(somebody_sleeps(*g.queue, 3));
  EXPECT_EQ(f.queue->close(), 0U);
  EXPECT_EQ(g.queue->close(), 16U);
  for (auto& end : ends) {
    ASSERT_TRUE(in_time(end, "a waiter on a closed queue"));
    EXPECT_EQ(end.get(), errc::terminated);
  }
}

TEST(waiting, waiters_are_used_again) {
  fixture f(small());
  for (std::uint64_t n = 1; n <= 50; ++n) {
    auto waiting = later([&] { return receive(*f.queue, patience); });
    ASSERT_TRUE(somebody_sleeps(*f.queue));
    ASSERT_TRUE(send(*f.queue, n));
    ASSERT_TRUE(in_time(waiting, "a receiver"));
    EXPECT_EQ(waiting.get().value(), n);
  }
  EXPECT_EQ(f.queue->stats().sleepers, 0U);
}

}  // namespace
}  // namespace gyre
