#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bridge_test.hpp"

namespace gyre {
namespace {

using namespace bridge_test;

struct service_use {
  std::uint64_t ns = 0;     ///< Processor time.
  std::uint64_t turns = 0;  ///< Times that it was put on a core.
};

/// What the service's threads have taken so far, if this system tells (proc(5), schedstat).
std::optional<service_use> use_of_service() {
  std::optional<service_use> sum;
  std::error_code none;
  for (auto const& task : std::filesystem::directory_iterator("/proc/self/task", none)) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm") >> std::ws, name);
    service_use one;
    std::uint64_t waited = 0;
    if (name == "gyre-bridge" &&
        std::ifstream(task.path() / "schedstat") >> one.ns >> waited >> one.turns) {
      if (!sum) sum.emplace();
      sum->ns += one.ns;
      sum->turns += one.turns;
    }
  }
  return sum;
}

bool receiver_sleeps(bridged_kernel const& b) {
  return b.between->responses()->stats().sleepers == 1;
}

// The receiver sleeps in its queue, the reply comes into the ring, and no other thread is awake.
TEST(bridge_service, reply_wakes_a_receiver_that_sleeps) {
  bridged_kernel b;
  b.service->add(b.between);
  for (std::uint64_t n = 1; n <= 50; ++n) {
    ASSERT_TRUE(b.send(n));
    result<std::uint64_t> got = fail(errc::timed_out);
    std::thread receiver([&] { got = b.receive(patience); });
    EXPECT_TRUE(eventually("the receiver to sleep", [&] { return receiver_sleeps(b); }));
    EXPECT_EQ(b.serve().size(), 1U);
    receiver.join();
    ASSERT_TRUE(got) << "reply " << n << ": " << got.error().message();
    EXPECT_EQ(*got, n);
  }
}

TEST(bridge_service, messages_that_the_ring_refused_follow_when_there_is_room) {
  bridged_kernel b(16, 64, 64);
  b.service->add(b.between);
  for (std::uint64_t n = 1; n <= 60; ++n) ASSERT_TRUE(b.send(n));
  std::vector<std::uint64_t> handled;
  EXPECT_TRUE(eventually("sixty messages", [&] {
    for (auto n : b.serve()) handled.push_back(n);
    return handled.size() == 60;
  }));
  EXPECT_EQ(handled, numbers(1, 60)) << "nobody pumped but the service";
}

TEST(bridge_service, sleeps_while_no_bridge_needs_it) {
  bridged_kernel b;
  b.service->add(b.between);
  ASSERT_TRUE(b.send(1));
  EXPECT_EQ(b.serve().size(), 1U);
  EXPECT_EQ(b.receive(patience), 1U);
  std::this_thread::sleep_for(50ms);  // time to find out that there is nothing
  auto const before = use_of_service();
  if (!before) GTEST_SKIP() << "no /proc/self/task/*/schedstat here";
  std::this_thread::sleep_for(200ms);
  auto const after = use_of_service();
  ASSERT_TRUE(after);
  EXPECT_LT(after->ns - before->ns, 20'000'000U) << "ns of processor time in 200 ms of nothing";
}

// A wake-up is a system call of the shard's, and a core taken from it or from the receiver: replies
// to a receiver that polls are nothing to the service.
TEST(bridge_service, replies_that_a_receiver_polls_for_do_not_wake_it) {
  constexpr std::uint64_t replies = 1000;
  bridged_kernel b;
  b.service->add(b.between);
  std::this_thread::sleep_for(50ms);  // time to go to sleep
  auto const before = use_of_service();
  if (!before) GTEST_SKIP() << "no /proc/self/task/*/schedstat here";
  for (std::uint64_t n = 1; n <= replies; ++n) {
    ASSERT_TRUE(b.send(n));
    ASSERT_EQ(b.serve().size(), 1U);
    ASSERT_EQ(b.receive(), n);
    if (n % 100 == 0) std::this_thread::sleep_for(1ms);  // it would come on here, had it been woken
  }
  auto const after = use_of_service();
  ASSERT_TRUE(after);
  EXPECT_LT(after->turns - before->turns, 5U) << "turns of the service in 1000 replies";
}

TEST(bridge_service, removed_bridge_is_let_go) {
  bridged_kernel b;
  b.service->add(b.between);
  EXPECT_EQ(b.between.use_count(), 4) << "the test, two links, the service";
  b.service->remove(*b.between);
  EXPECT_EQ(b.between.use_count(), 3);
  b.service->kick();
  ASSERT_TRUE(b.send(1));
  EXPECT_EQ(b.serve().size(), 1U);
  EXPECT_EQ(b.receive(), 1U) << "those who are awake still move messages";
}

TEST(bridge_service, ends_with_bridges_or_without) {
  for (int i = 0; i < 20; ++i) {
    bridge_service none;
    none.kick();
  }
  for (int i = 0; i < 20; ++i) {
    bridged_kernel b;
    b.service->add(b.between);
  }
}

}  // namespace
}  // namespace gyre
