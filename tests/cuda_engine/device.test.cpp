#include "on_emulated_driver.hpp"

#include <cstdlib>

#include <cuda_runtime.h>

// What the engine finds, takes and gives back; and a device that fails.

namespace gyre::cuda_test {
namespace {

using ::testing::HasSubstr;

/// Nobody makes it known to the engine.
struct stranger {
  using handles = gyre::handles<add>;
  std::int64_t n = 0;
  sum on(add const& m, auto&) { return {n += m.n}; }
};
namespace here {
struct namesake : stranger {};
}  // namespace here
namespace there {
struct namesake : stranger {};
}  // namespace there

class device : public cuda_engine {};

TEST_F(device, what_is_missing_is_said) {
  driver::set_devices(-1);
  auto none = make();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::unsupported);
  EXPECT_THAT(none.error().message(), HasSubstr("built, no driver"));
  driver::set_devices(0);
  EXPECT_THAT(make().error().message(), HasSubstr("no device"));
  driver::repair();
  auto second = small();
  second.device = 1;
  EXPECT_THAT(make(second).error().message(), HasSubstr("device 1, there are 1"));
  for (auto missing : {cudaDevAttrCooperativeLaunch, cudaDevAttrCanMapHostMemory}) {
    driver::set_attribute(missing, 0);
    auto const r = make();
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, errc::unsupported);
    EXPECT_THAT(r.error().message(), HasSubstr("emulated lanes: "));
    driver::repair();
  }
}

TEST_F(device, an_actor_must_be_compiled_for_it_and_its_name_be_its_own) {
  emulated::know<here::namesake>();
  emulated::know<there::namesake>();
  auto rt = need(make(), "runtime");
  auto const unknown = rt.launch<stranger>("k");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, errc::unsupported);
  EXPECT_THAT(unknown.error().message(), HasSubstr("'stranger' was not compiled for the device"));
  auto const ambiguous = rt.launch<here::namesake>("k");
  ASSERT_FALSE(ambiguous);
  EXPECT_EQ(ambiguous.error().code, errc::invalid_argument);
  EXPECT_THAT(ambiguous.error().message(), HasSubstr("here::namesake"));
  EXPECT_THAT(ambiguous.error().message(), HasSubstr("there::namesake"));
  EXPECT_THAT(ambiguous.error().message(), HasSubstr("gyre_name"));
}

TEST_F(device, blocking_launches_are_served_per_batch) {
  ::setenv("CUDA_LAUNCH_BLOCKING", "1", 1);
  auto const rt = make();
  ::unsetenv("CUDA_LAUNCH_BLOCKING");
  ASSERT_TRUE(rt) << rt.error().message();
  EXPECT_THAT(rt->engine().detail, HasSubstr("CUDA_LAUNCH_BLOCKING"));
}

TEST_F(device, options_are_checked) {
  auto o = small();
  o.host_bytes = 1000;
  EXPECT_EQ(make(o).error().code, errc::invalid_option);
  o = small();
  o.idle_exit = 0ms;
  EXPECT_THAT(make(o).error().message(), HasSubstr("cuda.idle_exit"));
  o = small();
  o.placement = cuda_placement::device;
  o.worker_process = true;
  EXPECT_EQ(make(o).error().code, errc::invalid_option);
  auto rt = need(make(), "runtime");
  EXPECT_THAT(rt.launch<counter>("k", {.lanes = 33}).error().message(),
              HasSubstr("multiples of 32"));
  EXPECT_THAT(rt.launch<counter>("k", {.shards = 65, .actors = 100}).error().message(),
              HasSubstr("1 to 64"));
}

