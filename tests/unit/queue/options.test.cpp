#include <limits>
#include <string>

#include "queue_test.hpp"

namespace gyre {
namespace {

using namespace queue_test;

std::string refusal(queue_options const& options, std::string name = "orders") {
  auto r = named_queue::create({std::move(name), "order", 1, ""}, options, 64, nullptr);
  if (r) return "accepted";
  return r.error().message();
}

// Contract, fault 4: options that are accepted and ignored.
TEST(queue_options, out_of_bounds_names_the_option_the_value_and_the_bounds) {
  queue_options o;
  o.capacity = 15;
  EXPECT_EQ(refusal(o), "invalid_option: queue 'orders': capacity is 15, allowed: 16 to 1048576");
  o.capacity = 1'048'577;
  EXPECT_EQ(refusal(o),
            "invalid_option: queue 'orders': capacity is 1048577, allowed: 16 to 1048576");

  o = {};
  o.deduplication_window = 15;
  EXPECT_EQ(refusal(o),
            "invalid_option: queue 'orders': deduplication_window is 15, allowed: 16 "
            "to 4096 (four times the capacity)");
  o.capacity = 16;
  o.deduplication_window = 65;
  EXPECT_EQ(refusal(o),
            "invalid_option: queue 'orders': deduplication_window is 65, allowed: 16 "
            "to 64 (four times the capacity)");
  o.deduplication = false;
  EXPECT_EQ(refusal(o), "accepted") << "the window is not checked when it is not used";

  o = {};
  o.time_to_live = 0ns;
  EXPECT_EQ(refusal(o),
            "invalid_option: queue 'orders': time_to_live is 0 ns, allowed: more than "
            "zero, or none");
  o.time_to_live = std::nullopt;
  EXPECT_EQ(refusal(o), "accepted");
  o.block_timeout = -1ns;
  EXPECT_EQ(refusal(o),
            "invalid_option: queue 'orders': block_timeout is -1 ns, allowed: more "
            "than zero, or none");
  o.block_timeout = std::nullopt;
  EXPECT_EQ(refusal(o), "accepted");
  o.overflow = static_cast<overflow_policy>(9);
  EXPECT_EQ(refusal(o),
            "invalid_option: queue 'orders': overflow is 9, allowed: block, reject, "
            "drop_oldest, drop_newest");
}

TEST(queue_options, bounds_themselves_are_accepted) {
  queue_options o = small();
  EXPECT_EQ(refusal(o), "accepted");
  o.deduplication_window = 64;
  EXPECT_EQ(refusal(o), "accepted");
  o.capacity = 1'048'576;
  o.deduplication_window = 4'194'304;
  EXPECT_EQ(refusal(o), "accepted");
  o.time_to_live = 1ns;
  o.block_timeout = std::chrono::nanoseconds::max();
  EXPECT_EQ(refusal(o), "accepted");
  o.time_to_live = std::chrono::nanoseconds::max();
  EXPECT_EQ(refusal(o), "accepted");
}

TEST(queue_options, a_bad_name_is_refused) {
  EXPECT_EQ(refusal({}, ""), "invalid_argument: queue name is empty, allowed: 1 to 256 bytes");
  EXPECT_EQ(refusal({}, "a\nb"),
            "invalid_argument: queue name has the control character 10 at "
            "byte 1");
  EXPECT_EQ(refusal({}, std::string(257, 'x')),
            "invalid_argument: queue name has 257 bytes, allowed: 1 to 256 bytes");
}

TEST(queue_options, capacity_is_rounded_up_and_all_of_it_is_usable) {
  queue_options o = small(overflow_policy::reject);
  o.capacity = 17;
  fixture f(o);
  EXPECT_EQ(f.queue->capacity(), 32U);
  for (std::uint64_t n = 1; n <= 32; ++n) ASSERT_TRUE(send(*f.queue, n)) << n;
  auto const r = send(*f.queue, 33);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message(), "full: queue 'orders' holds 32 of 32 messages");
}

// Contract, fault 8: sizes multiplied in 32 bits.
TEST(queue_options, memory_is_counted_in_64_bits_and_known_before_it_is_allocated) {
  queue_options o;
  o.capacity = 1'048'576;
  o.deduplication = false;
  std::uint64_t const slab = 1'048'576ULL * (64 + 1024);
  EXPECT_GE(named_queue::memory_needed(o, 1024), slab);
  EXPECT_LT(named_queue::memory_needed(o, 1024), slab + 4096);
  o.capacity = std::uint64_t{1} << 40;
  EXPECT_GT(named_queue::memory_needed(o, 1024), std::uint64_t{1} << 50);
  o.capacity = UINT64_MAX;
  EXPECT_EQ(named_queue::memory_needed(o, 1024), UINT64_MAX) << "saturates, and does not wrap";
}

// Contract, fault 14: slots of 64 KiB, half a gigabyte for a default queue.
TEST(queue_options, unbounded_messages_reserve_nothing_for_the_largest_possible) {
  fixture f({}, std::numeric_limits<std::size_t>::max());
  EXPECT_LT(f.queue->stats().memory_bytes, 128U * 1024);
  EXPECT_EQ(f.queue->max_bytes(), 65'536U);
  std::uint64_t const before = f.queue->stats().memory_bytes;
  std::vector<std::byte> bytes(5000);
  ASSERT_TRUE(f.queue->send({}, bytes, 0ns));
  EXPECT_EQ(f.queue->stats().memory_bytes - before, 8192U) << "the next power of two";
}

TEST(queue_options, memory_needed_is_what_the_queue_reports) {
  for (std::size_t max : {std::size_t{0}, std::size_t{64}, std::size_t{1024}, std::size_t{1025}}) {
    fixture f(small(), max);
    EXPECT_EQ(f.queue->stats().memory_bytes, named_queue::memory_needed(small(), max));
  }
}

}  // namespace
}  // namespace gyre
