#include <algorithm>
#include <chrono>
#include <cstdint>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

#include "allocations.hpp"

// What an ask costs in memory.

namespace gyre {
namespace {

using namespace std::chrono_literals;

struct add {
  std::int64_t n = 0;
};
struct sum {
  std::int64_t n = 0;
};
struct adder {
  using handles = gyre::handles<add>;
  std::int64_t n = 0;
  sum on(add const& m, auto&) { return {n += m.n}; }
};

TEST(asker, asks_allocate_nothing_once_their_coroutines_run) {
  auto rt = runtime::create({.engine = engine_kind::cpu});
  ASSERT_TRUE(rt);
  auto k = rt->launch<adder>("k", {.actors = 100});
  ASSERT_TRUE(k && k->activate());
  auto a = asker<adder>::open(*k, {.window = 8});
  ASSERT_TRUE(a);
  std::uint64_t worst = 0;
  std::uint64_t ready = 0;
  // More of them than the window has room for.
  auto const client = [&](std::uint64_t id) -> task<> {
    for (int i = 0; i < 200; ++i) (void)co_await a->ask(id, add{1}, 20s);
    ++ready;
    std::uint64_t const before = allocations();
    for (int i = 0; i < 2000; ++i) (void)co_await a->ask(id, add{1}, 20s);
    worst = std::max(worst, allocations() - before);
  };
  for (std::uint64_t i = 0; i < 32; ++i) a->spawn(client(i));
  a->run();
  EXPECT_EQ(ready, 32U);
  EXPECT_EQ(worst, 0U);
}

}  // namespace
}  // namespace gyre