TEST_F(device, a_hundred_launches_leave_nothing_behind) {
  auto const before = driver::allocations();
  auto const hazards = driver::hazards();
  // A thread keeps the ports that it opened, and with them their engine, until it ends.
  std::thread([] {
    auto rt = need(make(), "runtime");
    auto const taken = driver::allocations();
    for (int i = 0; i < 100; ++i) {
      auto k = launch_active(rt);
      EXPECT_EQ(ask(k, 1, 1), 1);
      EXPECT_TRUE(need(k.terminate(patience), "terminate").drained);
    }
    EXPECT_EQ(driver::allocations(), taken) << "memory is taken once";
    auto last = launch_active(rt, "last", 6);
    EXPECT_EQ(ask(last, 5, 1), 1);
  }).join();
  EXPECT_EQ(driver::allocations(), before);
  EXPECT_EQ(driver::hazards(), hazards) << "calls that would have waited for a resident kernel";
}

TEST_F(device, a_launch_takes_what_it_was_said_to_take) {
  auto made = need(emulated::make_engine(small()), "engine");
  auto rt = need(runtime::create_on(made), "runtime");
  launch_options const o{.queue_capacity = 256, .shards = 3, .actors = 1000};
  auto const plan = need(rt.memory_needed<counter>(o), "plan");
  EXPECT_GT(plan.engine, 0U);
  auto const before = made->available_memory();
  {
    auto k = need(rt.launch<counter>("k", o), "launch");
    auto const taken = before - made->available_memory();
    EXPECT_GE(taken + 4096, plan.total());
    EXPECT_LE(taken, plan.total() + 32'768) << "blocks are whole 256 bytes";
    need(k.terminate(patience), "terminate");
  }
  // Its counters can still be read.
  EXPECT_TRUE(soon([&] { return before - made->available_memory() <= plan.control + 8192; }));
}

TEST_F(device, shards_beyond_the_multiprocessors_are_refused_until_others_go) {
  auto rt = need(make(), "runtime");
  launch_options const half{.queue_capacity = 16, .shards = 40, .actors = 40};
  auto first = need(rt.launch<counter>("first", half), "launch");
  auto const second = rt.launch<counter>("second", half);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::engine_failed);
  EXPECT_THAT(second.error().message(), HasSubstr("free: 24 of 64"));
  need(first.terminate(patience), "terminate");
  EXPECT_TRUE(rt.launch<counter>("second", half));
}

TEST_F(device, memory_that_is_too_small_is_named_with_its_option) {
  auto rt = need(make(), "runtime");
  auto const r = rt.launch<counter>("k", {.queue_capacity = 1 << 20, .actors = 1});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::no_memory);
  EXPECT_THAT(r.error().message(), HasSubstr("available: "));
  auto fine = launch_active(rt);
  EXPECT_EQ(ask(fine, 0, 3), 3) << "and nothing is lost by it";
}

TEST_F(device, a_second_runtime_beside_a_resident_kernel_is_refused) {
  auto rt = need(make(), "runtime");
  auto k = launch_active(rt);
  auto const beside = make();
  ASSERT_FALSE(beside);
  EXPECT_EQ(beside.error().code, errc::wrong_state);
  need(k.terminate(patience), "terminate");
  EXPECT_TRUE(make());
}

TEST_F(device, an_illegal_address_fails_the_kernel_and_its_askers) {
  auto rt = need(make(), "runtime");
  auto k = launch_active(rt);
  EXPECT_EQ(ask(k, 0, 1), 1);
  std::atomic<int> word{0};
  auto asker = std::thread([&] {
    auto const r = k.ask(2, wait_for{reinterpret_cast<std::uintptr_t>(&word), 0}, patience);
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, errc::engine_failed) << r.error().message();
  });
  ASSERT_TRUE(soon([&] { return k.status().pending != 0; }));
  driver::fail(cudaErrorIllegalAddress);
  asker.join();
  EXPECT_EQ(k.state(), kernel_state::failed);
  auto const later = k.ask(0, add{1}, patience);
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().code, errc::engine_failed);
  EXPECT_TRUE(k.terminate(patience)) << "what is left can be accounted for";
  auto const again = rt.launch<counter>("again", {.shards = 1});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, errc::engine_failed);
  EXPECT_THAT(again.error().message(), HasSubstr("cuda.worker_process"));
  EXPECT_FALSE(rt.buffers().allocate<int>(8));
}

}  // namespace
}  // namespace gyre::cuda_test
