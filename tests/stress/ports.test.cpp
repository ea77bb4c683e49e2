#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

// Ports that open, leave asks behind and close, while others ask over the same kernel.

namespace gyre {
namespace {

constexpr auto patience = std::chrono::seconds(20);

[[nodiscard]] bool small() {
  char const* const scale = std::getenv("GYRE_STRESS_SCALE");
  return scale != nullptr && std::string_view(scale) == "small";
}

struct port_question {
  std::uint64_t n = 0;
};
struct port_answer {
  std::uint64_t mixed = 0;
};

constexpr std::uint64_t mixed(std::uint64_t n) { return (n ^ (n >> 29)) * 0xBF58476D1CE4E5B9ULL; }

struct port_oracle {
  using handles = gyre::handles<port_question>;
  std::uint64_t asked = 0;
  port_answer on(port_question const& m, auto&) {
    ++asked;
    return {mixed(m.n)};
  }
};

/// What the threads of a test share: the first complaint, and the messages that were sent.
struct course {
  deadline until{3 * patience};
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> left_behind{0};
  std::mutex mutex;
  std::string complaint;

  void complain(std::string what) {
    std::scoped_lock const lock(mutex);
    if (complaint.empty()) complaint = std::move(what);
    over = true;
  }
  [[nodiscard]] bool goes_on() {
    if (!over && until.expired()) complain("the test's time is over");
    return !over;
  }
};

/// Opens a port, sends a few asks, waits for some of them and leaves the others; again and again.
void come_and_go(course& c, kernel<port_oracle>& kernel, std::uint64_t me, std::uint64_t rounds) {
  for (std::uint64_t round = 0; round < rounds && c.goes_on();) {
    auto port = kernel.open_port({.window = std::uint64_t{1} << (round % 4)});
    if (!port) {
      // All are open, or rest with replies still to come.
      if (port.error().code != errc::full) return c.complain(port.error().message());
      std::this_thread::yield();
      continue;
    }
    std::uint64_t const asks = port->window();
    std::vector<asked<port_answer>> tickets;
    for (std::uint64_t i = 0; i < asks; ++i) {
      auto const t = port->submit(i % 4, port_question{me + round + i}, {.timeout = patience});
      if (!t) return c.complain("submit: " + t.error().message());
      c.sent.fetch_add(1);
      tickets.push_back(*t);
    }
    std::uint64_t const waited = round % (asks + 1);
    for (std::uint64_t i = 0; i < waited; ++i) {
      auto const r = port->wait(tickets[i], patience);
      if (!r) return c.complain("wait: " + r.error().message());
      if (r->mixed != mixed(me + round + i)) return c.complain("the answer of another ask");
    }
    c.left_behind.fetch_add(asks - waited);
    ++round;
  }
}

/// Asks from this thread's own port, without a pause, until the others are through.
void ask_on(course& c, kernel<port_oracle>& kernel, std::uint64_t me,
            std::atomic<bool> const& done) {
  for (std::uint64_t n = me; !done && c.goes_on(); ++n) {
    auto const r = kernel.ask(n % 4, port_question{n}, patience);
    if (!r) return c.complain("ask: " + r.error().message());
    c.sent.fetch_add(1);
    if (r->mixed != mixed(n)) return c.complain("the answer of another ask");
  }
}

// A port's row was given to the next client while a shard could still write the last one's replies.
TEST(ports, that_come_and_go_neither_take_nor_lose_a_reply) {
  std::uint64_t const rounds = small() ? 300 : 20'000;
  auto rt = runtime::create({.engine = engine_kind::cpu, .dead_letters = 16}).value();
  auto kernel =
      rt.launch<port_oracle>("ports", {.queue_capacity = 64, .shards = 2, .actors = 4, .ports = 5})
          .value();
  kernel.activate().value();
  course c;
  std::atomic<bool> done{false};
  std::vector<std::thread> askers;
  for (std::uint64_t i = 1; i <= 2; ++i) {
    askers.emplace_back([&, i] { ask_on(c, kernel, i << 40, done); });
  }
  std::vector<std::thread> others;
  for (std::uint64_t i = 1; i <= 2; ++i) {
    others.emplace_back([&, i] { come_and_go(c, kernel, i << 50, rounds); });
  }
  for (auto& t : others) t.join();
  done = true;
  for (auto& t : askers) t.join();
  EXPECT_EQ(c.complaint, "") << c.sent.load() << " messages sent";

  auto const report = kernel.terminate(patience);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->drained);
  auto const cancelled = report->dropped[static_cast<std::size_t>(drop_reason::cancelled)];
  EXPECT_EQ(report->handled + cancelled, c.sent.load());
  EXPECT_EQ(kernel.metrics().sent, c.sent.load());
  EXPECT_LE(report->dropped[static_cast<std::size_t>(drop_reason::late_reply)] + cancelled,
            c.left_behind.load());
  EXPECT_EQ(report->undelivered, 0U);
}

// Each thread that asks has a port of its own behind the scenes: given back when the thread ends,
// or the kernel would soon have none left.
TEST(ports, of_threads_that_end_are_used_again) {
  int const threads = small() ? 60 : 600;
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  auto kernel = rt.launch<port_oracle>("ports", {.ports = 3}).value();
  kernel.activate().value();
  std::atomic<int> answered{0};
  for (int i = 0; i < threads; i += 3) {
    std::vector<std::thread> three;
    for (int t = 0; t < 3; ++t) {
      three.emplace_back([&, n = static_cast<std::uint64_t>(i + t)] {
        auto const r = kernel.ask(0, port_question{n}, patience);
        answered += r && r->mixed == mixed(n) ? 1 : 0;
      });
    }
    for (auto& t : three) t.join();
  }
  EXPECT_EQ(answered.load(), threads);
}

}  // namespace
}  // namespace gyre
