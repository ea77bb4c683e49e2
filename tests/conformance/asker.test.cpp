#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/actor/asker.hpp>
#include <gyre/actor/async_ask.hpp>
#include <gyre/actor/sync_wait.hpp>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "test_actors.hpp"

// Asks without a thread for each: coroutines, calls at the end, many at once.

namespace gyre::conformance {
namespace {

class asking : public on_engine {
 protected:
  [[nodiscard]] static asker<account> open(kernel<account>& k, std::uint64_t window = 64) {
    return need(asker<account>::open(k, {.window = window}), "open");
  }
};
GYRE_ON_EVERY_ENGINE(asking);

TEST_P(asking, a_coroutine_gets_the_value_or_why_there_is_none) {
  auto k = launch_active<account>("k", {.actors = 6});
  auto a = open(k);
  auto const work = [&]() -> task<std::int64_t> {
    auto const b = co_await a.ask(3, deposit{100});
    EXPECT_TRUE(done(b));
    auto const refusal = co_await a.ask(3, withdraw{1000});
    EXPECT_TRUE(refused(refusal, errc::rejected));
    EXPECT_EQ(refusal.error().detail, 100);
    EXPECT_TRUE(refused(co_await a.ask(77, deposit{1}), errc::no_such_actor));
    co_return b->cents;
  };
  EXPECT_EQ(a.run(work()), 100);
  EXPECT_EQ(a.in_flight(), 0U);
}

TEST_P(asking, many_coroutines_share_a_small_window) {
  auto k = launch_active<account>("k", {.actors = 6});
  auto a = open(k, 4);
  std::int64_t sum = 0;
  auto const one = [&](std::uint64_t actor) -> task<> {
    for (int i = 0; i < 5; ++i) {
      auto const b = co_await a.ask(actor, deposit{1}, patience);
      EXPECT_TRUE(done(b));
    }
    auto const b = co_await a.ask(actor, deposit{0}, patience);
    if (b) sum += b->cents;
  };
  for (std::uint64_t i = 0; i < 60; ++i) a.spawn(one(i % 6));
  EXPECT_EQ(a.spawned(), 60U) << "each waits for its first answer";
  a.run();
  EXPECT_EQ(a.spawned(), 0U);
  EXPECT_GE(sum, 60 * 5);
  EXPECT_EQ(need(k.ask(0, deposit{0}, patience), "ask").cents, 50);
}

TEST_P(asking, when_all_waits_for_every_task) {
  auto k = launch_active<account>("k", {.actors = 6});
  auto a = open(k);
  auto const put = [&](std::uint64_t actor, std::int64_t cents) -> task<std::int64_t> {
    auto const b = co_await a.ask(actor, deposit{cents}, patience);
    co_return b ? b->cents : -1;
  };
  auto const many = [&]() -> task<std::vector<std::int64_t>> {
    std::vector<task<std::int64_t>> tasks;
    for (std::int64_t i = 0; i < 6; ++i) tasks.push_back(put(static_cast<std::uint64_t>(i), i));
    co_return co_await when_all(std::move(tasks));
  };
  EXPECT_EQ(a.run(many()), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
  auto const quick = []() -> task<bool> { co_return true; };
  auto const [first, second] = a.run(when_all(put(1, 10), quick()));
  EXPECT_EQ(first, 11);
  EXPECT_TRUE(second);
  EXPECT_TRUE(a.run(when_all(std::vector<task<int>>{})).empty());
}

TEST_P(asking, a_thousand_asks_are_one_wait) {
  auto k = launch_active<account>("k", {.actors = 6});
  auto a = open(k);
  auto const replies = a.run(a.ask_all(
      1000, [](std::size_t i) { return i % 7; },
      [](std::size_t i) { return deposit{static_cast<std::int64_t>(i % 2)}; }, patience));
  ASSERT_EQ(replies.size(), 1000U);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (i % 7 == 6) {
      EXPECT_TRUE(refused(replies[i], errc::no_such_actor)) << i;
    } else {
      EXPECT_TRUE(done(replies[i])) << i;
    }
  }
}

TEST_P(asking, calls_at_the_end_come_on_the_askers_thread) {
  auto k = launch_active<account>("k", {.actors = 6});
  auto a = open(k);
  int called = 0;
  auto const thread = std::this_thread::get_id();
  for (int i = 0; i < 20; ++i) {
    a.ask_then(2, deposit{1}, [&, i](result<balance> const& b) {
      EXPECT_TRUE(done(b));
      EXPECT_EQ(b ? b->cents : -1, i + 1);
      EXPECT_EQ(std::this_thread::get_id(), thread);
      ++called;
    });
  }
  EXPECT_EQ(a.in_flight(), 20U);
  while (a.in_flight() != 0) EXPECT_GT(a.wait(), 0U);
  EXPECT_EQ(called, 20);
  EXPECT_EQ(a.wait(), 0U) << "nothing is in flight";
}

TEST_P(asking, what_a_task_throws_comes_out_of_run) {
  auto k = launch_active<account>("k");
  auto a = open(k);
  auto const bad = [&]() -> task<int> {
    (void)co_await a.ask(0, deposit{1}, patience);
    throw std::runtime_error("on purpose");
  };
  EXPECT_THROW((void)a.run(bad()), std::runtime_error);
  auto const both = [&]() -> task<> { (void)co_await when_all(bad(), bad()); };
  EXPECT_THROW(a.run(both()), std::runtime_error);
}

TEST_P(asking, a_late_reply_is_refused_in_time_and_the_next_ask_gets_its_own) {
  auto k = launch<account>("k", {.actors = 6});  // inactive: nobody answers
  auto a = open(k);
  auto const late = [&]() -> task<> {
    EXPECT_TRUE(refused(co_await a.ask(1, deposit{5}, 5ms), errc::timed_out));
  };
  a.run(late());
  need(k.activate(), "activate");
  auto const next = [&]() -> task<std::int64_t> {
    auto const b = co_await a.ask(1, deposit{1}, patience);
    co_return b ? b->cents : -1;
  };
  EXPECT_EQ(a.run(next()), 1) << "what was too late is not handled";
}

TEST_P(asking, the_kernels_end_reaches_whoever_waits) {
  auto k = launch<account>("k", {.actors = 6});
  auto a = open(k, 4);
  std::vector<errc> why;
  auto const one = [&]() -> task<> {
    auto const b = co_await a.ask(1, deposit{1}, patience);
    EXPECT_FALSE(b);
    if (!b) why.push_back(b.error().code);
  };
  for (int i = 0; i < 10; ++i) a.spawn(one());  // six of them beyond the window
  auto ender = std::thread([&] { (void)k.terminate(10ms); });
  a.run();
  ender.join();
  EXPECT_EQ(why, std::vector<errc>(10, errc::terminated));
}

TEST_P(asking, a_coroutine_that_is_destroyed_gives_its_ask_up) {
  auto k = launch<account>("k", {.actors = 6});
  auto a = open(k);
  {
    auto const waits = [&]() -> task<> { (void)co_await a.ask(1, deposit{1}, patience); };
    auto const t = waits();
    t.handle().resume();
    EXPECT_EQ(a.in_flight(), 1U);
  }
  EXPECT_EQ(a.in_flight(), 0U);
  need(k.activate(), "activate");
  auto const next = [&]() -> task<bool> {
    auto const b = co_await a.ask(2, deposit{1}, patience);
    co_return b.has_value();
  };
  EXPECT_TRUE(a.run(next()));
}

TEST_P(asking, an_askers_end_drops_what_is_in_flight) {
  auto k = launch<account>("k", {.actors = 6});
  bool called = false;
  {
    auto a = open(k, 4);
    for (int i = 0; i < 10; ++i) {
      a.ask_then(1, deposit{1}, [&](result<balance> const&) { called = true; });
    }
  }
  need(k.activate(), "activate");
  EXPECT_EQ(need(k.ask(0, deposit{1}, patience), "ask").cents, 1);
  EXPECT_FALSE(called);
}

TEST_P(asking, async_asks_are_answered_after_a_rest_and_end_with_the_kernel) {
  auto k = launch_active<account>("k", {.actors = 6});
  auto const work = [&](int rounds) -> task<std::int64_t> {
    result<balance> b;
    for (int i = 0; i < rounds; ++i) {
      b = co_await k.async_ask(3, deposit{1}, patience);
      if (!done(b)) co_return -1;
    }
    co_return b->cents;
  };
  EXPECT_EQ(sync_wait(work(50)), 50);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(sync_wait(work(50)), 100);
  EXPECT_TRUE(done(k.terminate(patience)));
  auto const late = [&]() -> task<bool> {
    co_return refused(co_await k.async_ask(3, deposit{1}, patience), errc::terminated);
  };
  EXPECT_TRUE(sync_wait(late()));
}

TEST_P(asking, a_batch_by_a_port_keeps_its_order) {
  auto k = launch_active<account>("k", {.actors = 6});
  auto end = need(k.open_port({.window = 64}), "open_port");
  std::vector<std::uint64_t> to(60);
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = i % 6;
  std::vector<deposit> const messages(to.size(), deposit{1});
  std::vector<asked<balance>> flight(to.size());
  for (std::int64_t round = 0; round < 30; ++round) {
    ASSERT_TRUE(done(end.submit_all(to, messages, flight, {.timeout = patience})));
    for (std::size_t i = 0; i < flight.size(); ++i) {
      auto const b = end.wait(flight[i], patience);
      ASSERT_TRUE(done(b));
      ASSERT_EQ(b->cents, round * 10 + static_cast<std::int64_t>(i) / 6 + 1);
    }
  }
}

}  // namespace
}  // namespace gyre::conformance
