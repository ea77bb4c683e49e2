#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gyre/engine/cpu/engine.hpp>
#include <gyre/engine/cpu/environment.hpp>
#include <gyre/runtime/launch_plan.hpp>

#include "vector/vector_processor.hpp"

namespace gyre {
namespace {

struct add {
  std::int64_t n = 0;
};
struct sum {
  std::int64_t n = 0;
};
struct text {
  std::string words{};
};
struct adder {
  using handles = gyre::handles<add>;
  std::int64_t total = 0;
  sum on(add const& m, auto&) { return {total += m.n}; }
};
/// Answers two messages, so it has no named queues.
struct two_answers {
  using handles = gyre::handles<add, sum>;
  std::int64_t total = 0;
  sum on(add const& m, auto&) { return {total += m.n}; }
  sum on(sum const& m, auto&) { return {total += m.n}; }
};
struct listener {
  using handles = gyre::handles<text>;
  std::uint64_t heard = 0;
  void on(text const& m, auto&) { heard += m.words.size(); }
};

/// Options as an engine leaves them.
launch_options settled(launch_options o = {}) {
  if (o.shards == 0) o.shards = 1;
  if (o.lanes == 0) o.lanes = 1;
  return o;
}

launch_plan plan(kernel_image const& image, launch_options const& o = {}) {
  auto p = plan_launch(image, settled(o), *make_cpu_engine());
  EXPECT_TRUE(p) << p.error().message();
  return p.value_or(launch_plan{});
}

TEST(launch_plan, small_message_takes_a_line_and_the_inbox_has_the_slots_asked_for) {
  auto const p = plan(image_of<adder>(), {.queue_capacity = 16});
  EXPECT_EQ(p.inbox.slots, 16U);
  EXPECT_EQ(p.inbox.stride, line_bytes);
  EXPECT_LE(p.scratch_bytes, 256U) << "for what may stand before a message from an actor";
  EXPECT_EQ(p.memory.inboxes, 16U * line_bytes + p.scratch_bytes);
}

// Contract, fault 14: slots of 64 KiB for whatever came, half a gigabyte for a kernel.
TEST(launch_plan, defaults_of_the_largest_known_message_stay_under_16_mib) {
  EXPECT_LT(plan(image_of<vector_processor>()).memory.total(), 16U << 20);
  EXPECT_LT(plan(image_of<adder>()).memory.total(), 2U << 20);
  EXPECT_LT(plan(image_of<listener>()).memory.total(), 4U << 20) << "a message without a bound";
}

TEST(launch_plan, smallest_inbox_holds_the_greatest_message) {
  auto const p = plan(image_of<listener>(), {.queue_capacity = 16});
  EXPECT_GE(p.inbox.slots,
            ring_geometry::slots_for(limits::greatest_payload, cpu_codec::payload(p.inbox.stride)));
  EXPECT_EQ(p.scratch_bytes, limits::greatest_payload + greatest_prefix + sizeof(envelope));
}

TEST(launch_plan, memory_grows_with_shards_and_actors) {
  auto const one = plan(image_of<adder>(), {.shards = 1, .actors = 1'000}).memory;
  auto const four = plan(image_of<adder>(), {.shards = 4, .actors = 1'000}).memory;
  EXPECT_EQ(four.inboxes, 4 * one.inboxes);
  EXPECT_EQ(one.states, 8'000U);
  EXPECT_EQ(four.states, 8'000U) << "actors are dealt, not doubled";
  EXPECT_GT(four.control, one.control);
  EXPECT_EQ(four.named_queues, one.named_queues);
  EXPECT_EQ(one.total(), one.inboxes + one.states + one.topics + one.named_queues + one.bridge +
                             one.control + one.engine);
  EXPECT_GT(one.engine, 0U) << "what other kernels' actors send";
  EXPECT_GE(four.engine, 4 * one.engine) << "and what the shards send one another";
}

// Contract, fault 8: sizes multiplied in 32 bits.
TEST(launch_plan, greatest_options_are_reckoned_in_64_bits) {
  auto const p = plan(image_of<adder>(), {.queue_capacity = 1'048'576,
                                          .shards = 1024,
                                          .actors = std::uint64_t{1} << 32,
                                          .ports = 4096});
  EXPECT_EQ(p.memory.inboxes, std::uint64_t{1024} * (1'048'576 * line_bytes + p.scratch_bytes));
  EXPECT_EQ(p.memory.states, std::uint64_t{8} << 32);
  EXPECT_GT(p.memory.total(), std::uint64_t{96} << 30);
}

TEST(launch_plan, actors_that_overflow_64_bits_are_no_memory) {
  kernel_image image = image_of<two_answers>();
  image.state_bytes = std::size_t{1} << 32;
  auto const p =
      plan_launch(image, settled({.actors = std::uint64_t{1} << 32}), *make_cpu_engine());
  ASSERT_FALSE(p);
  EXPECT_EQ(p.error().code, errc::no_memory);
  EXPECT_EQ(p.error().context, "4294967296 actors of 4294967296 bytes do not fit 64 bits");
  image.state_bytes = (std::size_t{1} << 32) - 1;
  EXPECT_TRUE(plan_launch(image, settled({.actors = std::uint64_t{1} << 32}), *make_cpu_engine()));
}

TEST(launch_plan, queues_are_for_the_one_message_that_is_answered) {
  auto const p = plan(image_of<adder>());
  ASSERT_NE(p.bridged, nullptr);
  EXPECT_EQ(p.bridged->name, "add");
  EXPECT_GT(p.memory.named_queues, 0U);
  for (auto const* image : {&image_of<two_answers>(), &image_of<listener>()}) {
    auto const none = plan(*image);
    EXPECT_EQ(none.bridged, nullptr) << image->name;
    EXPECT_EQ(none.memory.named_queues + none.memory.bridge, 0U) << image->name;
  }
}

// Contract, fault 4: options accepted and ignored.
TEST(launch_plan, every_option_of_the_queues_reaches_them) {
  auto const p = plan(image_of<adder>(), {.queue_capacity = 256,
                                          .deduplication_window = 32,
                                          .overflow = overflow_policy::drop_oldest,
                                          .priority = true});
  EXPECT_EQ(p.requests.capacity, 256U);
  EXPECT_EQ(p.requests.deduplication_window, 32U);
  EXPECT_EQ(p.requests.overflow, overflow_policy::drop_oldest);
  EXPECT_TRUE(p.requests.priority);
  EXPECT_EQ(p.responses.capacity, 256U);
  EXPECT_TRUE(p.responses.priority);
  EXPECT_LT(p.bridge_window, 256U) << "what is in the ring is past being ordered";
  EXPECT_EQ(plan(image_of<adder>(), {.queue_capacity = 256}).bridge_window, 256U);
}

}  // namespace
}  // namespace gyre
