#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "queue_actors.hpp"
#include "test_actors.hpp"

namespace gyre::conformance {
namespace {

class lifecycle : public on_engine {};
GYRE_ON_EVERY_ENGINE(lifecycle);

TEST_P(lifecycle, wrong_state_names_the_state_and_the_one_that_is_needed) {
  auto kernel = launch<account>("states");
  EXPECT_EQ(kernel.state(), kernel_state::inactive);
  EXPECT_TRUE(refused(kernel.deactivate(), errc::wrong_state,
                      {"states", "is inactive", "deactivate", "be active"}));
  need(kernel.activate(), "activate");
  EXPECT_EQ(kernel.state(), kernel_state::active);
  EXPECT_TRUE(refused(kernel.activate(), errc::wrong_state,
                      {"states", "is active", "activate", "be inactive"}));
  need(kernel.deactivate(patience), "deactivate");
  EXPECT_EQ(kernel.state(), kernel_state::inactive);
  need(kernel.activate(), "activate again");
  need(kernel.terminate(patience), "terminate");
  EXPECT_EQ(kernel.state(), kernel_state::terminated);
  EXPECT_TRUE(refused(kernel.activate(), errc::wrong_state, {"is terminated", "be inactive"}));
  EXPECT_TRUE(refused(kernel.deactivate(), errc::wrong_state, {"is terminated", "be active"}));
}

TEST_P(lifecycle, an_inactive_kernel_handles_nothing_and_its_messages_wait) {
  auto kernel = launch<account>("waits", {.actors = 3});
  for (std::uint64_t a = 0; a < 3; ++a) {
    for (int i = 0; i < 10; ++i) need(kernel.tell(a, deposit{1}), "tell");
  }
  std::this_thread::sleep_for(30ms);
  EXPECT_EQ(kernel.status().pending, 30U);
  EXPECT_TRUE(comes_to(0U, [&] { return kernel.status().handled; }));
  need(kernel.activate(), "activate");
  for (std::uint64_t a = 0; a < 3; ++a) {
    EXPECT_EQ(need(kernel.ask(a, deposit{0}, patience), "ask").cents, 10);
  }
  need(kernel.deactivate(patience), "deactivate");
  need(kernel.tell(1, deposit{5}), "tell");
  std::this_thread::sleep_for(10ms);
  EXPECT_EQ(kernel.status().pending, 1U);
  EXPECT_TRUE(comes_to(33U, [&] { return kernel.status().handled; }));
  need(kernel.activate(), "activate");
  EXPECT_EQ(need(kernel.ask(1, deposit{0}, patience), "ask").cents, 15) << "the state stayed";
}

TEST_P(lifecycle, messages_in_named_queues_wait_too) {
  auto kernel = launch<worker>("queued", {.queue_capacity = 16});
  auto requests = need(kernel.requests(), "requests");
  std::uint64_t sent = 0;
  while (requests.send(job_of(static_cast<std::int64_t>(sent)), 0ns)) ++sent;
  auto responses = need(kernel.responses(), "responses");
  EXPECT_TRUE(refused(responses.receive(20ms), errc::timed_out));
  EXPECT_TRUE(pending_is(kernel, sent));
  EXPECT_TRUE(comes_to(0U, [&] { return kernel.status().handled; }));
  need(kernel.activate(), "activate");
  for (std::uint64_t i = 0; i < sent; ++i) {
    EXPECT_EQ(need(responses.receive(patience), "receive").n, static_cast<std::int64_t>(i));
  }
}

TEST_P(lifecycle, kernels_are_listed_by_id_with_their_state) {
  EXPECT_TRUE(rt.list_kernels().empty());
  auto b = launch<account>("b");
  auto a = launch_active<worker>("a");
  auto const rows = rt.list_kernels();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id, "a");
  EXPECT_EQ(rows[0].state, kernel_state::active);
  EXPECT_EQ(rows[1].id, "b");
  EXPECT_EQ(rows[1].state, kernel_state::inactive);
  need(a.terminate(patience), "terminate");
  ASSERT_EQ(rt.list_kernels().size(), 1U);
  EXPECT_EQ(rt.list_kernels()[0].id, "b");
}

TEST_P(lifecycle, a_kernel_is_found_by_id_and_type) {
  {
    auto made = launch_active<account>("kept");
    need(made.ask(0, deposit{8}, patience), "ask");
  }
  auto found = rt.find_kernel<account>("kept");
  ASSERT_TRUE(done(found)) << "a kernel stays though no handle is left";
  EXPECT_EQ(need(found->ask(0, deposit{1}, patience), "ask").cents, 9);
  EXPECT_TRUE(
      refused(rt.find_kernel<worker>("kept"), errc::wrong_type, {"kept", "account", "worker"}));
  EXPECT_TRUE(refused(rt.find_kernel<account>("other"), errc::not_found, {"other"}));
  need(found->terminate(patience), "terminate");
  EXPECT_TRUE(refused(rt.find_kernel<account>("kept"), errc::not_found));
}

TEST_P(lifecycle, status_tells_what_there_is) {
  auto const begin = std::chrono::steady_clock::now();
  auto kernel = launch<account>("status", {.actors = 9});
  auto s = kernel.status();
  EXPECT_EQ(s.id, "status");
  EXPECT_EQ(s.actor, "account");
  EXPECT_EQ(s.engine, rt.kind());
  EXPECT_EQ(s.shards, engine().shards);
  EXPECT_EQ(s.actors, 9U);
  EXPECT_FALSE(s.active());
  need(kernel.activate(), "activate");
  for (std::int64_t i = 1; i <= 5; ++i) {
    need(kernel.ask(static_cast<std::uint64_t>(i), deposit{1}, patience), "ask");
    EXPECT_TRUE(comes_to(static_cast<std::uint64_t>(i), [&] { return kernel.status().handled; }))
        << "counted before the reply";
  }
  s = kernel.status();
  EXPECT_TRUE(s.active());
  EXPECT_GT(s.uptime, 0ns);
  EXPECT_LE(s.uptime, std::chrono::steady_clock::now() - begin);
  need(kernel.terminate(patience), "terminate");
  s = kernel.status();
  EXPECT_EQ(s.state, kernel_state::terminated);
  EXPECT_EQ(s.handled, 5U);
  EXPECT_EQ(s.uptime, kernel.status().uptime) << "it does not grow any more";
}

TEST_P(lifecycle, terminate_again_gives_the_same_report) {
  auto kernel = launch_active<account>("twice");
  need(kernel.ask(0, deposit{1}, patience), "ask");
  (void)kernel.ask(0, withdraw{100}, patience);
  auto const first = need(kernel.terminate(patience), "terminate");
  EXPECT_EQ(first.id, "twice");
  EXPECT_EQ(first.handled, 2U);
  EXPECT_EQ(first.refused, 1U);
  EXPECT_EQ(first.undelivered, 0U);
  EXPECT_TRUE(first.drained);
  EXPECT_GT(first.uptime, 0ns);
  auto const copy = kernel;
  auto const second = need(kernel.terminate(0ns), "terminate again");
  EXPECT_EQ(second.uptime, first.uptime);
  EXPECT_EQ(second.handled, first.handled);
  EXPECT_EQ(copy.state(), kernel_state::terminated) << "copies are the same kernel";
}

TEST_P(lifecycle, a_runtimes_end_terminates_what_is_left) {
  std::thread([] {}).join();  // ThreadSanitizer adds a thread of its own with the first one
  auto const threads = threads_now();
  std::optional<kernel<account>> left;
  {
    auto other = need(engine().make(), "runtime");
    left = need(other.launch<account>("left", options()), "launch");
    need(left->activate(), "activate");
    need(left->ask(0, deposit{1}, patience), "ask");
  }
  EXPECT_EQ(left->state(), kernel_state::terminated);
  EXPECT_TRUE(refused(left->ask(0, deposit{1}, patience), errc::terminated));
  EXPECT_TRUE(soon([&] { return threads_now() == threads; })) << "its threads were to end";
}

// Earlier, the same id launched again found queues or code of the one before; and a terminate freed
// nothing.
TEST_P(lifecycle, fault_12_the_same_id_launched_1000_times_starts_afresh_and_leaks_nothing) {
  std::optional<std::uint64_t> heap;
  std::ptrdiff_t threads = 0;
  std::ptrdiff_t descriptors = 0;
  std::uint64_t const launches = repeated(GetParam(), 1000);
  for (std::uint64_t i = 1; i <= launches; ++i) {
    auto kernel = launch_active<worker>("again", {.queue_capacity = 32});
    ASSERT_EQ(rt.list_queues().size(), 2U) << "at launch " << i;
    ASSERT_EQ(kernel.metrics().launches, i);
    auto const direct = kernel.ask(0, job_of(2), patience);
    ASSERT_TRUE(done(direct));
    ASSERT_EQ(direct->turn, 0U) << "a state of launch " << i - 1;
    auto requests = need(kernel.requests(), "requests");
    need(requests.send(job_of(3)), "send");
    auto const queued = need(need(kernel.responses(), "responses").receive(patience), "receive");
    ASSERT_EQ(queued.turn, 1U);
    ASSERT_EQ(queued.result, worked_out(3, 0));
    auto const report = need(kernel.terminate(patience), "terminate");
    ASSERT_TRUE(report.drained);
    ASSERT_EQ(report.handled, 2U);
    ASSERT_TRUE(rt.list_kernels().empty());
    ASSERT_TRUE(rt.list_queues().empty());
    if (i != launches / 5) continue;
    heap = heap_now();
    threads = threads_now();
    descriptors = descriptors_now();
  }
  EXPECT_TRUE(soon([&] { return threads_now() <= threads; })) << threads_now() << " threads";
  EXPECT_EQ(descriptors_now(), descriptors);
  if (heap) {
    EXPECT_LT(*heap_now(), *heap + 32'768)
        << "after the first fifth of " << launches << " launches";
  }
  EXPECT_EQ(rt.dead_letters().total(), 0U);
}

TEST_P(lifecycle, fault_12_terminate_frees_though_handles_are_left) {
  auto kernel = launch_active<worker>("frees", {.queue_capacity = 65'536});
  auto const before = kernel.metrics();
  auto const heap = heap_now();
  EXPECT_GT(before.memory_bytes, 4ULL << 20);
  need(kernel.terminate(patience), "terminate");
  auto const after = kernel.metrics();
  EXPECT_LT(after.memory_bytes, 65'536U) << "its words, for handles that still ask";
  EXPECT_GE(after.peak_memory_bytes, before.memory_bytes);
  if (heap) {
    EXPECT_LT(*heap_now(), *heap - (before.memory_bytes - 65'536));
  }
}

// A watchdog took a kernel without messages for hung, and restarted it.
TEST_P(lifecycle, fault_12_an_idle_kernel_is_left_alone) {
  auto kernel = launch_active<account>("idle");
  need(kernel.ask(0, deposit{7}, patience), "ask");
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(kernel.state(), kernel_state::active);
  EXPECT_EQ(kernel.metrics().launches, 1U);
  EXPECT_EQ(need(kernel.ask(0, deposit{0}, patience), "ask").cents, 7);
}

}  // namespace
}  // namespace gyre::conformance
