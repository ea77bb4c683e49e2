#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <thread>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "queue_actors.hpp"
#include "test_actors.hpp"

namespace gyre::conformance {
namespace {

using steady = std::chrono::steady_clock;

class send_receive : public on_engine {
 protected:
  /// A queue that is full, with room for 16, whose sends block.
  queue<square> full_queue(queue_options o = {}) {
    o.capacity = 16;
    o.deduplication = false;
    auto q = need(rt.create_queue<square>("full", o), "queue");
    for (std::int64_t n = 0; n < 16; ++n) need(q.send(square{n}), "send");
    return q;
  }
};
GYRE_ON_EVERY_ENGINE(send_receive);

TEST_P(send_receive, by_name_in_order) {
  need(rt.create_queue<square>("numbers"), "queue");
  for (std::int64_t n = 0; n < 10; ++n) need(rt.send("numbers", square{n}), "send");
  for (std::int64_t n = 10; n < 20; ++n) need(rt.send("numbers", square{n}, 1s), "send");
  for (std::int64_t n = 0; n < 20; ++n) {
    EXPECT_EQ(need(rt.receive<square>("numbers", patience), "receive").n, n);
  }
}

TEST_P(send_receive, unknown_names_and_wrong_types_are_refused_at_once) {
  need(rt.create_queue<square>("numbers"), "queue");
  EXPECT_TRUE(refused(rt.send("nombers", square{1}), errc::not_found, {"nombers"}));
  EXPECT_TRUE(refused(rt.receive<square>("nombers"), errc::not_found, {"nombers"}));
  EXPECT_TRUE(
      refused(rt.send("numbers", deposit{1}), errc::wrong_type, {"numbers", "square", "deposit"}));
  EXPECT_TRUE(
      refused(rt.receive<deposit>("numbers"), errc::wrong_type, {"numbers", "square", "deposit"}));
}

TEST_P(send_receive, a_zero_timeout_does_not_wait) {
  auto q = full_queue();
  need(rt.create_queue<square>("empty"), "queue");
  // Waits of the option's 5 s, or for ever, would be seen: there are 400 calls.
  auto const begin = steady::now();
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(refused(rt.receive<square>("empty", 0ns), errc::timed_out));
    EXPECT_TRUE(refused(rt.send("full", square{1}, 0ns), errc::timed_out));
  }
  EXPECT_LT(steady::now() - begin, patience);
  EXPECT_EQ(q.depth(), 16U);
}

TEST_P(send_receive, a_timeout_is_waited_for) {
  auto q = full_queue({.block_timeout = 25ms});
  need(rt.create_queue<square>("empty"), "queue");
  auto begin = steady::now();
  EXPECT_TRUE(refused(rt.receive<square>("empty", 25ms), errc::timed_out));
  EXPECT_GE(steady::now() - begin, 25ms);
  begin = steady::now();
  EXPECT_TRUE(refused(rt.send("full", square{1}), errc::timed_out)) << "by its option";
  EXPECT_GE(steady::now() - begin, 25ms);
  begin = steady::now();
  EXPECT_TRUE(refused(rt.send("full", square{1}, 30ms), errc::timed_out));
  EXPECT_GE(steady::now() - begin, 30ms);
}

TEST_P(send_receive, receivers_and_senders_are_cancelled_by_a_stop_token) {
  auto q = full_queue();
  need(rt.create_queue<square>("empty"), "queue");
  std::stop_source stop;
  std::thread receiver([&] {
    EXPECT_TRUE(refused(rt.receive<square>("empty", forever, stop.get_token()), errc::cancelled));
  });
  std::thread sender([&] {
    EXPECT_TRUE(refused(rt.send("full", square{1}, forever, stop.get_token()), errc::cancelled));
  });
  auto const empty = need(rt.find_queue<square>("empty"), "find");
  EXPECT_TRUE(soon([&] { return empty.stats().sleepers == 1 && q.stats().sleepers == 1; }))
      << "both were to fall asleep";
  stop.request_stop();
  receiver.join();
  sender.join();
  EXPECT_EQ(q.depth(), 16U) << "nothing was sent";
  EXPECT_TRUE(refused(rt.receive<square>("empty", forever, stop.get_token()), errc::cancelled))
      << "a token that was signalled before";
}

TEST_P(send_receive, a_receiver_on_a_kernels_queue_is_cancelled) {
  auto kernel = launch_active<worker>("cancel");
  auto responses = need(kernel.responses(), "responses");
  std::stop_source stop;
  std::thread receiver(
      [&] { EXPECT_TRUE(refused(responses.receive(forever, stop.get_token()), errc::cancelled)); });
  EXPECT_TRUE(soon([&] { return responses.stats().sleepers == 1; })) << "it was to fall asleep";
  stop.request_stop();
  receiver.join();
}

// A wait "for ever" was added to the clock's now, wrapped round, and had expired at once.
TEST_P(send_receive, fault_07_for_ever_waits) {
  auto q = full_queue({.block_timeout = std::nullopt});
  need(rt.create_queue<square>("empty"), "queue");
  std::atomic<int> returned{0};
  std::thread by_default([&] {
    EXPECT_TRUE(done(rt.receive<square>("empty")));
    ++returned;
  });
  std::thread by_name([&] {
    EXPECT_TRUE(done(rt.receive<square>("empty", forever)));
    ++returned;
  });
  std::thread sender([&] {
    EXPECT_TRUE(done(rt.send("full", square{16})));
    ++returned;
  });
  std::thread patient_sender([&] {
    EXPECT_TRUE(done(rt.send("full", square{16}, forever)));
    ++returned;
  });
  auto const empty = need(rt.find_queue<square>("empty"), "find");
  EXPECT_TRUE(soon([&] { return empty.stats().sleepers == 2 && q.stats().sleepers == 2; }))
      << "all four were to fall asleep";
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(returned, 0);
  for (int i = 0; i < 2; ++i) {
    need(rt.send("empty", square{1}), "send");
    need(q.receive(0ns), "receive");
  }
  by_default.join();
  by_name.join();
  sender.join();
  patient_sender.join();
}

TEST_P(send_receive, waiters_get_terminated_when_their_queue_ends) {
  need(rt.create_queue<square>("ends"), "queue");
  auto const q = need(rt.find_queue<square>("ends"), "find");
  std::thread receiver([&] { EXPECT_TRUE(refused(rt.receive<square>("ends"), errc::terminated)); });
  EXPECT_TRUE(soon([&] { return q.stats().sleepers == 1; })) << "it was to fall asleep";
  need(rt.destroy_queue("ends"), "destroy");
  receiver.join();
}

}  // namespace
}  // namespace gyre::conformance
