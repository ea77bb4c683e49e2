#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stop_token>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "queue_actors.hpp"
#include "test_actors.hpp"

namespace gyre::conformance {
namespace {

[[nodiscard]] std::uint64_t sum_of(latency_summary const& l) {
  return std::accumulate(l.histogram.begin(), l.histogram.end(), std::uint64_t{0});
}

[[nodiscard]] std::uint64_t dropped(telemetry_snapshot const& t, drop_reason reason) {
  return t.dropped_by_reason[static_cast<std::size_t>(reason)];
}

class telemetry : public on_engine {
 protected:
  /// Asks until the kernel has handled so many messages, dealt over the actors.
  static void handle(kernel<account>& k, std::uint64_t messages) {
    for (std::uint64_t i = 0; i < messages; ++i) {
      need(k.ask(i % k.options().actors, deposit{1}, patience), "ask");
    }
  }
};
GYRE_ON_EVERY_ENGINE(telemetry);

// An idle kernel's turns of the loop were counted as messages.
TEST_P(telemetry, fault_02_idle_turns_are_not_messages) {
  // One polls all the time, one parks at once and is woken for nothing.
  for (auto const spin : {std::chrono::nanoseconds(10s), std::chrono::nanoseconds(0)}) {
    auto kernel =
        launch_active<account>("idle" + std::to_string(spin.count()), {.actors = 5, .spin = spin});
    std::this_thread::sleep_for(50ms);
    auto t = kernel.telemetry();
    EXPECT_EQ(t.handled, 0U);
    EXPECT_EQ(t.latency.count, 0U);
    handle(kernel, 25);
    std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(comes_to(25U, [&] { return kernel.telemetry().handled; }));
    EXPECT_TRUE(comes_to(25U, [&] { return kernel.status().handled; }));
    EXPECT_TRUE(comes_to(25U, [&] { return kernel.metrics().handled; }));
    need(kernel.deactivate(patience), "deactivate");
    EXPECT_EQ(kernel.telemetry().latency.count, 25U);
    EXPECT_EQ(need(kernel.terminate(patience), "terminate").handled, 25U);
  }
}

// There were telemetry types and calls, and nothing ever wrote to them.
TEST_P(telemetry, fault_03_every_figure_is_written) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<account>("written");
  auto const before = kernel.telemetry();
  EXPECT_FALSE(before.has_error);
  EXPECT_EQ(before.last_time.word, 0U);
  need(kernel.ask(0, nap{20}, patience), "ask");
  need(kernel.ask(0, deposit{1}, patience), "ask");
  EXPECT_TRUE(refused(kernel.ask(0, withdraw{100}, patience), errc::rejected));
  need(kernel.deactivate(patience), "deactivate");
  need(kernel.tell(0, deposit{1}), "tell");
  auto const t = kernel.telemetry();
  EXPECT_EQ(t.handled, 3U);
  EXPECT_EQ(t.refused, 1U);
  EXPECT_EQ(t.queue_depth, 1U);
  EXPECT_GT(t.last_time.word, 0U);
  EXPECT_TRUE(t.has_error);
  EXPECT_EQ(t.last_error, errc::rejected);
  EXPECT_EQ(t.last_error_type, type_code_of<withdraw>);
  EXPECT_EQ(t.latency.count, 3U);
  EXPECT_EQ(sum_of(t.latency), 3U);
  EXPECT_GE(t.latency.total_ns, 20'000'000U) << "the nap";
  EXPECT_LE(t.latency.least_ns, t.latency.greatest_ns);
  // Messages that came close together share their time, so the nap need not stand alone.
  EXPECT_GE(t.latency.greatest_ns, 20'000'000U / 3);
  EXPECT_GE(t.latency.quantile_ns(1.0), 20'000'000U / 3);
}

TEST_P(telemetry, refused_failed_and_dropped_are_told_apart) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<account>("apart", {.actors = 4});
  EXPECT_TRUE(refused(kernel.ask(0, withdraw{1}, patience), errc::rejected));
  EXPECT_TRUE(refused(kernel.ask(1, blow_up{1}, patience), errc::handler_failed));
  EXPECT_TRUE(refused(kernel.ask(9, deposit{1}, patience), errc::no_such_actor));
  EXPECT_TRUE(comes_to(2, [&] { return kernel.telemetry().handled; }))
      << "without an actor no handler ran";
  auto t = kernel.telemetry();
  EXPECT_EQ(t.refused, 2U);
  EXPECT_EQ(t.dropped, 0U) << "the askers were told";
  need(kernel.tell(0, withdraw{1}), "tell");
  need(kernel.tell(1, blow_up{1}), "tell");
  need(kernel.tell(2, blow_up{2}), "tell");
  need(kernel.tell(9, deposit{1}), "tell");
  EXPECT_TRUE(soon([&] { return kernel.telemetry().dropped == 4; })) << "four dead letters";
  t = kernel.telemetry();
  EXPECT_EQ(t.handled, 5U);
  EXPECT_EQ(t.refused, 5U);
  EXPECT_EQ(dropped(t, drop_reason::rejected), 1U);
  EXPECT_EQ(dropped(t, drop_reason::handler_failed), 2U);
  EXPECT_EQ(dropped(t, drop_reason::no_such_actor), 1U);
  EXPECT_TRUE(soon([&] { return rt.dead_letters().total() == 4; }));
}

