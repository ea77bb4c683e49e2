#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>

#include "queue_test.hpp"

namespace gyre {
namespace {

using namespace queue_test;

/// Takes what it has room for.
class fake_link : public queue_link {
 public:
  explicit fake_link(std::uint64_t places = UINT64_MAX) : room(places) {}

  bool take(message_info const& info, std::span<std::byte const> bytes) noexcept override {
    ++offers;
    if (room == 0) return false;
    --room;
    std::scoped_lock const lock(mutex);
    taken.push_back(number_in(bytes));
    infos.push_back(info);
    return true;
  }
  bool pump() noexcept override {
    ++pumps;
    return on_pump && on_pump();
  }
  void arm() noexcept override { ++arms; }

  std::atomic<std::uint64_t> room;
  std::atomic<std::uint64_t> offers{0};
  std::atomic<std::uint64_t> pumps{0};
  std::atomic<std::uint64_t> arms{0};
  std::function<bool()> on_pump;
  std::mutex mutex;
  std::vector<std::uint64_t> taken;
  std::vector<message_info> infos;
};

struct linked : fixture {
  std::shared_ptr<fake_link> link;

  explicit linked(std::uint64_t room = UINT64_MAX, queue_options const& o = small(),
                  std::size_t max_bytes = 64)
      : fixture(o, max_bytes), link(std::make_shared<fake_link>(room)) {
    EXPECT_TRUE(queue->attach(link));
  }
};

TEST(link, takes_a_message_straight_through_an_empty_queue) {
  linked f;
  message_info const info{id_of(5), 9, 7, {}};
  std::uint64_t const n = 5;
  ASSERT_TRUE(f.queue->send(info, std::as_bytes(std::span(&n, 1)), 0ns));
  EXPECT_EQ(f.link->taken, numbers(5, 5));
  EXPECT_EQ(f.link->infos[0].id, id_of(5));
  EXPECT_EQ(f.link->infos[0].priority, 9);
  EXPECT_EQ(f.link->infos[0].actor, 7U);
  auto const s = f.queue->stats();
  EXPECT_EQ(s.depth, 0U);
  EXPECT_EQ(s.sent, 1U);
  EXPECT_EQ(s.forwarded, 1U);
  EXPECT_EQ(s.peak_depth, 0U);
  EXPECT_EQ(f.link->arms, 0U);
}

TEST(link, duplicates_are_found_before_it_is_asked) {
  linked f;
  ASSERT_TRUE(send(*f.queue, 5));
  EXPECT_EQ(send(*f.queue, 5).error().code, errc::duplicate);
  EXPECT_EQ(f.link->offers, 1U);
}

// Contract, fault 9: losing messages when the next stage is full, or reordering on retry.
TEST(link, what_it_refuses_stands_in_the_queue_and_is_offered_again_in_order) {
  linked f(3);
  for (std::uint64_t n = 1; n <= 10; ++n) ASSERT_TRUE(send(*f.queue, n));
  EXPECT_EQ(f.link->taken, numbers(1, 3));
  EXPECT_EQ(f.queue->depth(), 7U);
  EXPECT_EQ(f.link->arms, 1U) << "once, when the first was left standing";
  EXPECT_TRUE(f.queue->needs_pump());

  f.link->room = 2;
  EXPECT_EQ(f.queue->drain_to_link(), 2U);
  EXPECT_EQ(f.link->taken, numbers(1, 5));
  f.link->room = 1;
  ASSERT_TRUE(send(*f.queue, 11)) << "one place for two: the older has it";
  EXPECT_EQ(f.link->taken, numbers(1, 6));
  f.link->room = 100;
  ASSERT_TRUE(send(*f.queue, 12)) << "and everything goes before the newest";
  EXPECT_EQ(f.link->taken, numbers(1, 12));
  EXPECT_FALSE(f.queue->needs_pump());
  EXPECT_EQ(f.queue->stats().forwarded, 12U);
}

TEST(link, one_refusal_costs_no_other_message) {
  queue_options o = small();
  o.overflow = overflow_policy::reject;
  linked f(0, o);
  for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, n));
  EXPECT_EQ(send(*f.queue, 17).error().code, errc::full);
  f.link->room = 1;
  ASSERT_TRUE(send(*f.queue, 17)) << "the link made room, and the refused one was not remembered";
  EXPECT_EQ(f.link->taken, numbers(1, 1));
  EXPECT_EQ(f.letters->total(), 0U);
  f.link->room = 100;
  EXPECT_EQ(f.queue->drain_to_link(), 16U);
  EXPECT_EQ(f.link->taken, numbers(1, 17));
}

TEST(link, more_than_one_lock_offers_is_drained_all_the_same) {
  queue_options o;
  linked f(0, o);
  for (std::uint64_t n = 1; n <= 500; ++n) ASSERT_TRUE(send(*f.queue, n));
  f.link->room = UINT64_MAX;
  ASSERT_TRUE(send(*f.queue, 501));
  EXPECT_EQ(f.link->taken, numbers(1, 501));
}

TEST(link, higher_priorities_are_offered_first) {
  queue_options o = small();
  o.priority = true;
  linked f(0, o);
  ASSERT_TRUE(send(*f.queue, 1, 10));
  ASSERT_TRUE(send(*f.queue, 2, 200));
  ASSERT_TRUE(send(*f.queue, 3, 10));
  f.link->room = 10;
  EXPECT_EQ(f.queue->drain_to_link(), 3U);
  EXPECT_EQ(f.link->taken, (std::vector<std::uint64_t>{2, 1, 3}));
}

