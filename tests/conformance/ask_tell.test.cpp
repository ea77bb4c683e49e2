#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "test_actors.hpp"

namespace gyre::conformance {
namespace {

using steady = std::chrono::steady_clock;

class ask_tell : public on_engine {};
GYRE_ON_EVERY_ENGINE(ask_tell);

TEST_P(ask_tell, replies_are_typed_and_each_actor_keeps_its_own_state) {
  constexpr std::uint64_t actors = 11;
  auto kernel = launch_active<account>("bank", {.actors = actors});
  for (std::int64_t round = 1; round <= 3; ++round) {
    for (std::uint64_t a = 0; a < actors; ++a) {
      auto const cents = static_cast<std::int64_t>(a + 1) * 100;
      result<balance> const r = kernel.ask(a, deposit{cents}, patience);
      ASSERT_TRUE(done(r));
      EXPECT_EQ(r->cents, round * cents);
    }
  }
  EXPECT_EQ(need(kernel.ask(4, withdraw{600}, patience), "withdraw").cents, 900);
  EXPECT_EQ(need(kernel.ask(5, deposit{0}, patience), "deposit").cents, 1800);
}

TEST_P(ask_tell, rejections_carry_the_handlers_numbers) {
  auto kernel = launch_active<account>("poor");
  need(kernel.ask(0, deposit{70}, patience), "deposit");
  auto const r = kernel.ask(0, withdraw{100}, patience);
  ASSERT_TRUE(refused(r, errc::rejected, {"poor"}));
  EXPECT_EQ(r.error().reject_code, 1U);
  EXPECT_EQ(r.error().detail, 70);
  EXPECT_EQ(need(kernel.ask(0, deposit{0}, patience), "deposit").cents, 70) << "nothing was taken";
  EXPECT_EQ(rt.dead_letters().total(), 0U) << "the asker was told";
  EXPECT_EQ(r.error().message(),
            "rejected: kernel 'poor': the handler refused the message, with code 1 and detail 70");
}

TEST_P(ask_tell, a_kernel_that_is_inactive_says_so_when_no_reply_comes) {
  auto kernel = need(rt.launch<account>("asleep", options({})), "launch");
  EXPECT_TRUE(refused(kernel.ask(0, deposit{1}, 1ms), errc::timed_out, {"asleep", "activate()"}));
  need(kernel.activate(), "activate");
  EXPECT_TRUE(soon([&] { return done(kernel.ask(0, deposit{0}, patience)); }));
}

TEST_P(ask_tell, an_ask_without_a_reply_value_returns_when_the_handler_has_run) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<account>("void");
  auto const begin = steady::now();
  result<void> const r = kernel.ask(0, nap{30}, patience);
  EXPECT_TRUE(done(r));
  EXPECT_GE(steady::now() - begin, 30ms);
  EXPECT_TRUE(comes_to(1U, [&] { return kernel.status().handled; }));
}

TEST_P(ask_tell, unknown_actor_is_refused_with_the_ids_that_there_are) {
  auto kernel = launch_active<account>("small", {.actors = 5});
  for (std::uint64_t const a : {std::uint64_t{5}, std::uint64_t{6}, UINT64_MAX}) {
    EXPECT_TRUE(refused(kernel.ask(a, deposit{1}, patience), errc::no_such_actor, {"0 to 4"}));
  }
  need(kernel.tell(5, deposit{1}), "tell");
  EXPECT_TRUE(soon([&] { return letters(drop_reason::no_such_actor) == 1; }))
      << "the tell was to become a dead letter";
  EXPECT_TRUE(comes_to(0U, [&] { return kernel.status().handled; }));
}

TEST_P(ask_tell, an_ask_times_out_at_its_deadline_and_not_before) {
  auto kernel = launch<account>("asleep");
  auto const begin = steady::now();
  EXPECT_TRUE(refused(kernel.ask(0, deposit{1}, 30ms), errc::timed_out, {"asleep"}));
  EXPECT_GE(steady::now() - begin, 30ms);
  EXPECT_TRUE(refused(kernel.ask(0, deposit{1}, 0ns), errc::timed_out));
  EXPECT_TRUE(refused(kernel.ask(0, deposit{1}, -1s), errc::timed_out));
}

// A wait "for ever" was added to the clock's now, wrapped round, and had expired at once.
TEST_P(ask_tell, fault_07_an_ask_for_ever_waits) {
  auto kernel = launch<account>("patient");
  std::atomic<bool> returned{false};
  std::int64_t got = 0;
  std::thread asker([&] {
    auto const r = kernel.ask(0, deposit{9}, forever);
    EXPECT_TRUE(done(r));
    if (r) got = r->cents;
    returned = true;
  });
  EXPECT_TRUE(soon([&] { return kernel.status().pending == 1; })) << "the ask was to be sent";
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(returned);
  need(kernel.activate(), "activate");
  asker.join();
  EXPECT_EQ(got, 9);
}

// A reply that came too late was handed to the next asker.
TEST_P(ask_tell, fault_11_a_late_reply_is_dropped_and_counted_and_never_anothers) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<account>("late");
  for (std::int64_t i = 1; i <= 5; ++i) {
    EXPECT_TRUE(refused(kernel.ask(0, nap{50}, 20ms), errc::timed_out)) << "it is being handled";
    auto const r = kernel.ask(0, deposit{1}, patience);
    ASSERT_TRUE(done(r));
    EXPECT_EQ(r->cents, i) << "the late reply is not this one";
  }
  EXPECT_EQ(letters(drop_reason::late_reply), 5U);
  EXPECT_TRUE(comes_to(10U, [&] { return kernel.telemetry().handled; }));
  auto const t = kernel.telemetry();
  EXPECT_EQ(t.dropped_by_reason[static_cast<std::size_t>(drop_reason::late_reply)], 5U);
}

