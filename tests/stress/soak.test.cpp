#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

// Asks and tells in great number over the smallest rings, and over kernels that come and go.

namespace gyre {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = std::chrono::seconds(20);
constexpr std::uint64_t clients = 4;

[[nodiscard]] bool small() {
  char const* const scale = std::getenv("GYRE_STRESS_SCALE");
  return scale != nullptr && std::string_view(scale) == "small";
}

struct soak_question {
  std::uint64_t asker = 0;
  std::uint64_t number = 0;
};
struct soak_answer {
  std::uint64_t mixed = 0;
  std::uint64_t number = 0;
};

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t asker, std::uint64_t number) noexcept {
  return (asker + 1) * 0x9E3779B97F4A7C15ULL ^ number * 0xD6E8FEB86659FD93ULL;
}

/// Remembers the last number of each asker, so a message that was lost, doubled or overtaken shows.
struct oracle {
  using handles = gyre::handles<soak_question>;
  std::uint64_t last[clients] = {};
  std::uint64_t disorder = 0;

  gyre::reply<soak_answer> on(soak_question const& m, auto& self) {
    if (m.number != last[m.asker] + 1) ++disorder;
    last[m.asker] = m.number;
    if (disorder != 0) return self.reject(1, static_cast<std::int64_t>(disorder));
    return soak_answer{mix(m.asker, m.number), m.number};
  }
};

/// What one client saw.
struct findings {
  std::uint64_t answered = 0;
  std::uint64_t wrong = 0;
  std::string first_error;
};

/// Asks 1 … `asks` with up to a window in flight, and checks each answer in order.
findings ask_many(kernel<oracle>& kernel, std::uint64_t me, std::uint64_t asks) {
  findings found;
  auto port = kernel.open_port({.window = 8});
  if (!port) return {0, 0, port.error().message()};
  std::array<asked<soak_answer>, 8> in_flight{};
  std::uint64_t sent = 0;
  for (std::uint64_t number = 1; number <= asks; ++number) {
    while (sent < asks && sent - (number - 1) < in_flight.size()) {
      auto const t = port->submit(0, soak_question{me, sent + 1}, {.timeout = patience});
      if (!t) {
        found.first_error = "submit " + std::to_string(sent + 1) + ": " + t.error().message();
        return found;
      }
      in_flight[sent++ % in_flight.size()] = *t;
    }
    auto const r = port->wait(in_flight[(number - 1) % in_flight.size()], patience);
    if (!r) {
      found.first_error = "ask " + std::to_string(number) + ": " + r.error().message();
      return found;
    }
    ++found.answered;
    if (r->number != number || r->mixed != mix(me, number)) ++found.wrong;
  }
  return found;
}

TEST(soak, ten_million_asks_over_16_slots_are_answered_each_by_its_own_answer) {
  std::uint64_t const each = (small() ? 50'000U : 10'000'000U) / clients;
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  auto kernel = rt.launch<oracle>("soak", {.queue_capacity = 16}).value();
  kernel.activate().value();
  std::vector<findings> found(clients);
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] { found[i] = ask_many(kernel, i, each); });
  }
  for (auto& t : threads) t.join();
  for (std::uint64_t i = 0; i < clients; ++i) {
    EXPECT_EQ(found[i].first_error, "") << "client " << i;
    EXPECT_EQ(found[i].answered, each) << "client " << i;
    EXPECT_EQ(found[i].wrong, 0U) << "client " << i;
  }
  auto const m = kernel.metrics();
  EXPECT_EQ(m.sent, each * clients);
  EXPECT_EQ(m.received, each * clients);
  auto const report = kernel.terminate(patience);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->drained);
  EXPECT_EQ(report->handled, each * clients);
  EXPECT_EQ(rt.dead_letters().total(), 0U);
}

struct counted {
  std::uint64_t n = 0;
};
struct total {
  std::uint64_t n = 0;
};
struct tally {
  using handles = gyre::handles<counted>;
  std::uint64_t sum = 0;
  total on(counted const& m, auto&) { return {sum += m.n}; }
};

// Clients ask while the kernel is launched, paused, resumed and terminated again and again. Each
// ask ends with a value or an error, and every message sent was handled or is a dead letter.
TEST(soak, kernel_that_comes_and_goes_answers_or_accounts_for_every_ask) {
  int const lives = small() ? 20 : 300;
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  for (int life = 0; life < lives; ++life) {
    std::uint32_t const shards = life % 2 == 0 ? 1 : 2;
    auto kernel =
        rt.launch<tally>("mayfly", {.queue_capacity = 16, .shards = shards, .actors = 4}).value();
    std::atomic<std::uint64_t> values{0};
    std::atomic<std::uint64_t> odd_errors{0};
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        for (;;) {
          auto const r = kernel.ask(i, counted{1}, 1s);
          if (r) {
            values.fetch_add(1);
            continue;
          }
          if (r.error().code == errc::terminated) return;
          if (r.error().code != errc::timed_out) odd_errors.fetch_add(1);
        }
      });
    }
    for (int round = 0; round < 5; ++round) {
      EXPECT_TRUE(kernel.activate());
      std::this_thread::sleep_for(std::chrono::microseconds(100 * (life % 7)));
      EXPECT_TRUE(kernel.deactivate(patience));
    }
    if (life % 3 != 0) {
      EXPECT_TRUE(kernel.activate());
    }
    auto const report = kernel.terminate(life % 5 == 0 ? 0ns : 2s);
    for (auto& t : threads) t.join();
    ASSERT_TRUE(report) << "life " << life << ": " << report.error().message();
    auto const m = kernel.metrics();
    EXPECT_EQ(report->handled + report->undelivered, m.sent) << "life " << life;
    EXPECT_EQ(m.received, report->handled) << "life " << life;
    EXPECT_EQ(values.load(), report->handled) << "life " << life;
    EXPECT_EQ(odd_errors.load(), 0U) << "life " << life;
  }
}

}  // namespace
}  // namespace gyre