TEST(link, expired_messages_are_not_handed_to_it) {
  queue_options o = small();
  o.time_to_live = 20ms;
  linked f(0, o);
  for (std::uint64_t n = 1; n <= 3; ++n) ASSERT_TRUE(send(*f.queue, n));
  std::this_thread::sleep_for(30ms);
  f.link->room = 10;
  ASSERT_TRUE(send(*f.queue, 4));
  EXPECT_EQ(f.link->taken, numbers(4, 4));
  EXPECT_EQ(f.buried(drop_reason::expired), 3U);
}

TEST(link, attached_to_a_queue_with_messages_gets_them) {
  fixture f(small());
  for (std::uint64_t n = 1; n <= 5; ++n) ASSERT_TRUE(send(*f.queue, n));
  auto const link = std::make_shared<fake_link>(3);
  ASSERT_TRUE(f.queue->attach(link));
  EXPECT_EQ(link->taken, numbers(1, 3));
  EXPECT_EQ(link->arms, 1U) << "two are left for its own thread";
}

TEST(link, is_not_asked_after_detach_and_is_let_go) {
  linked f(0);
  ASSERT_TRUE(send(*f.queue, 1));
  std::uint64_t const before = f.link->offers;
  std::weak_ptr<queue_link> const weak = f.link;
  f.queue->detach();
  ASSERT_TRUE(send(*f.queue, 2));
  EXPECT_EQ(f.link->offers, before);
  EXPECT_FALSE(f.queue->needs_pump());
  f.link.reset();
  EXPECT_TRUE(weak.expired());
  EXPECT_EQ(drain(*f.queue), numbers(1, 2));
}

TEST(link, is_let_go_by_close) {
  linked f;
  std::weak_ptr<queue_link> const weak = f.link;
  f.link.reset();
  f.queue->close();
  EXPECT_TRUE(weak.expired());
  EXPECT_EQ(f.queue->attach(std::make_shared<fake_link>()).error().code, errc::terminated);
}

TEST(link, large_messages_go_straight_through_without_a_buffer) {
  linked f(1, small(), SIZE_MAX);
  std::uint64_t const before = f.queue->stats().memory_bytes;
  std::vector<std::byte> const bytes(60'000);
  ASSERT_TRUE(f.queue->send({}, bytes, 0ns));
  EXPECT_EQ(f.queue->stats().memory_bytes, before);
  ASSERT_TRUE(f.queue->send({}, bytes, 0ns));
  EXPECT_EQ(f.queue->depth(), 1U) << "and stand in one where they have to";
}

/// Brings messages, and takes none.
class bringing_link final : public fake_link {
 public:
  [[nodiscard]] bool takes() const noexcept override { return false; }
};

TEST(link, that_only_brings_is_never_offered_anything) {
  fixture f(small());
  auto const link = std::make_shared<bringing_link>();
  ASSERT_TRUE(f.queue->attach(link));
  ASSERT_TRUE(send(*f.queue, 1));
  EXPECT_EQ(link->offers, 0U);
  EXPECT_EQ(link->arms, 0U);
  EXPECT_FALSE(f.queue->needs_pump()) << "a message that waits for a receiver is no work for it";
}

TEST(link, is_pumped_once_by_a_receive_that_does_not_wait) {
  fixture f(small());
  auto const link = std::make_shared<bringing_link>();
  ASSERT_TRUE(f.queue->attach(link));
  link->on_pump = [&] { return send(*f.queue, 1).has_value(); };
  EXPECT_EQ(receive(*f.queue, 0ns).value(), 1U);
  EXPECT_EQ(link->pumps, 1U);
}

TEST(link, is_pumped_by_a_waiting_receiver) {
  fixture f(small());
  auto const link = std::make_shared<bringing_link>();
  ASSERT_TRUE(f.queue->attach(link));
  link->on_pump = [&] { return link->pumps == 20 && send(*f.queue, 1).has_value(); };
  EXPECT_EQ(receive(*f.queue, patience).value(), 1U);
  EXPECT_EQ(link->pumps, 20U);
  EXPECT_EQ(link->arms, 0U) << "nobody slept";
}

TEST(link, is_armed_before_a_receiver_sleeps_and_sees_that_it_is_needed) {
  fixture f(small());
  auto const link = std::make_shared<bringing_link>();
  ASSERT_TRUE(f.queue->attach(link));
  auto waiting = std::async(std::launch::async, [&] { return receive(*f.queue, patience); });
  ASSERT_TRUE(eventually("the link to be armed", [&] { return link->arms > 0; }));
  EXPECT_TRUE(f.queue->needs_pump());
  ASSERT_TRUE(send(*f.queue, 1));
  ASSERT_EQ(waiting.wait_for(patience), std::future_status::ready) << "the receiver sleeps on";
  EXPECT_TRUE(waiting.get());
  EXPECT_FALSE(f.queue->needs_pump());
}

TEST(link, that_makes_room_wakes_a_sleeping_sender_through_drain) {
  linked f(0);
  for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, n));
  auto blocked = std::async(std::launch::async, [&] { return send(*f.queue, 17, 128, patience); });
  ASSERT_TRUE(somebody_sleeps(*f.queue));
  EXPECT_GT(f.link->pumps, 0U) << "it pumps before it sleeps";
  f.link->room = UINT64_MAX;
  f.queue->drain_to_link();
  ASSERT_EQ(blocked.wait_for(patience), std::future_status::ready) << "the sender sleeps on";
  EXPECT_TRUE(blocked.get());
  f.queue->drain_to_link();
  EXPECT_EQ(f.link->taken, numbers(1, 17));
}

}  // namespace
}  // namespace gyre
