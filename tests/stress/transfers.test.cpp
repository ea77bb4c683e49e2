#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

// Money that goes round among actors by their own messages, through inboxes of 16 slots: none of it
// is lost, whatever the seed and the number of shards.

namespace gyre {
namespace {

using namespace std::chrono_literals;

/// Under sanitizers the work is scaled down.
[[nodiscard]] bool small() {
  char const* const scale = std::getenv("GYRE_STRESS_SCALE");
  return scale != nullptr && std::string_view(scale) == "small";
}

/// Has an account give to another one, which does the same, until `hops` are done.
struct give_on {
  std::uint64_t hops = 0;
  std::uint64_t seed = 0;
};
struct receive {
  std::int64_t cents = 0;
};
struct holdings {};
struct held {
  std::int64_t cents = 0;
  std::uint64_t given = 0;
  std::uint64_t refused = 0;
};

struct purse {
  static constexpr std::uint64_t count = 1000;
  using handles = gyre::handles<give_on, receive, holdings>;
  std::int64_t cents = 1'000'000;
  std::uint64_t given = 0;
  std::uint64_t refused = 0;

  GYRE_FN void on(receive const& m, auto&) { cents += m.cents; }
  GYRE_FN held on(holdings const&, auto&) { return {cents, given, refused}; }
  GYRE_FN void on(give_on const& m, auto& self) {
    std::uint64_t const random = mixed_bits(m.seed + m.hops);
    gyre::actor<purse> const other{random % count};
    auto const amount = static_cast<std::int64_t>(random >> 32 & 0xFF);
    // What cannot be sent has not been given.
    if (self.tell(other, receive{amount})) {
      cents -= amount;
      ++given;
    } else {
      ++refused;
    }
    if (m.hops > 1 && !self.tell(other, give_on{m.hops - 1, m.seed})) ++refused;
  }
};

TEST(transfers, keep_their_sum_through_full_inboxes) {
  constexpr std::uint64_t chains = 200;
  for (std::uint32_t const shards : {1U, 2U, 3U}) {
    std::uint64_t const all = small() ? 60'000 : shards == 2 ? 10'000'000 : 1'000'000;
    auto rt = runtime::create({.engine = engine_kind::cpu}).value();
    auto bank =
        rt.launch<purse>("bank", {.queue_capacity = 16, .shards = shards, .actors = purse::count})
            .value();
    bank.activate().value();
    for (std::uint64_t c = 0; c < chains; ++c) {
      bank.tell(c % purse::count, give_on{all / chains, c * 977 + shards}, {.timeout = 60s})
          .value();
    }
    deadline const until(120s);
    auto const done = [&] {
      auto const t = bank.telemetry();
      return t.handled >= 2 * all && t.queue_depth == 0;
    };
    while (!done()) {
      ASSERT_FALSE(until.expired()) << bank.telemetry().handled << " of " << 2 * all << " handled";
      std::this_thread::sleep_for(1ms);
    }
    std::int64_t sum = 0;
    std::uint64_t given = 0;
    for (std::uint64_t a = 0; a < purse::count; ++a) {
      auto const h = bank.ask(a, holdings{}, 60s).value();
      sum += h.cents;
      given += h.given;
      EXPECT_EQ(h.refused, 0U) << "no tell is refused";
    }
    EXPECT_EQ(sum, static_cast<std::int64_t>(purse::count) * 1'000'000) << shards << " shards";
    EXPECT_EQ(given, all);
    auto const report = bank.terminate(60s).value();
    EXPECT_TRUE(report.drained);
    for (std::uint64_t n : report.dropped) EXPECT_EQ(n, 0U);
  }
}

}  // namespace
}  // namespace gyre
