#include <algorithm>
#include <stdexcept>
#include <string>

#include "queue_test.hpp"

namespace gyre {
namespace {

using namespace queue_test;

TEST(named_queue, hands_out_in_order_of_arrival_by_default) {
  for (bool priority : {false, true}) {
    queue_options o = small();
    o.priority = priority;
    fixture f(o);
    for (std::uint64_t lap = 0; lap < 5; ++lap) {
      for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, lap * 16 + n));
      EXPECT_EQ(drain(*f.queue), numbers(lap * 16 + 1, lap * 16 + 16));
    }
  }
}

TEST(named_queue, priority_off_keeps_the_order_whatever_the_priorities) {
  fixture f(small());
  for (std::uint64_t n = 1; n <= 16; ++n) {
    ASSERT_TRUE(send(*f.queue, n, static_cast<std::uint8_t>(n * 15)));
  }
  EXPECT_EQ(drain(*f.queue), numbers(1, 16));
}

// Contract, fault 10: a priority queue without order inside a level.
TEST(named_queue, higher_priorities_first_and_order_of_arrival_within_one) {
  queue_options o = small();
  o.priority = true;
  fixture f(o);
  std::uint8_t const priorities[] = {128, 0, 255, 128, 255, 1, 128, 0, 255};
  std::uint64_t n = 0;
  for (std::uint8_t p : priorities) ASSERT_TRUE(send(*f.queue, ++n, p));
  EXPECT_EQ(drain(*f.queue), (std::vector<std::uint64_t>{3, 5, 9, 1, 4, 7, 6, 2, 8}));
}

TEST(named_queue, what_is_known_of_a_message_comes_out_with_it) {
  fixture f;
  message_info const in{id_of(77), 3, 42, {}};
  std::byte const bytes[3]{std::byte{1}, std::byte{2}, std::byte{3}};
  ASSERT_TRUE(f.queue->send(in, bytes));
  std::vector<std::byte> got;
  auto const out =
      f.queue->receive([&](std::span<std::byte const> b) { got.assign(b.begin(), b.end()); }, 0ns);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->id, in.id);
  EXPECT_EQ(out->priority, 3);
  EXPECT_EQ(out->actor, 42U);
  EXPECT_NE(out->time.word, 0U) << "a queue with a time to live stamps what has no time";
  EXPECT_EQ(got, std::vector<std::byte>(bytes, bytes + 3));
}

TEST(named_queue, a_message_without_bytes_is_a_message) {
  for (std::size_t max : {std::size_t{0}, std::size_t{64}, std::size_t{65'536}}) {
    fixture f(small(), max);
    ASSERT_TRUE(f.queue->send({}, {}, 0ns));
    auto const r = f.queue->receive([](auto b) { EXPECT_TRUE(b.empty()); }, 0ns);
    EXPECT_TRUE(r);
  }
}

// Contract, fault 11: an oversize message cut to fit.
TEST(named_queue, an_oversize_message_is_refused_at_once_with_both_sizes) {
  fixture f(small());
  std::vector<std::byte> const bytes(65);
  auto const r = f.queue->send({}, bytes, forever);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message(),
            "too_large: queue 'orders': the message has 65 bytes, allowed: at most 64");
  EXPECT_EQ(f.queue->stats().refused, 1U);
  EXPECT_EQ(f.queue->depth(), 0U);
  EXPECT_TRUE(f.queue->send({}, std::span(bytes).first(64), 0ns));

  fixture big({}, SIZE_MAX);
  std::vector<std::byte> const more(65'537);
  auto const too_large = big.queue->send({}, more, 0ns);
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, errc::too_large);
  EXPECT_TRUE(big.queue->send({}, std::span(more).first(65'536), 0ns));
}

TEST(named_queue, messages_of_every_size_come_out_whole) {
  queue_options o;
  o.deduplication = false;
  fixture f(o, SIZE_MAX);
  for (std::size_t size : {0U, 1U, 63U, 64U, 65U, 1023U, 1024U, 1025U, 4096U, 65'535U, 65'536U}) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + size);
    for (int copies = 0; copies < 3; ++copies) ASSERT_TRUE(f.queue->send({}, bytes, 0ns));
    for (int copies = 0; copies < 3; ++copies) {
      bool same = false;
      auto const r = f.queue->receive(
          [&](std::span<std::byte const> b) {
            same = b.size() == size && std::equal(b.begin(), b.end(), bytes.begin());
          },
          0ns);
      ASSERT_TRUE(r);
      EXPECT_TRUE(same) << size;
    }
  }
}

TEST(named_queue, buffers_are_used_again_in_the_steady_state) {
  fixture f(small(), SIZE_MAX);
  std::vector<std::byte> const bytes(20'000);
  std::uint64_t after_first = 0;
  for (std::uint64_t n = 0; n < 200; ++n) {
    for (int depth = 0; depth < 4; ++depth) ASSERT_TRUE(f.queue->send({}, bytes, 0ns));
    (void)f.queue->send({}, std::span(bytes).first(100), 0ns);
    EXPECT_EQ(drain(*f.queue).size(), 5U);
    if (n == 0) after_first = f.queue->stats().memory_bytes;
  }
  EXPECT_EQ(f.queue->stats().memory_bytes, after_first);
}

// Contract, fault 11: a full queue that reports success.
TEST(named_queue, reject_keeps_what_is_there_and_says_full) {
  fixture f(small(overflow_policy::reject));
  for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, n)) << n;
  auto const r = send(*f.queue, 17);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::full);
  EXPECT_EQ(f.queue->stats().refused, 1U);
  EXPECT_EQ(f.letters->total(), 0U) << "the sender has the message still: it is no dead letter";
  EXPECT_EQ(drain(*f.queue), numbers(1, 16));
}

