#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gyre/engine/cpu/environment.hpp>

#include "fake_kernel.hpp"

namespace gyre {
namespace {

using namespace port_test;
using ::testing::HasSubstr;

struct question {
  std::uint64_t n = 0;
};
struct answer {
  std::uint64_t n = 0;
};
struct oracle {
  using handles = gyre::handles<question>;
  std::uint64_t nothing = 0;
  gyre::reply<answer> on(question const& m, auto&) { return answer{m.n}; }
};

/// A port of the fake kernel, and what a test does with it.
struct fixture {
  fake_kernel kernel{image_of<oracle>()};
  message_entry const& entry = kernel.image->messages[0];
  event bell;
  std::unique_ptr<client_port> port;

  explicit fixture(std::uint64_t window = 4, overflow_policy overflow = overflow_policy::reject) {
    kernel.overflow = overflow;
    auto const s = client_port::sizes_for(*kernel.image, window, kernel.view.format);
    port =
        std::make_unique<client_port>(kernel, 0, bell, s, fake_kernel::allocate(s.shared_bytes()));
    kernel.connect(0, port->view());
  }
  result<ticket> submit(std::uint64_t n, std::chrono::nanoseconds timeout = 0ns,
                        bool wants_reply = true) {
    return port->submit({.entry = entry, .length = sizeof(question), .wants_reply = wants_reply},
                        timeout, [&](std::byte* out) { std::memcpy(out, &n, sizeof n); });
  }
  ticket ask(std::uint64_t n) {
    auto const t = submit(n);
    EXPECT_TRUE(t) << t.error().message();
    return t.value_or(ticket{});
  }
  result<std::uint64_t> wait(ticket t, std::chrono::nanoseconds timeout = 0ns) {
    return port->wait(t, timeout, [](message_view const& reply) -> result<std::uint64_t> {
      answer a;
      std::memcpy(&a, reply.payload, sizeof a);
      return a.n;
    });
  }
};

TEST(client_port, reply_comes_to_its_ask_in_whatever_order) {
  fixture f;
  auto const first = f.ask(1);
  auto const second = f.ask(2);
  auto const third = f.ask(3);
  auto const taken = f.kernel.take_all();
  ASSERT_EQ(taken.size(), 3U);
  f.kernel.answer(taken[2].head, answer{30});
  f.kernel.answer(taken[0].head, answer{10});
  f.kernel.answer(taken[1].head, answer{20});
  EXPECT_EQ(f.wait(second), 20U);
  EXPECT_EQ(f.wait(first), 10U);
  EXPECT_EQ(f.wait(third), 30U);
  EXPECT_EQ(f.port->in_flight(), 0U);
  EXPECT_EQ(f.port->received(), 3U);
}

// Contract, fault 11: a late reply was given to whoever asked next.
TEST(client_port, late_reply_reaches_nobody) {
  fixture f;
  auto const early = f.ask(1);
  EXPECT_EQ(f.wait(early, 1ms).error().code, errc::timed_out);
  auto const next = f.ask(2);
  auto const taken = f.kernel.take_all();
  ASSERT_EQ(taken.size(), 2U);
  f.kernel.answer(taken[0].head, answer{1});
  f.kernel.answer(taken[1].head, answer{2});
  EXPECT_EQ(f.wait(next), 2U);
  EXPECT_EQ(f.port->late(), 1U);
  EXPECT_EQ(f.kernel.late_replies.load(), 1U);
  EXPECT_EQ(f.port->in_flight(), 0U);
}

// Contract, fault 11: a reply's room was given away while the kernel could still write it.
TEST(client_port, ask_that_timed_out_keeps_its_room_until_the_reply_has_come) {
  fixture f(1);
  auto const only = f.ask(1);
  EXPECT_EQ(f.wait(only, 1ms).error().code, errc::timed_out);
  auto const refused = f.submit(2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::full);
  EXPECT_EQ(refused.error().context, "all 1 asks of the port's window are in flight");
  f.kernel.answer(f.kernel.take().value().head, answer{1});
  auto const next = f.ask(3);
  f.kernel.answer(f.kernel.take().value().head, answer{3});
  EXPECT_EQ(f.wait(next), 3U);
}

TEST(client_port, ticket_is_good_for_one_wait) {
  fixture f;
  auto const t = f.ask(1);
  f.kernel.answer(f.kernel.take().value().head, answer{1});
  EXPECT_EQ(f.wait(t), 1U);
  EXPECT_EQ(f.wait(t).error().code, errc::invalid_argument);
  EXPECT_EQ(f.wait({999}).error().code, errc::invalid_argument);
  auto const lost = f.ask(2);
  f.port->abandon(lost);
  EXPECT_EQ(f.wait(lost).error().code, errc::invalid_argument);
}

TEST(client_port, abandoned_ask_is_counted_late_once_whether_or_not_its_reply_was_there) {
  fixture f;
  auto const before = f.ask(1);
  auto const after = f.ask(2);
  auto const taken = f.kernel.take_all();
  f.port->abandon(before);
  f.kernel.answer(taken[0].head, answer{1});
  f.kernel.answer(taken[1].head, answer{2});
  EXPECT_TRUE(f.port->poll(after));
  f.port->abandon(after);
  f.port->abandon(after);
  EXPECT_EQ(f.port->late(), 2U);
  EXPECT_EQ(f.kernel.late_replies.load(), 2U);
  EXPECT_EQ(f.port->in_flight(), 0U);
}

// A reply of a port that was here before, or of nobody at all, must not free what others reserved.
TEST(client_port, reply_that_nobody_asked_for_is_late_and_takes_no_room) {
  fixture f(1);
  auto const t = f.ask(1);
  auto const head = f.kernel.take().value().head;
  envelope foreign = head;
  foreign.correlation = 12'345;
  f.kernel.answer(foreign, answer{666});
  EXPECT_FALSE(f.port->poll(t));
  EXPECT_EQ(f.port->late(), 1U);
  EXPECT_EQ(f.port->in_flight(), 1U);
  EXPECT_FALSE(f.submit(2)) << "the window of one is still taken";
  f.kernel.answer(head, answer{1});
  EXPECT_EQ(f.wait(t), 1U);
}

TEST(client_port, window_is_what_was_asked_for_and_then_full) {
  fixture f(3);
  EXPECT_EQ(f.port->window(), 4U);
  for (std::uint64_t n = 0; n < 4; ++n) (void)f.ask(n);
  EXPECT_EQ(f.submit(9).error().code, errc::full);
  EXPECT_EQ(f.port->in_flight(), 4U);
  EXPECT_EQ(f.kernel.take_all().size(), 4U) << "what was refused was not sent";
}

// Contract, fault 11: a full ring that reported success.
TEST(client_port, full_inbox_is_told_by_policy) {
  fixture f;
  for (std::uint64_t n = 0; n < 16; ++n) ASSERT_TRUE(f.submit(n, 0ns, false));
  auto const refused = f.submit(16, 0ns, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::full);
  EXPECT_EQ(refused.error().context, "the inbox of kernel 'fake' is full");

  f.kernel.overflow = overflow_policy::block;
  auto const begin = std::chrono::steady_clock::now();
  auto const late = f.submit(16, 20ms, false);
  EXPECT_EQ(late.error().code, errc::timed_out);
  EXPECT_EQ(late.error().context, "the inbox of kernel 'fake' is full until the deadline");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
  EXPECT_EQ(f.port->sent(), 16U);
  EXPECT_EQ(f.kernel.take_all().size(), 16U);
}

TEST(client_port, message_over_the_bound_is_refused_with_both_sizes) {
  fixture f;
  std::chrono::nanoseconds timeout = patience;
  auto const sent = f.port->submit({.entry = f.entry, .length = 9, .wants_reply = true}, timeout,
                                   [](std::byte*) { FAIL() << "it was cut to fit"; });
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, errc::too_large);
  EXPECT_EQ(sent.error().context, "a message 'question' of 9 bytes, allowed: at most 8");
  EXPECT_FALSE(f.kernel.take());
}

TEST(client_port, end_of_the_kernel_is_told_to_senders_and_waiters) {
  struct row {
    gate_state how;
    errc code;
  };
  for (auto const& [how, code] :
       {row{gate_state::ended, errc::terminated}, row{gate_state::failed, errc::engine_failed}}) {
    fixture f;
    auto const t = f.ask(1);
    f.kernel.door.shut(how);
    EXPECT_EQ(f.wait(t, patience).error().code, code);
    EXPECT_EQ(f.submit(2, patience).error().code, code);
    EXPECT_EQ(f.port->in_flight(), 0U);
    EXPECT_EQ(f.port->received(), 0U) << "a reply that never came";
  }
}

TEST(client_port, reply_that_was_there_before_the_end_is_still_handed_out) {
  fixture f;
  auto const t = f.ask(7);
  f.kernel.answer(f.kernel.take().value().head, answer{7});
  f.kernel.door.shut(gate_state::ended);
  EXPECT_EQ(f.wait(t), 7U);
}

TEST(client_port, correlations_differ_over_many_laps_of_the_window) {
  fixture f(2);
  std::uint64_t last = 0;
  for (std::uint64_t n = 1; n <= 1'000; ++n) {
    auto const held = f.ask(n);
    auto const t = f.ask(n);
    EXPECT_GT(held.correlation, last);
    EXPECT_GT(t.correlation, held.correlation);
    last = t.correlation;
    for (auto const& m : f.kernel.take_all()) f.kernel.answer(m.head, answer{m.head.correlation});
    ASSERT_EQ(f.wait(t), t.correlation);
    ASSERT_EQ(f.wait(held), held.correlation);
  }
  EXPECT_EQ(f.port->late(), 0U);
}

}  // namespace
}  // namespace gyre
