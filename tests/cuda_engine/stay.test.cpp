#include "on_emulated_driver.hpp"

#include <cuda_runtime.h>

// Kernels that leave the device, and come back with all they knew.

namespace gyre::cuda_test {
namespace {

class stay : public cuda_engine {
 protected:
  [[nodiscard]] static cuda_options leaving(cuda_stay how) {
    auto o = small();
    o.stay = how;
    o.idle_exit = 2ms;
    return o;
  }
  [[nodiscard]] static bool gone() { return driver::blocks_running() == 0; }
};

TEST_F(stay, a_kernel_stays_without_a_message) {
  auto rt = need(make(), "runtime");
  auto k = launch_active(rt);
  auto const before = driver::launches();
  std::this_thread::sleep_for(30ms);
  EXPECT_EQ(driver::blocks_running(), 2U);
  EXPECT_EQ(ask(k, 0, 1), 1);
  EXPECT_EQ(driver::launches(), before);
}

TEST_F(stay, while_busy_leaves_when_idle_and_comes_back_with_its_state) {
  auto rt = need(make(leaving(cuda_stay::while_busy)), "runtime");
  auto k = launch_active(rt);
  for (std::int64_t i = 1; i <= 5; ++i) {
    EXPECT_EQ(ask(k, 3, 1), i);
    EXPECT_TRUE(soon(gone)) << "it does not leave";
  }
  EXPECT_GE(driver::launches(), 5U);
  EXPECT_EQ(k.telemetry().handled, 5U) << "counters go on";
  EXPECT_EQ(need(k.terminate(patience), "terminate").handled, 5U);
}

TEST_F(stay, nothing_is_launched_while_nothing_is_to_do) {
  auto rt = need(make(leaving(cuda_stay::while_busy)), "runtime");
  auto k = launch_active(rt);
  EXPECT_EQ(ask(k, 0, 1), 1);
  // Once more perhaps, for the call that came with `activate`.
  auto before = driver::launches();
  EXPECT_TRUE(soon([&] {
    std::this_thread::sleep_for(30ms);
    return std::exchange(before, driver::launches()) == driver::launches();
  }));
  EXPECT_TRUE(soon(gone));
}

TEST_F(stay, commands_reach_a_kernel_that_is_away) {
  auto rt = need(make(leaving(cuda_stay::while_busy)), "runtime");
  auto k = launch_active(rt);
  ASSERT_TRUE(soon(gone));
  need(k.deactivate(patience), "deactivate");
  need(k.tell(1, add{7}), "tell");
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(k.status().handled, 0U) << "an inactive kernel handles nothing";
  need(k.activate(), "activate");
  EXPECT_EQ(ask(k, 1, 1), 8);
  ASSERT_TRUE(soon(gone));
  auto const report = need(k.terminate(patience), "terminate");
  EXPECT_TRUE(report.drained);
  EXPECT_EQ(report.handled, 2U);
}

TEST_F(stay, per_batch_answers_and_hands_messages_from_shard_to_shard) {
  auto rt = need(make(leaving(cuda_stay::per_batch)), "runtime");
  auto k = launch_active(rt, "k", 3);
  need(k.tell(0, pass_on{200}), "tell");
  EXPECT_TRUE(soon([&] { return k.status().handled == 201; })) << k.status().handled;
  std::int64_t all = 0;
  for (std::uint64_t actor = 0; actor < 6; ++actor) all += ask(k, actor, 0);
  EXPECT_EQ(all, 201);
  EXPECT_TRUE(need(k.terminate(patience), "terminate").drained);
}

TEST_F(stay, a_busy_kernel_per_batch_leaves_nevertheless) {
  auto rt = need(make(leaving(cuda_stay::per_batch)), "runtime");
  auto k = launch_active(rt);
  auto const before = driver::launches();
  deadline const until(patience);
  std::int64_t n = 0;
  while (driver::launches() < before + 3 && !until.expired()) n = ask(k, 2, 1);
  EXPECT_GE(driver::launches(), before + 3);
  EXPECT_EQ(ask(k, 2, 1), n + 1);
}

// All have agreed to leave while the handler sleeps; what it sends then waits for the next stay.
TEST_F(stay, what_a_long_handler_sends_at_the_end_of_a_stay_is_handled_in_the_next) {
  for (auto how : {cuda_stay::while_busy, cuda_stay::per_batch}) {
    auto rt = need(make(leaving(how)), "runtime");
    auto k = launch_active(rt);
    std::atomic<int> go{0};
    auto const word = reinterpret_cast<std::uintptr_t>(&go);
    need(k.tell(0, sleep_and_send{word, 1, 300}), "tell");
    std::this_thread::sleep_for(50ms);
    go = 1;
    EXPECT_TRUE(soon([&] { return ask(k, 1, 0) == 300; })) << ask(k, 1, 0);
    EXPECT_TRUE(need(k.terminate(patience), "terminate").drained);
  }
}

TEST_F(stay, dead_letters_come_through_every_stay) {
  auto rt = need(make(leaving(cuda_stay::while_busy)), "runtime");
  auto k = launch_active(rt);
  for (int i = 0; i < 3; ++i) {
    need(k.tell(77, add{1}), "tell");
    ASSERT_TRUE(soon([&] { return driver::launches() > 0 && gone(); }));
  }
  auto const reason = static_cast<std::size_t>(drop_reason::no_such_actor);
  EXPECT_TRUE(soon([&] { return rt.dead_letters().counts()[reason] == 3; }));
  EXPECT_EQ(rt.dead_letters().letters().size(), 3U);
}

TEST_F(stay, a_device_that_no_kernel_can_stay_on_is_served_per_batch_and_said) {
  driver::set_attribute(cudaDevAttrKernelExecTimeout, 1);
  auto rt = need(make(), "runtime");
  EXPECT_THAT(rt.engine().detail, ::testing::HasSubstr("a launch for each batch: a watchdog"));
  auto k = launch_active(rt);
  EXPECT_EQ(ask(k, 0, 2), 2);
  EXPECT_TRUE(soon(gone));
  EXPECT_EQ(ask(k, 0, 2), 4);
}

TEST_F(stay, what_cannot_be_is_refused_by_name) {
  driver::set_attribute(cudaDevAttrKernelExecTimeout, 1);
  for (auto how : {cuda_stay::always, cuda_stay::while_busy}) {
    auto const r = make(leaving(how));
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, errc::unsupported);
    EXPECT_THAT(r.error().message(), ::testing::HasSubstr("possible here: per_batch"));
    EXPECT_THAT(r.error().message(), ::testing::HasSubstr(std::string(to_string(how))));
  }
}

}  // namespace
}  // namespace gyre::cuda_test