TEST(named_queue, drop_newest_keeps_what_is_there_and_says_dropped) {
  fixture f(small(overflow_policy::drop_newest));
  for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, n));
  auto const r = send(*f.queue, 17);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message(),
            "dropped: queue 'orders' holds 16 of 16 messages, its policy is drop_newest");
  EXPECT_EQ(f.dropped(drop_reason::drop_newest), 1U);
  ASSERT_EQ(f.letters->letters().size(), 1U);
  dead_letter const letter = f.letters->letters()[0];
  EXPECT_EQ(letter.reason, drop_reason::drop_newest);
  EXPECT_EQ(letter.where, "orders");
  EXPECT_EQ(letter.message_type, "order");
  EXPECT_EQ(letter.message_id, id_of(17));
  EXPECT_EQ(letter.bytes, 8U);
  EXPECT_EQ(drain(*f.queue), numbers(1, 16));
}

TEST(named_queue, drop_oldest_enqueues_and_buries_the_oldest) {
  fixture f(small(overflow_policy::drop_oldest));
  for (std::uint64_t n = 1; n <= 20; ++n) ASSERT_TRUE(send(*f.queue, n)) << n;
  EXPECT_EQ(f.dropped(drop_reason::drop_oldest), 4U);
  auto const letters = f.letters->letters();
  ASSERT_EQ(letters.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(letters[i].message_id, id_of(i + 1));
  EXPECT_EQ(drain(*f.queue), numbers(5, 20));
}

TEST(named_queue, drop_oldest_takes_from_the_lowest_priority_present) {
  queue_options o = small(overflow_policy::drop_oldest);
  o.priority = true;
  fixture f(o);
  for (std::uint64_t n = 1; n <= 16; ++n)
    ASSERT_TRUE(send(*f.queue, n, n == 3 || n == 9 ? 7 : 128));
  ASSERT_TRUE(send(*f.queue, 17, 200));
  ASSERT_TRUE(send(*f.queue, 18, 1));
  ASSERT_TRUE(send(*f.queue, 19, 128));
  auto const letters = f.letters->letters();
  ASSERT_EQ(letters.size(), 3U);
  EXPECT_EQ(letters[0].message_id, id_of(3));
  EXPECT_EQ(letters[1].message_id, id_of(9));
  EXPECT_EQ(letters[2].message_id, id_of(18)) << "the lowest by then";
}

TEST(named_queue, block_never_drops_and_says_timed_out) {
  fixture f(small());
  for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, n));
  auto const r = send(*f.queue, 17);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message(),
            "timed_out: queue 'orders' had no room before the deadline: 16 of 16 messages");
  EXPECT_EQ(f.letters->total(), 0U);
  EXPECT_EQ(drain(*f.queue), numbers(1, 16));
}

TEST(named_queue, a_duplicate_is_reported_and_counted_whether_or_not_it_was_taken_out) {
  fixture f(small());
  ASSERT_TRUE(send(*f.queue, 1));
  auto const standing = send(*f.queue, 1);
  ASSERT_FALSE(standing);
  EXPECT_EQ(standing.error().message(),
            "duplicate: queue 'orders' has seen message " + id_of(1).to_string());
  EXPECT_EQ(drain(*f.queue), numbers(1, 1));
  auto const taken_out = send(*f.queue, 1);
  ASSERT_FALSE(taken_out);
  EXPECT_EQ(taken_out.error().code, errc::duplicate);
  EXPECT_EQ(f.queue->stats().duplicates, 2U);
  EXPECT_EQ(f.queue->stats().sent, 1U);
  EXPECT_EQ(f.queue->depth(), 0U);
}

