#include <optional>

#include "queue_test.hpp"

namespace gyre {
namespace {

using namespace queue_test;

queue_options living(std::optional<std::chrono::nanoseconds> time_to_live) {
  queue_options o = small(overflow_policy::reject);
  o.time_to_live = time_to_live;
  return o;
}

/// A stamp of this long ago.
hybrid_time ago(std::chrono::microseconds age) {
  return hybrid_time::from_micros(wall_micros() - static_cast<std::uint64_t>(age.count()));
}

result<void> send_aged(named_queue& queue, std::uint64_t n, hybrid_time time) {
  message_info info;
  info.id = id_of(n);
  info.time = time;
  return queue.send(info, std::as_bytes(std::span(&n, 1)), 0ns);
}

// Contract, fault 6: time to live measured from the queue's birth.
TEST(time_to_live, is_the_age_of_the_message_and_not_of_the_queue) {
  fixture f(living(150ms));
  std::this_thread::sleep_for(200ms);
  ASSERT_TRUE(send(*f.queue, 1));
  EXPECT_TRUE(receive(*f.queue)) << "the queue is older than that, the message is not";
}

TEST(time_to_live, a_short_one_is_kept_and_the_expired_are_counted_and_buried) {
  fixture f(living(30ms));
  for (std::uint64_t n = 1; n <= 5; ++n) ASSERT_TRUE(send(*f.queue, n));
  std::this_thread::sleep_for(40ms);
  ASSERT_TRUE(send(*f.queue, 6));
  auto const r = receive(*f.queue);
  ASSERT_TRUE(r);
  EXPECT_EQ(*r, 6U);
  EXPECT_EQ(f.dropped(drop_reason::expired), 5U);
  EXPECT_EQ(f.buried(drop_reason::expired), 5U);
  EXPECT_EQ(f.letters->letters()[0].message_id, id_of(1));
  EXPECT_NE(f.letters->letters()[0].time.word, 0U);
  EXPECT_EQ(f.queue->stats().received, 1U);
}

TEST(time_to_live, more_expired_messages_than_one_lock_buries_are_all_dropped) {
  queue_options o = living(20ms);
  o.capacity = 256;
  fixture f(o);
  for (std::uint64_t n = 1; n <= 200; ++n) ASSERT_TRUE(send(*f.queue, n));
  std::this_thread::sleep_for(30ms);
  EXPECT_FALSE(receive(*f.queue));
  EXPECT_EQ(f.buried(drop_reason::expired), 200U);
  EXPECT_EQ(f.queue->depth(), 0U);
}

TEST(time_to_live, none_means_never) {
  fixture f(living(std::nullopt));
  ASSERT_TRUE(send_aged(*f.queue, 1, ago(std::chrono::hours(24 * 365))));
  EXPECT_TRUE(receive(*f.queue));
}

TEST(time_to_live, the_longest_does_not_wrap_round) {
  fixture f(living(std::chrono::nanoseconds::max()));
  ASSERT_TRUE(send_aged(*f.queue, 1, ago(std::chrono::hours(24 * 365))));
  EXPECT_TRUE(receive(*f.queue));
}

TEST(time_to_live, a_message_sent_on_keeps_its_age) {
  fixture first(living(80ms));
  fixture second(living(80ms));
  ASSERT_TRUE(send(*first.queue, 1));
  std::this_thread::sleep_for(50ms);
  std::uint64_t n = 1;
  auto const taken = first.queue->receive([](auto) {}, 0ns);
  ASSERT_TRUE(taken);
  ASSERT_TRUE(second.queue->send(*taken, std::as_bytes(std::span(&n, 1)), 0ns));
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(receive(*second.queue)) << "50 ms in each queue are 100 ms";
  EXPECT_EQ(second.buried(drop_reason::expired), 1U);
}

TEST(time_to_live, a_message_that_comes_expired_is_dropped_and_the_sender_told) {
  fixture f(living(2s));
  auto const r = send_aged(*f.queue, 1, ago(2100ms));
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message(),
            "dropped: queue 'orders': the message is older than the time to "
            "live of 2000000000 ns");
  EXPECT_EQ(f.buried(drop_reason::expired), 1U);
  EXPECT_TRUE(send(*f.queue, 1)) << "it was not remembered as seen";
}

// The clock for a time to live of a second and more moves in steps of some milliseconds.
TEST(time_to_live, a_long_one_is_kept_to_a_hundredth) {
  fixture f(living(2s));
  ASSERT_TRUE(send_aged(*f.queue, 1, ago(1960ms)));
  EXPECT_TRUE(receive(*f.queue));
  ASSERT_TRUE(send_aged(*f.queue, 2, ago(1960ms)));
  std::this_thread::sleep_for(70ms);
  EXPECT_FALSE(receive(*f.queue));
}

TEST(time_to_live, a_stamp_from_a_clock_ahead_is_a_message_sent_now) {
  fixture f(living(50ms));
  hybrid_time const ahead = hybrid_time::from_micros(wall_micros() + 3'600'000'000);
  ASSERT_TRUE(send_aged(*f.queue, 1, ahead));
  std::this_thread::sleep_for(60ms);
  EXPECT_FALSE(receive(*f.queue)) << "or it would live an hour";
  EXPECT_EQ(f.letters->letters()[0].time, ahead) << "its stamp stays as it was";
}

TEST(time_to_live, expired_messages_make_room_before_the_policy_acts) {
  for (auto policy : {overflow_policy::reject, overflow_policy::drop_newest,
                      overflow_policy::drop_oldest, overflow_policy::block}) {
    queue_options o = living(30ms);
    o.overflow = policy;
    o.priority = true;
    fixture f(o);
    for (std::uint64_t n = 1; n <= 16; ++n) {
      ASSERT_TRUE(send(*f.queue, n, static_cast<std::uint8_t>(n)));
    }
    std::this_thread::sleep_for(40ms);
    EXPECT_TRUE(send(*f.queue, 17)) << to_string(policy);
    EXPECT_EQ(f.buried(drop_reason::expired), 16U);
    EXPECT_EQ(f.letters->total(), 16U);
    EXPECT_EQ(drain(*f.queue), numbers(17, 17));
  }
}

// A blocked sender that sleeps until a receive would sleep in front of a queue of dead messages.
TEST(time_to_live, a_sleeping_sender_gets_the_room_of_messages_that_expire) {
  queue_options o = living(60ms);
  o.overflow = overflow_policy::block;
  fixture f(o);
  for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, n));
  deadline const soon(patience / 2);
  EXPECT_TRUE(send(*f.queue, 17, 128, patience));
  EXPECT_FALSE(soon.expired()) << "it slept to its own deadline";
  EXPECT_EQ(drain(*f.queue), numbers(17, 17));
}

TEST(time_to_live, stamps_of_one_queue_rise) {
  fixture f(living(30s));
  for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, n));
  hybrid_time last{};
  for (std::uint64_t n = 1; n <= 16; ++n) {
    auto const r = f.queue->receive([](auto) {}, 0ns);
    ASSERT_TRUE(r);
    EXPECT_GT(r->time, last);
    last = r->time;
  }
}

}  // namespace
}  // namespace gyre
