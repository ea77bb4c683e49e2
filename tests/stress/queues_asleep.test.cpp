#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

// A kernel's named queues where everybody sleeps now and then: receivers for want of replies,
// senders for want of room. Then nobody moves messages but the runtime's own thread.

namespace gyre {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s;
constexpr std::uint64_t senders = 3;
constexpr std::uint64_t receivers = 2;

[[nodiscard]] bool small() {
  char const* const scale = std::getenv("GYRE_STRESS_SCALE");
  return scale != nullptr && std::string_view(scale) == "small";
}

struct number {
  std::uint64_t actor_id = 0;
  std::uint64_t n = 0;
};
struct numbered {
  std::uint64_t n = 0;
  std::uint64_t square = 0;
};
struct squares {
  using handles = gyre::handles<number>;
  std::uint64_t handled = 0;
  numbered on(number const& m, auto&) {
    ++handled;
    return {m.n, m.n * m.n};
  }
};

struct traffic {
  kernel<squares> k;
  std::uint64_t each;
  bool dawdle;  ///< Receivers are slow now and then, so that the response queue fills.
  std::vector<std::atomic<std::uint8_t>> times_answered;
  std::atomic<std::uint64_t> answered{0};
  std::stop_source all_answered;
  std::mutex mutex;
  std::string complaint;

  traffic(kernel<squares> const& of, std::uint64_t per_sender, bool slow)
      : k(of), each(per_sender), dawdle(slow), times_answered(senders * per_sender) {}

  void complain(std::string what) {
    std::scoped_lock const lock(mutex);
    if (complaint.empty()) complaint = std::move(what);
    all_answered.request_stop();
  }

  void send(std::uint64_t sender) {
    auto requests = k.requests().value();
    for (std::uint64_t i = 0; i < each && !all_answered.stop_requested(); ++i) {
      std::uint64_t const n = sender * each + i;
      auto const r = requests.send(number{n % 4, n}, patience, all_answered.get_token());
      if (!r) return complain("send " + std::to_string(n) + ": " + r.error().message());
      // A burst, then long enough for every receiver to fall asleep.
      if (i % 64 == 63) std::this_thread::sleep_for(std::chrono::microseconds(200 * (1 + n % 3)));
    }
  }
  void receive() {
    auto responses = k.responses().value();
    for (std::uint64_t turn = 0;; ++turn) {
      auto const r = responses.receive(patience, all_answered.get_token());
      if (!r && r.error().code == errc::cancelled) return;
      if (!r) {
        return complain("after " + std::to_string(answered.load()) +
                        " replies: " + r.error().message());
      }
      if (r->n >= times_answered.size() || r->square != r->n * r->n) {
        return complain("a wrong reply for " + std::to_string(r->n));
      }
      if (times_answered[r->n].fetch_add(1) != 0) {
        return complain("a second reply for " + std::to_string(r->n));
      }
      if (answered.fetch_add(1) + 1 == times_answered.size()) all_answered.request_stop();
      if (dawdle && turn % 256 == 0) std::this_thread::sleep_for(1ms);
    }
  }
  void run() {
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < receivers; ++i) threads.emplace_back([this] { receive(); });
    for (std::uint64_t i = 0; i < senders; ++i) threads.emplace_back([this, i] { send(i); });
    for (auto& t : threads) t.join();
    EXPECT_EQ(complaint, "");
    EXPECT_EQ(answered.load(), senders * each);
  }
};

// Contract, fault 9: messages lost on their way between two queues. Each is answered exactly once.
void every_message_is_answered_once(launch_options const& options, bool dawdle) {
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  auto kernel = rt.launch<squares>("squares", options).value();
  kernel.activate().value();
  traffic t(kernel, small() ? 600 : 20'000, dawdle);
  t.run();
  auto const report = kernel.terminate(patience);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->handled, senders * t.each);
  EXPECT_EQ(report->undelivered + report->unread, 0U);
  EXPECT_EQ(rt.dead_letters().total(), 0U);
}

TEST(queues_asleep, sleeping_receivers_get_every_reply_once) {
  every_message_is_answered_once({.queue_capacity = 1024, .shards = 2, .actors = 4, .spin = 0ns},
                                 false);
}

TEST(queues_asleep, smallest_queues_with_slow_receivers_lose_nothing) {
  every_message_is_answered_once(
      {.queue_capacity = 16, .deduplication_window = 16, .shards = 1, .actors = 4}, true);
}

TEST(queues_asleep, kernel_that_is_paused_now_and_then_answers_in_the_end) {
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  auto kernel = rt.launch<squares>("squares", {.queue_capacity = 64, .actors = 4}).value();
  kernel.activate().value();
  traffic t(kernel, small() ? 600 : 5'000, false);
  std::jthread pausing([&](std::stop_token const& stop) {
    while (!stop.stop_requested()) {
      if (auto r = kernel.deactivate(patience); !r) return t.complain(r.error().message());
      std::this_thread::sleep_for(300us);
      if (auto r = kernel.activate(); !r) return t.complain(r.error().message());
      std::this_thread::sleep_for(2ms);
    }
  });
  t.run();
}

}  // namespace
}  // namespace gyre
