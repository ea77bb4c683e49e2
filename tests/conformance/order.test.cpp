#include <array>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"

namespace gyre::conformance {
namespace {

constexpr std::size_t senders = 4;

/// The next of one sender's messages to one actor.
struct step {
  std::uint32_t sender = 0;
  std::uint32_t number = 0;
};
/// Has the actor send its next message to that one.
struct pass_on {
  std::uint64_t to = 0;
};
struct sent_on {
  bool reached = false;
};
/// From one actor to another.
struct passed {
  std::uint32_t from = 0;
  std::uint32_t number = 0;
};
struct tally {};
struct seen {
  std::uint64_t steps = 0;
  std::uint64_t passed_on = 0;
  std::uint64_t out_of_order = 0;
};

/// Knows which number of each sender comes next.
struct witness {
  using handles = gyre::handles<step, pass_on, passed, tally>;
  std::array<std::uint32_t, senders> next{};
  std::array<std::uint32_t, senders> next_of_actor{};
  std::array<std::uint32_t, senders> mine{};
  seen so_far{};

  GYRE_FN void on(step const& m, auto&) { note(next[m.sender], m.number, so_far.steps); }
  GYRE_FN sent_on on(pass_on const& m, auto& self) {
    auto const number = mine[m.to];
    bool const reached = self.tell(gyre::actor<witness>{m.to},
                                   passed{static_cast<std::uint32_t>(self.id()), number});
    if (reached) ++mine[m.to];
    return {reached};
  }
  GYRE_FN void on(passed const& m, auto&) {
    note(next_of_actor[m.from], m.number, so_far.passed_on);
  }
  GYRE_FN seen on(tally const&, auto&) { return so_far; }

 private:
  GYRE_FN void note(std::uint32_t& expected, std::uint32_t number, std::uint64_t& count) {
    if (number != expected) ++so_far.out_of_order;
    expected = number + 1;
    ++count;
  }
};

class order : public on_engine {};
GYRE_ON_EVERY_ENGINE(order);

TEST_P(order, first_in_first_out_for_each_sender_and_actor) {
  constexpr std::uint64_t actors = 5;
  constexpr std::uint32_t each = 1500;
  // So small that senders meet full inboxes, and wait.
  auto kernel = launch_active<witness>("fifo", {.queue_capacity = 32, .actors = actors});
  std::vector<std::thread> threads;
  for (std::uint32_t s = 0; s < senders; ++s) {
    threads.emplace_back([&kernel, s] {
      for (std::uint32_t n = 0; n < each; ++n) {
        for (std::uint64_t a = 0; a < actors; ++a) {
          ASSERT_TRUE(done(kernel.tell(a, step{s, n}, {.timeout = patience})));
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::uint64_t a = 0; a < actors; ++a) {
    auto const r = need(kernel.ask(a, tally{}, patience), "ask");
    EXPECT_EQ(r.steps, senders * each) << "an ask comes after its thread's, and the other threads'";
    EXPECT_EQ(r.out_of_order, 0U);
  }
}

TEST_P(order, asks_and_tells_of_one_port_keep_their_order_together) {
  auto kernel = launch_active<witness>("mixed", {.actors = 3});
  auto port = need(kernel.open_port({.window = 4}), "port");
  std::uint64_t abandoned = 0;
  for (std::uint32_t n = 0; n < 2000; ++n) {
    if (n % 3 == 0) {
      ASSERT_TRUE(done(port.ask(1, step{0, n}, patience)));
    } else if (n % 3 == 1) {
      ASSERT_TRUE(done(port.tell(1, step{0, n}, {.timeout = patience})));
    } else {
      auto const flying = need(port.submit(1, step{0, n}, {.timeout = patience}), "submit");
      if (n % 2 == 0) {
        ASSERT_TRUE(done(port.wait(flying, patience)));
      } else {
        port.abandon(flying);  // it may or may not have been handled by then
        ++abandoned;
      }
    }
  }
  auto const r = need(port.ask(1, tally{}, patience), "ask");
  EXPECT_LE(r.steps, 2000U);
  EXPECT_GE(r.steps, 2000U - abandoned);
  EXPECT_LE(r.out_of_order, 2000U - r.steps) << "a gap for each that was not handled";
}

TEST_P(order, tells_from_handlers_keep_their_order_between_two_actors) {
  auto kernel = launch_active<witness>("handlers", {.actors = senders});
  std::array<std::uint64_t, senders> reached{};
  std::uint64_t const rounds = repeated(GetParam(), 500);
  for (std::uint64_t n = 0; n < rounds; ++n) {
    for (std::uint64_t from = 0; from < senders; ++from) {
      for (std::uint64_t to = 0; to < senders; ++to) {
        auto const r = need(kernel.ask(from, pass_on{to}, patience), "ask");
        if (r.reached) ++reached[to];
      }
    }
  }
  for (std::uint64_t a = 0; a < senders; ++a) {
    EXPECT_TRUE(soon([&] {
      return need(kernel.ask(a, tally{}, patience), "ask").passed_on == reached[a];
    })) << "what reached the inbox of actor "
        << a << " was to be handled";
    EXPECT_EQ(need(kernel.ask(a, tally{}, patience), "ask").out_of_order, 0U);
  }
}

}  // namespace
}  // namespace gyre::conformance
