#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "queue_actors.hpp"
#include "test_actors.hpp"

namespace gyre::conformance {
namespace {

class ports : public on_engine {};
GYRE_ON_EVERY_ENGINE(ports);

TEST_P(ports, replies_reach_their_asker_only) {
  constexpr std::uint64_t actors = 7;
  constexpr std::int64_t threads = 6;
  constexpr std::int64_t rounds = 150;
  auto kernel = launch_active<worker>("crossed", {.actors = actors});
  std::vector<std::thread> askers;
  for (std::int64_t t = 0; t < threads; ++t) {
    askers.emplace_back([&kernel, t] {
      auto mine = need(kernel.open_port({.window = 8}), "port");
      for (std::int64_t i = 0; i < rounds; ++i) {
        // Through a port with many in flight, and through the thread's own.
        std::vector<asked<job_done>> flying;
        std::vector<job> jobs;
        for (std::int64_t k = 0; k < 8; ++k) {
          jobs.push_back(job_of(t * 100'000 + i * 10 + k, static_cast<std::uint64_t>(k) % actors));
          flying.push_back(need(mine.submit(jobs.back().actor_id, jobs.back()), "submit"));
        }
        auto const j = job_of(t * 100'000 + i * 10 + 9, static_cast<std::uint64_t>(i) % actors);
        auto const own = kernel.ask(j.actor_id, j, patience);
        ASSERT_TRUE(done(own));
        EXPECT_EQ(own->correlation_id, j.message_id);
        for (std::size_t k = 0; k < flying.size(); ++k) {
          auto const r = mine.wait(flying[k], patience);
          ASSERT_TRUE(done(r));
          EXPECT_EQ(r->correlation_id, jobs[k].message_id);
          EXPECT_EQ(r->actor, jobs[k].actor_id);
          EXPECT_EQ(r->result, worked_out(jobs[k].n, jobs[k].actor_id));
        }
      }
      EXPECT_EQ(mine.in_flight(), 0U);
    });
  }
  for (auto& asker : askers) asker.join();
  EXPECT_TRUE(comes_to(static_cast<std::uint64_t>(threads * rounds * 9),
                       [&] { return kernel.status().handled; }));
  EXPECT_EQ(letters(drop_reason::late_reply), 0U);
}

TEST_P(ports, replies_may_be_waited_for_in_any_order) {
  auto kernel = launch_active<worker>("order", {.actors = 4});
  auto port = need(kernel.open_port({.window = 16}), "port");
  for (int round = 0; round < 20; ++round) {
    std::vector<asked<job_done>> flying;
    for (std::int64_t n = 0; n < 16; ++n) {
      flying.push_back(need(port.submit(static_cast<std::uint64_t>(n) % 4, job_of(n)), "submit"));
    }
    // 5 and 16 have no common divisor: each is waited for once, and none in its turn.
    for (std::size_t k = 0; k < 16; ++k) {
      std::size_t const i = (k * 5 + 3) % 16;
      auto const r = port.wait(flying[i], patience);
      ASSERT_TRUE(done(r));
      EXPECT_EQ(r->n, static_cast<std::int64_t>(i));
    }
  }
}

TEST_P(ports, poll_never_waits_and_says_when_the_reply_is_there) {
  auto kernel = launch<account>("poll");
  auto port = need(kernel.open_port(), "port");
  auto const asked = need(port.submit(0, deposit{6}), "submit");
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(port.poll(asked));
  need(kernel.activate(), "activate");
  EXPECT_TRUE(soon([&] { return port.poll(asked); })) << "the reply was to come";
  EXPECT_TRUE(port.poll(asked)) << "it stays until it is waited for";
  EXPECT_EQ(need(port.wait(asked, 0ns), "wait").cents, 6);
  EXPECT_FALSE(port.poll(asked));
}

TEST_P(ports, a_ticket_is_used_up_by_its_wait) {
  auto kernel = launch_active<account>("ticket");
  auto port = need(kernel.open_port(), "port");
  auto const asked = need(port.submit(0, deposit{6}), "submit");
  EXPECT_TRUE(done(port.wait(asked, patience)));
  EXPECT_TRUE(refused(port.wait(asked, patience), errc::invalid_argument, {"ticket"}));
  EXPECT_TRUE(refused(port.wait(gyre::asked<balance>{{12'345}}, patience), errc::invalid_argument));
}

TEST_P(ports, an_abandoned_ask_is_not_handled_and_its_reply_is_dropped) {
  auto kernel = launch<account>("abandon");
  auto port = need(kernel.open_port({.window = 2}), "port");
  auto const unwanted = need(port.submit(0, deposit{10}), "submit");
  auto const wanted = need(port.submit(0, deposit{20}), "submit");
  port.abandon(unwanted);
  EXPECT_TRUE(refused(port.wait(unwanted, patience), errc::invalid_argument));
  need(kernel.activate(), "activate");
  EXPECT_EQ(need(port.wait(wanted, patience), "wait").cents, 20) << "the first was cancelled";
  EXPECT_EQ(port.late(), 0U);
  EXPECT_TRUE(comes_to(1, [&] { return letters(drop_reason::cancelled); }));
  auto const taken_in = need(port.submit(0, deposit{1}), "submit");
  EXPECT_TRUE(soon([&] { return port.poll(taken_in); })) << "the reply was to come";
  port.abandon(taken_in);
  EXPECT_EQ(port.late(), 1U);
  EXPECT_EQ(letters(drop_reason::late_reply), 1U);
  EXPECT_EQ(need(port.ask(0, deposit{0}, patience), "ask").cents, 21);
  EXPECT_EQ(port.in_flight(), 0U);
}

TEST_P(ports, a_full_window_waits_or_refuses_as_the_kernels_policy_says) {
  for (auto const policy : {overflow_policy::block, overflow_policy::reject}) {
    auto kernel = launch<account>("window_" + std::string(to_string(policy)), {.overflow = policy});
    auto port = need(kernel.open_port({.window = 3}), "port");
    EXPECT_EQ(port.window(), 4U) << "rounded up to a power of two";
    std::vector<asked<balance>> flying;
    for (int i = 0; i < 4; ++i) flying.push_back(need(port.submit(0, deposit{1}), "submit"));
    EXPECT_EQ(port.in_flight(), 4U);
    errc const expected = policy == overflow_policy::block ? errc::timed_out : errc::full;
    EXPECT_TRUE(refused(port.submit(0, deposit{100}, {.timeout = 5ms}), expected, {"4", "window"}));
    EXPECT_TRUE(done(port.tell(0, deposit{0}))) << "a tell needs no place in the window";
    need(kernel.activate(), "activate");
    EXPECT_EQ(need(port.wait(flying[0], patience), "wait").cents, 1);
    flying.push_back(need(port.submit(0, deposit{1}), "there is room again"));
    EXPECT_EQ(need(port.wait(flying[4], patience), "wait").cents, 5);
    for (std::size_t i = 1; i < 4; ++i) EXPECT_TRUE(done(port.wait(flying[i], patience)));
  }
}

TEST_P(ports, windows_out_of_bounds_are_refused) {
  auto kernel = launch<account>("bounds");
  for (std::uint64_t const v : {std::uint64_t{0}, std::uint64_t{65'537}, UINT64_MAX}) {
    EXPECT_TRUE(refused(kernel.open_port({.window = v}), errc::invalid_option,
                        {"window", std::to_string(v), "1 to 65536"}));
  }
}

TEST_P(ports, when_all_are_open_the_next_is_refused_and_closed_ones_come_back) {
  auto kernel = launch_active<account>("exhausted", {.ports = 2});
  auto first = std::make_optional(need(kernel.open_port(), "port"));
  auto const second = need(kernel.open_port({.window = 4}), "port");
  EXPECT_TRUE(refused(kernel.open_port(), errc::full, {"2 ports", "exhausted"}));
  EXPECT_TRUE(refused(kernel.ask(0, deposit{1}, patience), errc::full)) << "a thread's own, too";
  first.reset();
  EXPECT_TRUE(done(kernel.ask(0, deposit{1}, patience)));
}

TEST_P(ports, the_own_named_queues_take_none_of_the_ports) {
  auto kernel = launch_active<worker>("bridged", {.ports = 1});
  EXPECT_TRUE(done(kernel.ask(0, job_of(1), patience)));
  EXPECT_TRUE(refused(kernel.open_port(), errc::full));
}

TEST_P(ports, threads_give_theirs_back_when_they_end) {
  auto kernel = launch_active<account>("threads", {.ports = 3});
  for (std::int64_t i = 0; i < 30; ++i) {
    std::vector<std::thread> three;
    for (int k = 0; k < 3; ++k) {
      three.emplace_back([&] { EXPECT_TRUE(done(kernel.ask(0, deposit{1}, patience))); });
    }
    for (auto& thread : three) thread.join();
  }
  EXPECT_EQ(kernel.metrics().sent, 90U);
  EXPECT_EQ(kernel.metrics().received, 90U);
}

TEST_P(ports, a_port_that_is_closed_with_asks_in_flight_is_reused_without_harm) {
  auto kernel = launch<account>("left", {.ports = 1});
  for (int i = 0; i < 3; ++i) {
    auto port = need(kernel.open_port({.window = 8}), "port");
    for (int k = 0; k < 2; ++k) need(port.submit(0, deposit{10}), "submit");
  }
  need(kernel.activate(), "activate");
  auto port = need(kernel.open_port({.window = 8}), "port");
  EXPECT_EQ(need(port.ask(0, deposit{1}, patience), "ask").cents, 1);
  EXPECT_TRUE(comes_to(6, [&] { return letters(drop_reason::cancelled); }));
}

TEST_P(ports, a_wait_ends_when_the_kernel_is_terminated) {
  auto kernel = launch<account>("ends");
  auto port = need(kernel.open_port(), "port");
  auto const asked = need(port.submit(0, deposit{1}), "submit");
  std::atomic<bool> waiting{false};
  std::thread ender([&] {
    while (!waiting) std::this_thread::yield();
    EXPECT_TRUE(done(kernel.terminate(0ns)));
  });
  waiting = true;
  EXPECT_TRUE(refused(port.wait(asked, forever), errc::terminated, {"ends"}));
  ender.join();
  EXPECT_TRUE(refused(port.submit(0, deposit{1}), errc::terminated, {"ends"}));
  EXPECT_EQ(port.in_flight(), 0U);
}

TEST_P(ports, a_wait_ends_when_the_kernel_has_failed) {
  GYRE_NEEDS_HOST_HANDLERS();
  if (engine().emulated) GTEST_SKIP() << "a handler that sleeps stops every lane of its block";
  auto kernel = launch_active<account>("fails");
  auto port = need(kernel.open_port(), "port");
  need(port.tell(0, nap{1500}), "tell");
  auto const asked = need(port.submit(0, deposit{1}), "submit");
  EXPECT_TRUE(soon([&] { return kernel.status().handled == 1; })) << "the handler was not entered";
  EXPECT_TRUE(refused(kernel.terminate(0ns), errc::engine_failed));
  EXPECT_TRUE(refused(port.wait(asked, forever), errc::engine_failed, {"fails"}));
  EXPECT_TRUE(refused(port.tell(0, deposit{1}), errc::engine_failed));
  EXPECT_TRUE(refused(kernel.open_port(), errc::engine_failed));
  EXPECT_TRUE(soon([&] { return kernel.terminate(0ns).has_value(); })) << "the handler came out";
}

}  // namespace
}  // namespace gyre::conformance
