#include <atomic>
#include <cstdint>
#include <thread>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "test_actors.hpp"

namespace gyre::conformance {
namespace {

class terminate : public on_engine {};
GYRE_ON_EVERY_ENGINE(terminate);

// Once a shard looked at its commands after 64 messages only: 64 slow handlers outlasted the
// deadline and the grace, and a kernel that was merely busy was given up as stuck.
TEST_P(terminate, slow_handlers_in_a_row_are_not_a_stuck_shard) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<account>("slow");
  constexpr std::uint64_t sent = 60;
  for (std::uint64_t i = 0; i < sent; ++i) need(kernel.tell(0, nap{50}), "tell");
  auto const report = kernel.terminate(200ms);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_FALSE(report->drained);
  EXPECT_GT(report->undelivered, 0U);
  EXPECT_EQ(report->handled + report->undelivered, sent);
  EXPECT_EQ(letters(drop_reason::terminated), report->undelivered);
}

// Requests that were handled while nobody took the replies: 16 replies were in the response queue,
// and 16 in the ring behind it went without a trace.
TEST_P(terminate, replies_that_no_queue_had_room_for_are_dead_letters) {
  auto kernel = launch_active<squarer>("unread", {.queue_capacity = 16});
  auto requests = need(kernel.requests(), "requests");
  std::uint64_t sent = 0;
  while (requests.send(square{3}, 50ms)) ++sent;
  ASSERT_GT(sent, 32U) << "the response queue, the rings and the request queue hold 16 each";
  auto const report = kernel.terminate(100ms);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->handled + report->undelivered, sent);
  EXPECT_EQ(report->unread, report->handled) << "each reply is accounted for";
  EXPECT_EQ(letters(drop_reason::terminated), sent);
}

// Replies that nobody took are no requests that nobody handled.
TEST_P(terminate, unread_replies_do_not_make_it_undrained) {
  auto kernel = launch_active<squarer>("read_not");
  auto requests = need(kernel.requests(), "requests");
  for (std::int64_t i = 0; i < 5; ++i) need(requests.send(square{i}), "send");
  auto const report = kernel.terminate(patience);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->handled, 5U);
  EXPECT_EQ(report->undelivered, 0U);
  EXPECT_TRUE(report->drained);
  EXPECT_EQ(report->unread, 5U);
}

TEST_P(terminate, failures_on_the_queue_path_are_in_the_final_report) {
  auto kernel = launch_active<squarer>("refuses");
  need(need(kernel.requests(), "requests").send(square{-4}), "send");
  EXPECT_TRUE(soon([&] {
    return letters(drop_reason::rejected) == 1 ||
           !need(kernel.responses(), "responses").receive(1ms);
  }));
  auto const report = kernel.terminate(patience);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(letters(drop_reason::rejected), 1U);
  EXPECT_EQ(report->dropped[static_cast<std::size_t>(drop_reason::rejected)], 1U);
}

// A handler that never comes out is told from the kernel's end: `engine_failed`, in bounded time,
// and asks in flight come back. When it does come out after all, the kernel can be ended.
TEST_P(terminate, stuck_handler_is_engine_failed_and_no_hang) {
  GYRE_NEEDS_HOST_HANDLERS();
  if (engine().emulated) GTEST_SKIP() << "a handler that sleeps stops every lane of its block";
  auto kernel = launch_active<account>("stuck");
  need(kernel.tell(0, nap{3000}), "tell");
  EXPECT_TRUE(soon([&] { return kernel.status().handled == 1; })) << "the handler was not entered";
  errc asker_got{};
  std::thread asker([&] {
    auto const r = kernel.ask(0, deposit{1}, patience);
    asker_got = r ? errc::invalid_argument : r.error().code;
  });
  EXPECT_TRUE(soon([&] { return kernel.status().pending >= 2; })) << "the ask was not sent";
  auto const first = kernel.terminate(10ms);
  asker.join();
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, errc::engine_failed);
  EXPECT_EQ(asker_got, errc::engine_failed);
  EXPECT_EQ(kernel.state(), kernel_state::failed);
  EXPECT_TRUE(soon([&] { return kernel.terminate(0ms).has_value(); }))
      << "the handler came out, but the kernel stays failed";
  EXPECT_TRUE(rt.launch<account>("stuck", options()));
}

TEST_P(terminate, replies_that_never_came_are_not_received) {
  auto kernel = launch<account>("never");
  auto port = need(kernel.open_port(), "port");
  auto const asked = need(port.submit(0, deposit{1}), "submit");
  std::thread ender([&] { EXPECT_TRUE(kernel.terminate(0ms)); });
  auto const r = port.wait(asked, patience);
  ender.join();
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::terminated);
  EXPECT_EQ(kernel.metrics().sent, 1U);
  EXPECT_EQ(kernel.metrics().received, 0U);
}

}  // namespace
}  // namespace gyre::conformance