TEST_P(telemetry, failures_by_way_of_a_queue_are_counted) {
  auto kernel = launch_active<worker>("by_queue");
  auto requests = need(kernel.requests(), "requests");
  for (std::int64_t const n : {-1L, -2L, 5L}) need(requests.send(job_of(n)), "send");
  need(need(kernel.responses(), "responses").receive(patience), "receive");
  EXPECT_TRUE(soon([&] { return kernel.telemetry().dropped == 2; }));
  EXPECT_EQ(dropped(kernel.telemetry(), drop_reason::rejected), 2U);
  EXPECT_TRUE(comes_to(3U, [&] { return kernel.telemetry().handled; }));
}

TEST_P(telemetry, a_snapshot_is_consistent_while_the_kernel_runs) {
  auto kernel = launch_active<account>("busy", {.actors = 6});
  std::jthread const teller([&](std::stop_token const& stop) {
    for (std::uint64_t i = 0; !stop.stop_requested(); ++i) {
      EXPECT_TRUE(done(kernel.tell(i % 6, deposit{1})));
    }
  });
  ASSERT_TRUE(soon([&] { return kernel.telemetry().latency.count > 0; })) << "the first message";
  std::uint64_t handled = 0;
  std::uint64_t count = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto const t = kernel.telemetry();
    ASSERT_EQ(sum_of(t.latency), t.latency.count);
    ASSERT_GE(t.handled, handled) << "counters only grow";
    ASSERT_GE(t.latency.count, count);
    ASSERT_GT(t.last_time.word, 0U);
    ASSERT_LE(t.latency.least_ns, t.latency.greatest_ns);
    // Each message's time is its batch's, divided, with the remainder cut off.
    ASSERT_GE(t.latency.total_ns, t.latency.count * t.latency.least_ns);
    handled = t.handled;
    count = t.latency.count;
  }
}

TEST_P(telemetry, reset_starts_again_and_leaves_the_depth) {
  auto kernel = launch_active<account>("reset", {.actors = 4});
  handle(kernel, 12);
  EXPECT_TRUE(refused(kernel.ask(0, withdraw{1000}, patience), errc::rejected));
  need(kernel.deactivate(patience), "deactivate");
  for (int i = 0; i < 5; ++i) need(kernel.tell(1, deposit{1}), "tell");
  kernel.reset_telemetry();
  auto t = kernel.telemetry();
  EXPECT_EQ(t.handled, 0U);
  EXPECT_EQ(t.refused, 0U);
  EXPECT_EQ(t.latency.count, 0U);
  EXPECT_EQ(sum_of(t.latency), 0U);
  EXPECT_FALSE(t.has_error);
  EXPECT_EQ(t.queue_depth, 5U);
  EXPECT_TRUE(comes_to(13U, [&] { return kernel.status().handled; }))
      << "the kernel's own counter goes on";
  need(kernel.activate(), "activate");
  handle(kernel, 4);
  need(kernel.deactivate(patience), "deactivate");
  t = kernel.telemetry();
  EXPECT_EQ(t.handled, 9U);
  EXPECT_EQ(t.latency.count, 9U);
  EXPECT_EQ(t.queue_depth, 0U);
}

TEST_P(telemetry, disabled_it_measures_no_times_and_still_counts) {
  auto kernel = launch_active<account>("off", {.telemetry = false});
  handle(kernel, 10);
  need(kernel.deactivate(patience), "deactivate");
  EXPECT_TRUE(comes_to(10U, [&] { return kernel.telemetry().handled; }));
  EXPECT_EQ(kernel.telemetry().latency.count, 0U);
  for (std::uint64_t round = 1; round <= 2; ++round) {
    kernel.set_telemetry_enabled(true);
    need(kernel.activate(), "activate");
    handle(kernel, 10);
    need(kernel.deactivate(patience), "deactivate");
    EXPECT_EQ(kernel.telemetry().latency.count, round * 10);
    kernel.set_telemetry_enabled(false);
    need(kernel.activate(), "activate");
    handle(kernel, 10);
    need(kernel.deactivate(patience), "deactivate");
    EXPECT_EQ(kernel.telemetry().latency.count, round * 10);
    EXPECT_EQ(kernel.telemetry().handled, 10 + round * 20);
  }
}

TEST_P(telemetry, it_can_be_read_when_the_kernel_is_gone) {
  auto kernel = launch_active<account>("gone");
  handle(kernel, 3);
  need(kernel.terminate(patience), "terminate");
  EXPECT_TRUE(comes_to(3U, [&] { return kernel.telemetry().handled; }));
  EXPECT_EQ(kernel.telemetry().latency.count, 3U);
}

}  // namespace
}  // namespace gyre::conformance
