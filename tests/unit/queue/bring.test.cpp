#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "queue_test.hpp"

namespace gyre {
namespace {

using namespace queue_test;

/// Has messages arrive when the test says, and brings them.
class bringing_link : public queue_link {
 public:
  bool takes() const noexcept override { return false; }
  bool brings() const noexcept override { return true; }
  bool stirs() const noexcept override {
    ++polls;
    if (on_poll) on_poll();
    return !arrived.empty();
  }
  bool bring(arrival& out, std::span<std::byte> room) noexcept override {
    ++asked;
    if (arrived.empty()) return false;
    std::uint64_t const n = arrived.front();
    arrived.pop_front();
    out.info = {id_of(n), 128, n + 100, {}};
    EXPECT_GE(room.size(), detail::near_bytes);
    std::memcpy(room.data(), &n, sizeof n);
    out.size = sizeof n;
    if (wants_pump) out.pump = true;
    return true;
  }
  bool pump() noexcept override {
    ++pumps;
    return on_pump && on_pump();
  }

  std::deque<std::uint64_t> mutable arrived;
  bool wants_pump = false;
  std::uint64_t mutable polls = 0;
  std::uint64_t asked = 0;
  std::uint64_t pumps = 0;
  std::function<void()> on_poll;
  std::function<bool()> on_pump;
};

struct linked : fixture {
  std::shared_ptr<bringing_link> link = std::make_shared<bringing_link>();

  explicit linked(queue_options const& o = small()) : fixture(o) {
    EXPECT_TRUE(queue->attach(link));
  }
};

TEST(bring, hands_what_has_arrived_to_a_receiver_past_the_queue) {
  linked f;
  f.link->arrived = {5, 6};
  auto const r = f.queue->receive(
      [](std::span<std::byte const> b) {
        EXPECT_EQ(b.size(), sizeof(std::uint64_t));
        EXPECT_EQ(number_in(b), 5U);
      },
      0ns);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->id, id_of(5));
  EXPECT_EQ(r->actor, 105U);
  EXPECT_EQ(f.link->arrived.size(), 1U) << "one receive takes one message";
  EXPECT_EQ(f.link->pumps, 0U);
  auto const s = f.queue->stats();
  EXPECT_EQ(s.sent, 1U);
  EXPECT_EQ(s.received, 1U);
  EXPECT_EQ(s.depth, 0U);
  EXPECT_EQ(s.peak_depth, 0U) << "it never stood in the queue";
}

// What stands in the queue came before what is still in the rings.
TEST(bring, overtakes_nothing_that_stands_in_the_queue) {
  linked f;
  f.link->arrived = {3};
  ASSERT_TRUE(send(*f.queue, 1));
  ASSERT_TRUE(send(*f.queue, 2));
  EXPECT_EQ(drain(*f.queue), numbers(1, 3));
}

TEST(bring, passes_over_duplicates_and_counts_them) {
  linked f;
  f.link->arrived = {1, 1, 2, 1};
  EXPECT_EQ(drain(*f.queue), numbers(1, 2));
  EXPECT_EQ(f.queue->stats().duplicates, 2U);
  EXPECT_EQ(f.queue->stats().sent, 2U);
  EXPECT_EQ(send(*f.queue, 2).error().code, errc::duplicate) << "what was brought is remembered";
}

TEST(bring, is_not_asked_by_a_queue_that_has_priorities) {
  queue_options o = small();
  o.priority = true;
  linked f(o);
  f.link->arrived = {1, 2};
  f.link->on_pump = [&] {
    for (auto const n : f.link->arrived) {
      EXPECT_TRUE(send(*f.queue, n, static_cast<std::uint8_t>(n)));
    }
    return !std::exchange(f.link->arrived, {}).empty();
  };
  EXPECT_EQ(receive(*f.queue), 2U) << "the higher one, though it came later";
  EXPECT_EQ(receive(*f.queue), 1U);
  EXPECT_EQ(f.link->asked, 0U);
}

TEST(bring, ends_with_the_queue_and_with_the_link) {
  linked sealed;
  sealed.link->arrived = {1};
  sealed.queue->seal();
  EXPECT_EQ(receive(*sealed.queue).error().code, errc::timed_out) << "a sealed queue takes no more";
  linked detached;
  detached.link->arrived = {1};
  detached.queue->detach();
  EXPECT_EQ(receive(*detached.queue).error().code, errc::timed_out);
  linked closed;
  closed.link->arrived = {1};
  EXPECT_EQ(closed.queue->close(), 0U);
  EXPECT_EQ(receive(*closed.queue).error().code, errc::terminated);
  for (auto const* f : {&sealed, &detached, &closed}) EXPECT_EQ(f->link->asked, 0U);
}

// The lock does not nest: a pump under it would hang here.
TEST(bring, has_the_link_pumped_without_the_lock_where_it_wants_that) {
  linked f;
  f.link->arrived = {1};
  f.link->wants_pump = true;
  f.link->on_pump = [&] { return f.queue->stats().received == 1; };
  EXPECT_EQ(receive(*f.queue), 1U);
  EXPECT_EQ(f.link->pumps, 1U);
}

TEST(bring, serves_a_waiting_receiver_that_polls) {
  linked f;
  f.link->on_poll = [&] {
    if (f.link->polls == 10) f.link->arrived = {7};
  };
  EXPECT_EQ(receive(*f.queue, patience), 7U);
  EXPECT_EQ(f.queue->stats().peak_depth, 0U);
  EXPECT_EQ(f.link->pumps, 0U) << "nothing was left for it to move";
}

// What a link cannot bring (a failure, say) would hold up all that comes after it.
TEST(bring, leaves_to_pump_what_cannot_go_straight) {
  struct shy_link : bringing_link {
    bool bring(arrival& out, std::span<std::byte> room) noexcept override {
      return held_up ? false : bringing_link::bring(out, room);
    }
    bool held_up = true;
  };
  fixture f(small());
  auto link = std::make_shared<shy_link>();
  ASSERT_TRUE(f.queue->attach(link));
  link->arrived = {1};
  link->on_pump = [&] { return std::exchange(link->held_up, false); };
  EXPECT_EQ(receive(*f.queue, patience), 1U);
  EXPECT_EQ(link->pumps, 1U);
}

TEST(bring, is_not_followed_by_pumping_while_nothing_stirs) {
  linked f;
  EXPECT_EQ(receive(*f.queue, 1ms).error().code, errc::timed_out);
  EXPECT_GT(f.link->polls, 0U);
  EXPECT_EQ(f.link->pumps, 0U);
}

}  // namespace
}  // namespace gyre