TEST(named_queue, an_id_is_forgotten_when_the_window_has_passed_it) {
  fixture f(small());  // a window of 16
  for (std::uint64_t n = 1; n <= 17; ++n) {
    ASSERT_TRUE(send(*f.queue, n));
    ASSERT_TRUE(receive(*f.queue));
  }
  EXPECT_FALSE(send(*f.queue, 2));
  EXPECT_TRUE(send(*f.queue, 1)) << "17 arrivals later, a window of 16 knows it no more";
}

// A refused message that is remembered as seen could never be sent again.
TEST(named_queue, a_refused_message_is_not_remembered_as_seen) {
  for (auto policy :
       {overflow_policy::reject, overflow_policy::block, overflow_policy::drop_newest}) {
    fixture f(small(policy));
    for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, n));
    for (int tries = 0; tries < 3; ++tries) {
      auto const r = send(*f.queue, 17);
      ASSERT_FALSE(r);
      EXPECT_NE(r.error().code, errc::duplicate) << to_string(policy);
    }
    ASSERT_TRUE(receive(*f.queue));
    EXPECT_TRUE(send(*f.queue, 17)) << to_string(policy);
    EXPECT_FALSE(send(*f.queue, 17));
  }
}

TEST(named_queue, nil_ids_are_not_deduplicated) {
  fixture f(small());
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(send(*f.queue, 0));
  EXPECT_EQ(f.queue->stats().duplicates, 0U);
}

TEST(named_queue, without_deduplication_no_id_is_refused) {
  queue_options o = small();
  o.deduplication = false;
  fixture f(o);
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(send(*f.queue, 5));
  EXPECT_EQ(drain(*f.queue).size(), 16U);
}

TEST(named_queue, bytes_that_are_no_message_are_counted_and_buried) {
  fixture f;
  ASSERT_TRUE(send(*f.queue, 9));
  auto const r = f.queue->receive([](std::span<std::byte const>) { return false; }, 0ns);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message(), "malformed: queue 'orders': 8 bytes are not a order");
  EXPECT_EQ(f.dropped(drop_reason::malformed), 1U);
  ASSERT_EQ(f.letters->letters().size(), 1U);
  EXPECT_EQ(f.letters->letters()[0].message_id, id_of(9));
}

TEST(named_queue, a_consumer_that_throws_loses_no_buffer) {
  fixture f(small(), SIZE_MAX);
  std::vector<std::byte> const bytes(5000);
  std::uint64_t memory = 0;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(f.queue->send({}, bytes, 0ns));
    EXPECT_THROW((void)f.queue->receive([](auto) { throw std::runtime_error("no"); }, 0ns),
                 std::runtime_error);
    if (i == 0) memory = f.queue->stats().memory_bytes;
  }
  EXPECT_EQ(f.queue->stats().memory_bytes, memory);
}

TEST(named_queue, close_buries_what_is_left_and_refuses_what_comes) {
  fixture f;
  for (std::uint64_t n = 1; n <= 100; ++n) ASSERT_TRUE(send(*f.queue, n));
  EXPECT_EQ(f.queue->close(), 100U);
  EXPECT_EQ(f.queue->close(), 0U) << "closing is idempotent";
  EXPECT_EQ(f.buried(drop_reason::terminated), 100U);
  EXPECT_EQ(f.dropped(drop_reason::terminated), 100U);
  EXPECT_EQ(f.queue->depth(), 0U);
  auto const s = send(*f.queue, 101);
  ASSERT_FALSE(s);
  EXPECT_EQ(s.error().message(), "terminated: queue 'orders' was destroyed");
  auto const r = receive(*f.queue);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::terminated);
}

TEST(named_queue, its_end_buries_what_is_left) {
  fixture f;
  ASSERT_TRUE(send(*f.queue, 1));
  f.queue.reset();
  EXPECT_EQ(f.buried(drop_reason::terminated), 1U);
}

TEST(named_queue, every_message_accepted_is_accounted_for) {
  queue_options o = small(overflow_policy::drop_oldest);
  fixture f(o);
  for (std::uint64_t n = 1; n <= 50; ++n) {
    (void)send(*f.queue, n);
    if (n % 3 == 0) (void)receive(*f.queue);
  }
  auto const s = f.queue->stats();
  EXPECT_EQ(s.sent,
            s.received + s.depth + s.dropped[static_cast<std::size_t>(drop_reason::drop_oldest)]);
  EXPECT_EQ(s.peak_depth, 16U);
  EXPECT_EQ(s.capacity, 16U);
}

}  // namespace
}  // namespace gyre
