#include <cstdint>

#include <tools/bench/player.hpp>

#include "engine_under_test.hpp"
#include "expectations.hpp"

// The actors that the benchmarks of the device play with, on engines that are at hand.

namespace gyre::conformance {
namespace {

using tool::player;

class bench_actors : public on_engine {};
GYRE_ON_EVERY_ENGINE(bench_actors);

TEST_P(bench_actors, a_ball_between_two_of_a_kernel_comes_to_rest) {
  auto players = launch_active<player>("players", {.actors = 4});
  for (std::uint64_t const hops : {0, 1, 7, 100}) {
    std::uint64_t const before = players.status().handled;
    EXPECT_EQ(need(players.ask(0, tool::throw_ball{{2 * hops + 1, 3, 0, {}}}, patience), "ask"),
              0U);
    EXPECT_TRUE(comes_to(before + 2 * hops + 3, [&] { return players.status().handled; }));
  }
}

TEST_P(bench_actors, a_ball_between_two_kernels_comes_to_rest) {
  auto players = launch_active<player>("players", {.actors = 4});
  auto guests = launch_active<player>("guests", {.actors = 4});
  auto const others = players.link_to(guests);
  if (!others) GTEST_SKIP() << others.error().message();
  EXPECT_EQ(need(players.ask(2, tool::throw_ball{{101, 3, 2, *others}}, patience), "ask"), 2U);
  EXPECT_TRUE(comes_to(51, [&] { return guests.status().handled; }));
  EXPECT_TRUE(comes_to(52, [&] { return players.status().handled; }));
}

TEST_P(bench_actors, all_of_them_play_at_once) {
  constexpr std::uint64_t count = 40;
  constexpr std::uint64_t hops = 20;
  auto players = launch_active<player>("players", {.actors = count});
  need(players.broadcast(tool::start_playing{hops, count}), "broadcast");
  EXPECT_TRUE(soon([&] { return players.telemetry().handled == count * (hops + 2); }))
      << players.telemetry().handled;
}

}  // namespace
}  // namespace gyre::conformance
