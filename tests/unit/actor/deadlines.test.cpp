#include <chrono>
#include <cstdint>
#include <thread>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

namespace gyre {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

struct never {
  std::int64_t n = 0;
};
struct nothing {
  std::int64_t n = 0;
};
struct silent {
  using handles = gyre::handles<never>;
  std::int64_t n = 0;
  nothing on(never const&, auto&) { return {n}; }
};

// Once deadlines were reckoned from the last look at the replies, however long ago that was.
TEST(asker, a_deadline_is_never_early_however_long_nobody_looked) {
  auto rt = runtime::create({.engine = engine_kind::cpu});
  ASSERT_TRUE(rt);
  auto k = rt->launch<silent>("inactive", {});
  ASSERT_TRUE(k);
  auto a = asker<silent>::open(*k);
  ASSERT_TRUE(a);
  auto const ask = [&](std::chrono::nanoseconds timeout) -> task<errc> {
    auto const r = co_await a->ask(0, never{}, timeout);
    co_return r ? errc{} : r.error().code;
  };
  EXPECT_EQ(a->run(ask(1ms)), errc::timed_out);
  std::this_thread::sleep_for(80ms);
  auto const begin = clock::now();
  EXPECT_EQ(a->run(ask(50ms)), errc::timed_out);
  EXPECT_GE(clock::now() - begin, 50ms);
}

}  // namespace
}  // namespace gyre