// Its asker is told that it was too late; so it must not happen after all.
TEST_P(ask_tell, what_nobody_waits_for_any_more_is_never_handled) {
  auto kernel = launch<account>("expired");
  for (std::int64_t i = 1; i <= 10; ++i) {
    EXPECT_TRUE(refused(kernel.ask(0, deposit{1000}, 1ms), errc::timed_out));
  }
  need(kernel.activate(), "activate");
  EXPECT_EQ(need(kernel.ask(0, deposit{1}, patience), "ask").cents, 1);
  auto const given_up = [&] {
    return letters(drop_reason::expired) + letters(drop_reason::cancelled);
  };
  EXPECT_TRUE(comes_to(10, given_up));
  EXPECT_EQ(letters(drop_reason::late_reply), 0U) << "a dead letter is counted once";
  EXPECT_TRUE(comes_to(1, [&] { return kernel.telemetry().handled; }));
}

TEST_P(ask_tell, a_tell_is_not_handled_after_its_time_to_live) {
  auto kernel = launch<account>("mortal");
  need(kernel.tell(0, deposit{1000}, {.time_to_live = 1ms}), "tell");
  need(kernel.tell(0, deposit{20}, {.time_to_live = 1h}), "tell");
  need(kernel.tell(0, deposit{3}, {.time_to_live = patience}), "tell");
  std::this_thread::sleep_for(20ms);
  need(kernel.activate(), "activate");
  EXPECT_EQ(need(kernel.ask(0, deposit{0}, patience), "ask").cents, 23);
  EXPECT_TRUE(comes_to(1, [&] { return letters(drop_reason::expired); }));
}

TEST_P(ask_tell, fault_11_late_failures_are_never_the_next_askers) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<account>("late_failures", {.ports = 1});
  EXPECT_TRUE(refused(kernel.ask(0, blow_up{5, 50}, 20ms), errc::timed_out));
  EXPECT_TRUE(refused(kernel.ask(0, blow_up{5, 50}, 20ms), errc::timed_out));
  auto const r = kernel.ask(0, deposit{2}, patience);
  ASSERT_TRUE(done(r));
  EXPECT_EQ(r->cents, 2);
  EXPECT_TRUE(soon([&] {
    return letters(drop_reason::late_reply) + letters(drop_reason::cancelled) +
               letters(drop_reason::expired) ==
           2;
  })) << "each is counted once";
}

