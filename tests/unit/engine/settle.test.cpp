#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sched.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gyre/engine/cpu/engine.hpp>

namespace gyre {
namespace {

using ::testing::HasSubstr;

int a_core_of_this_process() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return -1;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) return i;
  }
  return -1;
}

result<launch_options> settle(launch_options options) {
  return make_cpu_engine()->settle(std::move(options));
}

/// The error that these options are refused with; a success fails the test.
error refusal(launch_options options) {
  auto const r = settle(std::move(options));
  EXPECT_FALSE(r) << "accepted";
  return r ? error{} : r.error();
}

TEST(settle, what_is_left_to_the_engine_becomes_one_shard_with_one_lane) {
  auto const r = settle({});
  ASSERT_TRUE(r) << r.error().message();
  EXPECT_EQ(r->shards, 1U);
  EXPECT_EQ(r->lanes, 1U);
}

TEST(settle, what_was_said_is_kept) {
  launch_options o;
  o.shards = 1024;
  o.actors = 1024;
  o.lanes = 1;
  o.queue_capacity = 32;
  o.overflow = overflow_policy::reject;
  o.pin = {a_core_of_this_process()};
  auto const r = settle(o);
  ASSERT_TRUE(r) << r.error().message();
  EXPECT_EQ(r->shards, 1024U);
  EXPECT_EQ(r->actors, 1024U);
  EXPECT_EQ(r->queue_capacity, 32U);
  EXPECT_EQ(r->overflow, overflow_policy::reject);
  EXPECT_EQ(r->pin, o.pin);
}

TEST(settle, more_shards_than_the_engine_has) {
  auto const e = refusal({.shards = 1025, .actors = 5000});
  EXPECT_EQ(e.code, errc::invalid_option);
  EXPECT_EQ(e.context, "shards is 1025, allowed on the cpu engine: 1 to 1024");
}

// A shard without an actor would be a thread that can never have anything to do.
TEST(settle, more_shards_than_actors) {
  auto const e = refusal({.shards = 8, .actors = 7});
  EXPECT_EQ(e.code, errc::invalid_option);
  EXPECT_EQ(e.context, "shards is 8, allowed: at most the number of actors, 7");
}

// Contract, fault 4: an option accepted and ignored.
TEST(settle, lanes_that_a_cpu_does_not_have) {
  auto const e = refusal({.lanes = 32});
  EXPECT_EQ(e.code, errc::invalid_option);
  EXPECT_EQ(e.context, "lanes is 32, allowed on the cpu engine: 1");
}

TEST(settle, pin_to_a_core_that_is_not_there) {
  for (int core : {-1, CPU_SETSIZE, CPU_SETSIZE + 1, 1'000'000}) {
    auto const e = refusal({.pin = {a_core_of_this_process(), core}});
    EXPECT_EQ(e.code, errc::invalid_option);
    EXPECT_THAT(e.context, HasSubstr("pin names core " + std::to_string(core) + ", allowed"));
    EXPECT_THAT(e.context, HasSubstr(" " + std::to_string(a_core_of_this_process())))
        << "the cores that there are";
  }
}

TEST(engine_report, cpu_is_always_there) {
  auto const r = make_cpu_engine()->report();
  EXPECT_EQ(r.kind, engine_kind::cpu);
  EXPECT_TRUE(r.built);
  EXPECT_TRUE(r.found);
  EXPECT_EQ(r.greatest_shards, 1024U);
  EXPECT_EQ(r.greatest_lanes, 1U);
  EXPECT_THAT(r.detail, HasSubstr("cores"));
}

}  // namespace
}  // namespace gyre
