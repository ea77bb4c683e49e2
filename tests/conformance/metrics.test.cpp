#include <chrono>
#include <cstdint>
#include <thread>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "queue_actors.hpp"
#include "test_actors.hpp"

namespace gyre::conformance {
namespace {

using steady = std::chrono::steady_clock;

class metrics : public on_engine {};
GYRE_ON_EVERY_ENGINE(metrics);

TEST_P(metrics, sent_received_and_handled_are_what_was_done) {
  auto kernel = launch_active<account>("counts", {.actors = 5});
  auto m = kernel.metrics();
  EXPECT_EQ(m.launches, 1U);
  EXPECT_EQ(m.sent + m.received + m.handled, 0U);
  for (std::uint64_t i = 0; i < 20; ++i) need(kernel.ask(i % 5, deposit{1}, patience), "ask");
  for (std::uint64_t i = 0; i < 7; ++i) need(kernel.tell(i % 5, deposit{1}), "tell");
  std::thread([&] { need(kernel.ask(0, deposit{1}, patience), "ask"); }).join();
  EXPECT_TRUE(soon([&] { return kernel.metrics().handled == 28; })) << "20 asks, 7 tells, 1 ask";
  m = kernel.metrics();
  EXPECT_EQ(m.sent, 28U);
  EXPECT_EQ(m.received, 21U);
  need(kernel.terminate(patience), "terminate");
  m = kernel.metrics();
  EXPECT_EQ(m.sent, 28U);
  EXPECT_EQ(m.received, 21U);
  EXPECT_EQ(m.handled, 28U);
}

TEST_P(metrics, messages_by_way_of_queues_count_too) {
  auto kernel = launch_active<worker>("queued");
  auto requests = need(kernel.requests(), "requests");
  auto responses = need(kernel.responses(), "responses");
  for (std::int64_t n = 0; n < 9; ++n) {
    need(requests.send(job_of(n)), "send");
    need(responses.receive(patience), "receive");
  }
  EXPECT_EQ(kernel.metrics().sent, 9U);
  EXPECT_TRUE(soon([&] { return kernel.metrics().received == 9; }));
  EXPECT_TRUE(comes_to(9U, [&] { return kernel.metrics().handled; }));
}

TEST_P(metrics, throughput_is_handled_over_the_time_that_it_was_active) {
  auto kernel = launch<account>("rate");
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(kernel.metrics().throughput, 0.0);
  auto const before = steady::now();
  need(kernel.activate(), "activate");
  auto const active = steady::now();
  for (int i = 0; i < 50; ++i) need(kernel.ask(0, deposit{1}, patience), "ask");
  std::this_thread::sleep_for(20ms);
  std::chrono::duration<double> const least = steady::now() - active;
  need(kernel.deactivate(patience), "deactivate");
  std::chrono::duration<double> const most = steady::now() - before;
  double const rate = kernel.metrics().throughput;
  EXPECT_LE(rate, 50 / least.count() * 1.001);
  EXPECT_GE(rate, 50 / most.count() * 0.999);
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(kernel.metrics().throughput, rate) << "the time that it rests does not count";
}

TEST_P(metrics, queue_use_is_that_of_the_fullest_inbox) {
  auto kernel = launch<account>("use", {.queue_capacity = 64, .actors = 3});
  EXPECT_EQ(kernel.metrics().queue_use, 0.0);
  double before = 0;
  std::uint64_t told = 0;
  while (kernel.tell(0, deposit{1}, {.timeout = 0ns})) {
    ++told;
    double const use = kernel.metrics().queue_use;
    EXPECT_GT(use, before);
    before = use;
  }
  EXPECT_GE(told, 64U);
  EXPECT_DOUBLE_EQ(before, 1.0);
  if (engine().shards > 1) {
    need(kernel.tell(1, deposit{1}, {.timeout = 0ns}), "to another shard's inbox");
    EXPECT_DOUBLE_EQ(kernel.metrics().queue_use, 1.0);
  }
  need(kernel.activate(), "activate");
  EXPECT_TRUE(soon([&] { return kernel.metrics().queue_use == 0.0; })) << "all were to be handled";
}

TEST_P(metrics, memory_is_what_is_allocated_now_and_was_at_peak) {
  auto const plan = need(rt.memory_needed<account>(options()), "plan");
  auto kernel = launch<account>("memory");
  auto const at_launch = kernel.metrics();
  EXPECT_EQ(at_launch.peak_memory_bytes, at_launch.memory_bytes);
  {
    auto const port = need(kernel.open_port(), "port");
    auto const with_port = kernel.metrics();
    if (!engine().emulated) {  // there the ring is made at the launch
      EXPECT_GT(with_port.memory_bytes, at_launch.memory_bytes);
    }
    EXPECT_LE(with_port.memory_bytes, at_launch.memory_bytes + plan.each_port);
    EXPECT_EQ(with_port.peak_memory_bytes, with_port.memory_bytes);
  }
  need(kernel.terminate(patience), "terminate");
  auto const at_end = kernel.metrics();
  EXPECT_LT(at_end.memory_bytes, at_launch.memory_bytes);
  if (!engine().emulated) {
    EXPECT_GT(at_end.peak_memory_bytes, at_launch.memory_bytes);
  }
}

TEST_P(metrics, launches_counts_this_id_alone) {
  for (std::uint64_t i = 1; i <= 3; ++i) {
    auto kernel = launch<account>("counted");
    EXPECT_EQ(kernel.metrics().launches, i);
    EXPECT_TRUE(refused(rt.launch<account>("counted", options()), errc::already_exists));
    need(kernel.terminate(patience), "terminate");
  }
  EXPECT_EQ(launch<account>("another").metrics().launches, 1U);
}

}  // namespace
}  // namespace gyre::conformance