// A full queue reported success.
TEST_P(ask_tell, fault_11_a_full_inbox_is_no_success) {
  for (auto const policy : {overflow_policy::block, overflow_policy::reject,
                            overflow_policy::drop_oldest, overflow_policy::drop_newest}) {
    std::string const id = "full_" + std::string(to_string(policy));
    auto kernel = launch<account>(id, {.queue_capacity = 16, .overflow = policy});
    errc const expected = policy == overflow_policy::block ? errc::timed_out : errc::full;
    std::int64_t told = 0;
    while (told < 1000 && kernel.tell(0, deposit{1}, {.timeout = 1ms})) ++told;
    ASSERT_LT(told, 1000);
    EXPECT_GE(told, 16);
    EXPECT_TRUE(refused(kernel.tell(0, deposit{1}, {.timeout = 1ms}), expected, {id}));
    EXPECT_TRUE(refused(kernel.ask(0, deposit{1}, 1ms), expected, {id}));
    need(kernel.activate(), "activate");
    auto const r = kernel.ask(0, deposit{0}, patience);
    if (!r && r.error().code == errc::full) continue;  // it does not wait for the shard to begin
    ASSERT_TRUE(done(r));
    EXPECT_EQ(r->cents, told) << "what was taken was handled, what was refused was not";
  }
}

TEST_P(ask_tell, a_tell_waits_for_room) {
  auto kernel = launch<account>("room", {.queue_capacity = 16});
  while (kernel.tell(0, deposit{1}, {.timeout = 0ns})) {
  }
  std::uint64_t const before = kernel.status().pending;
  std::thread teller(
      [&] { EXPECT_TRUE(done(kernel.tell(0, deposit{100}, {.timeout = forever}))); });
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(kernel.status().pending, before);
  need(kernel.activate(), "activate");
  teller.join();
  EXPECT_TRUE(soon([&] { return kernel.status().handled == before + 1; }))
      << "the tell that waited was to be handled";
}

TEST_P(ask_tell, tells_are_handled_in_order_and_none_is_lost) {
  auto kernel = launch_active<account>("told", {.queue_capacity = 64});
  for (std::int64_t i = 1; i <= 2000; ++i) need(kernel.tell(0, deposit{i}), "tell");
  auto const r = kernel.ask(0, deposit{0}, patience);
  ASSERT_TRUE(done(r));
  EXPECT_EQ(r->cents, 2000 * 2001 / 2) << "the ask came after all of them";
  EXPECT_EQ(rt.dead_letters().total(), 0U);
}

TEST_P(ask_tell, refused_tells_are_dead_letters) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<account>("deaf", {.actors = 4});
  need(kernel.tell(3, withdraw{50}), "tell");
  need(kernel.tell(2, blow_up{1}), "tell");
  EXPECT_TRUE(soon([&] { return rt.dead_letters().total() == 2; })) << "two dead letters";
  for (auto const& letter : rt.dead_letters().letters()) {
    EXPECT_EQ(letter.where, "deaf");
    bool const rejected = letter.reason == drop_reason::rejected;
    EXPECT_EQ(letter.reason, rejected ? drop_reason::rejected : drop_reason::handler_failed);
    EXPECT_EQ(letter.message_type, rejected ? "withdraw" : "blow_up");
    EXPECT_EQ(letter.actor, rejected ? 3U : 2U);
  }
}

TEST_P(ask_tell, a_terminated_kernel_says_so) {
  auto kernel = launch_active<account>("gone");
  need(kernel.ask(0, deposit{1}, patience), "ask");
  need(kernel.terminate(patience), "terminate");
  EXPECT_TRUE(refused(kernel.ask(0, deposit{1}, forever), errc::terminated, {"gone"}));
  EXPECT_TRUE(refused(kernel.tell(0, deposit{1}), errc::terminated, {"gone"}));
  EXPECT_TRUE(refused(kernel.open_port(), errc::terminated, {"gone"}));
}

}  // namespace
}  // namespace gyre::conformance
