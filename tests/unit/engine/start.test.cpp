#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <thread>

#include <sched.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bare_kernel.hpp"

namespace gyre {
namespace {

using namespace engine_test;
using namespace std::chrono_literals;

struct where {
  std::int64_t nothing = 0;
};
struct runner {
  using handles = gyre::handles<where>;
  int core = -1;
  int runs = 0;
  void on(where const&, auto&) {
    core = ::sched_getcpu();
    ++runs;
  }
};

bool soon(auto&& condition) {
  deadline const until(patience);
  while (!condition()) {
    if (until.expired()) return false;
    std::this_thread::sleep_for(100us);
  }
  return true;
}

TEST(cpu_engine, start_returns_when_every_shard_is_in_its_loop) {
  bare_kernel<runner> k(3);
  auto resident = k.start();
  ASSERT_TRUE(resident) << resident.error().message();
  for (auto const& w : k.words) EXPECT_NE(w.phase.load(), shard_phase::starting);
  k.command(kernel_command::stop, **resident);
  EXPECT_TRUE((*resident)->join(deadline(patience)));
  for (auto const& w : k.words) EXPECT_EQ(w.phase.load(), shard_phase::stopped);
}

TEST(cpu_engine, each_shard_runs_its_own_actors) {
  bare_kernel<runner> k(3);
  auto resident = k.start();
  ASSERT_TRUE(resident) << resident.error().message();
  k.command(kernel_command::run, **resident);
  for (std::uint64_t actor = 0; actor < 3; ++actor) {
    for (std::uint64_t n = 0; n <= actor; ++n) k.tell(actor, where{});
  }
  EXPECT_TRUE(soon([&] {
    return k.words[0].handled.load() == 1 && k.words[1].handled.load() == 2 &&
           k.words[2].handled.load() == 3;
  })) << "waited in vain for six messages";
  k.command(kernel_command::stop, **resident);
  ASSERT_TRUE((*resident)->join(deadline(patience)));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(k.states[i].runs, static_cast<int>(i) + 1);
}

// Contract, fault 4: an option accepted and ignored.
TEST(cpu_engine, pinned_shard_runs_on_its_core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  ASSERT_EQ(::sched_getaffinity(0, sizeof set, &set), 0);
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &set)) continue;
    bare_kernel<runner> k(1);
    auto resident = k.start({core});
    ASSERT_TRUE(resident) << resident.error().message();
    k.command(kernel_command::run, **resident);
    k.tell(0, where{});
    EXPECT_TRUE(soon([&] { return k.words[0].handled.load() == 1; })) << "waited for a message";
    k.command(kernel_command::stop, **resident);
    ASSERT_TRUE((*resident)->join(deadline(patience)));
    EXPECT_EQ(k.states[0].core, core);
  }
}

// A core that goes away between `settle` and `start`: refused, and no thread is left in the memory
// that the caller now frees.
TEST(cpu_engine, pin_that_fails_stops_the_threads_that_had_begun) {
  cpu_set_t set;
  CPU_ZERO(&set);
  ASSERT_EQ(::sched_getaffinity(0, sizeof set, &set), 0);
  int const there = [&] {
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(i, &set)) return i;
    }
    return 0;
  }();
  bare_kernel<runner> k(2);
  auto const resident = k.start({there, CPU_SETSIZE - 1});
  ASSERT_FALSE(resident);
  EXPECT_EQ(resident.error().code, errc::engine_failed);
  EXPECT_THAT(resident.error().context, ::testing::StartsWith("shard 1 could not be pinned: "));
  for (auto const& w : k.words) EXPECT_EQ(w.phase.load(), shard_phase::stopped);
}

std::atomic<bool> may_leave{false};
struct hold {
  std::int64_t nothing = 0;
};
struct holder {
  using handles = gyre::handles<hold>;
  std::int64_t held = 0;
  void on(hold const&, auto&) {
    while (!may_leave.load()) std::this_thread::sleep_for(100us);
    ++held;
  }
};

// Contract, fault 12: a terminate that hangs.
TEST(cpu_engine, join_gives_up_at_its_deadline_and_may_be_tried_again) {
  may_leave = false;
  bare_kernel<holder> k(1);
  auto resident = k.start();
  ASSERT_TRUE(resident) << resident.error().message();
  k.command(kernel_command::run, **resident);
  k.tell(0, hold{});
  EXPECT_TRUE(soon([&] { return k.words[0].handled.load() == 1; })) << "waited for the handler";
  k.command(kernel_command::stop, **resident);
  EXPECT_FALSE((*resident)->join(deadline(30ms)));
  may_leave = true;
  EXPECT_TRUE((*resident)->join(deadline(patience)));
  EXPECT_EQ(k.states[0].held, 1);
}

// A shard that parked for good would sleep through the command.
TEST(cpu_engine, parked_shard_hears_every_command) {
  bare_kernel<runner> k(1);
  auto resident = k.start();
  ASSERT_TRUE(resident) << resident.error().message();
  for (int round = 0; round < 20; ++round) {
    k.command(kernel_command::run, **resident);
    ASSERT_TRUE(soon([&] { return k.words[0].phase.load() == shard_phase::running; })) << round;
    k.command(kernel_command::pause, **resident);
    ASSERT_TRUE(soon([&] { return k.words[0].phase.load() == shard_phase::paused; })) << round;
    std::this_thread::sleep_for(400us);  // twice what an idle shard polls before it parks
  }
  k.command(kernel_command::stop, **resident);
  EXPECT_TRUE((*resident)->join(deadline(patience)));
}

}  // namespace
}  // namespace gyre
