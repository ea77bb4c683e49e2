#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <gyre/core/options.hpp>

namespace gyre {
namespace {

using namespace std::chrono_literals;

/// The whole text of what is refused, or "accepted".
template <class Options>
std::string verdict(Options const& options) {
  auto const checked = validate(options);
  return checked ? "accepted" : checked.error().message();
}

launch_options launch_with(std::uint64_t launch_options::*option, std::uint64_t value) {
  launch_options o;
  o.*option = value;
  return o;
}

TEST(launch_options, queue_capacity_out_of_bounds_is_not_ignored) {
  auto const with = [](std::uint64_t n) {
    return verdict(launch_with(&launch_options::queue_capacity, n));
  };
  for (std::uint64_t n = 16; n <= 1'048'576; n *= 2) EXPECT_EQ(with(n), "accepted") << n;
  for (std::uint64_t const n : {0ULL, 1ULL, 8ULL, 15ULL, 1'048'577ULL, 2'097'152ULL, 1ULL << 32}) {
    EXPECT_EQ(with(n), "invalid_option: queue_capacity is " + std::to_string(n) +
                           ", allowed: 16 to 1048576, a power of two");
  }
}

TEST(launch_options, queue_capacity_is_not_rounded_silently) {
  for (std::uint64_t const n : {17ULL, 100ULL, 4095ULL, 1'048'575ULL}) {
    EXPECT_EQ(verdict(launch_with(&launch_options::queue_capacity, n)),
              "invalid_option: queue_capacity is " + std::to_string(n) +
                  ", allowed: 16 to 1048576, a power of two");
  }
}

TEST(launch_options, deduplication_window_out_of_bounds_is_not_ignored) {
  auto const with = [](std::uint64_t n) {
    return verdict(launch_with(&launch_options::deduplication_window, n));
  };
  EXPECT_EQ(with(16), "accepted");
  EXPECT_EQ(with(1000), "accepted") << "no power of two is asked for";
  EXPECT_EQ(with(1024), "accepted");
  EXPECT_EQ(with(15), "invalid_option: deduplication_window is 15, allowed: 16 to 1024");
  EXPECT_EQ(with(1025), "invalid_option: deduplication_window is 1025, allowed: 16 to 1024");
}

TEST(launch_options, actors_and_ports_out_of_bounds_are_not_ignored) {
  launch_options o;
  o.actors = 0;
  EXPECT_EQ(verdict(o), "invalid_option: actors is 0, allowed: 1 to 4294967296");
  o.actors = 1ULL << 32;
  EXPECT_EQ(verdict(o), "accepted");
  o.actors = (1ULL << 32) + 1;
  EXPECT_EQ(verdict(o), "invalid_option: actors is 4294967297, allowed: 1 to 4294967296");
  o.actors = 1;
  o.ports = 0;
  EXPECT_EQ(verdict(o), "invalid_option: ports is 0, allowed: 1 to 4096");
  o.ports = 4096;
  EXPECT_EQ(verdict(o), "accepted");
  o.ports = 4097;
  EXPECT_EQ(verdict(o), "invalid_option: ports is 4097, allowed: 1 to 4096");
}

TEST(launch_options, negative_spin_is_not_taken_for_a_long_one) {
  launch_options o;
  o.spin = 0ns;
  EXPECT_EQ(verdict(o), "accepted") << "zero parks at once";
  o.spin = -1ns;
  EXPECT_EQ(verdict(o), "invalid_option: spin is -1 ns, allowed: zero or more");
}

TEST(launch_options, policy_that_does_not_exist_is_refused) {
  launch_options o;
  for (auto const policy : {overflow_policy::block, overflow_policy::reject,
                            overflow_policy::drop_oldest, overflow_policy::drop_newest}) {
    o.overflow = policy;
    EXPECT_EQ(verdict(o), "accepted") << to_string(policy);
  }
  o.overflow = static_cast<overflow_policy>(4);
  EXPECT_EQ(verdict(o),
            "invalid_option: overflow is 4, allowed: block, reject, drop_oldest, drop_newest");
}

TEST(launch_options, defaults_and_presets_are_the_contracts) {
  launch_options const made;
  EXPECT_EQ(made.queue_capacity, 4096U);
  EXPECT_EQ(made.deduplication_window, 1024U);
  EXPECT_EQ(made.overflow, overflow_policy::block);
  EXPECT_FALSE(made.priority);

  auto const production = launch_options::production();
  EXPECT_EQ(production.queue_capacity, 4096U);
  EXPECT_EQ(production.deduplication_window, 1024U);
  EXPECT_EQ(production.overflow, overflow_policy::block);
  auto const quick = launch_options::low_latency();
  EXPECT_EQ(quick.queue_capacity, 256U);
  EXPECT_EQ(quick.deduplication_window, 256U);
  EXPECT_EQ(quick.overflow, overflow_policy::reject);
  auto const wide = launch_options::high_throughput();
  EXPECT_EQ(wide.queue_capacity, 16'384U);
  EXPECT_EQ(wide.deduplication_window, 1024U);
  EXPECT_EQ(wide.overflow, overflow_policy::block);
  for (auto const& preset : {production, quick, wide}) EXPECT_EQ(verdict(preset), "accepted");
}

TEST(queue_options, capacity_out_of_bounds_is_not_ignored) {
  queue_options o;
  o.deduplication = false;
  for (std::uint64_t const n : {16ULL, 17ULL, 1000ULL, 1'048'576ULL}) {
    o.capacity = n;
    EXPECT_EQ(verdict(o), "accepted") << n << ": rounded up, so no power of two is asked for";
  }
  for (std::uint64_t const n : {0ULL, 15ULL, 1'048'577ULL, ~0ULL}) {
    o.capacity = n;
    EXPECT_EQ(verdict(o),
              "invalid_option: capacity is " + std::to_string(n) + ", allowed: 16 to 1048576");
  }
}

TEST(queue_options, window_is_bounded_by_four_times_the_capacity) {
  queue_options o;
  o.capacity = 16;
  o.deduplication_window = 64;
  EXPECT_EQ(verdict(o), "accepted");
  o.deduplication_window = 65;
  EXPECT_EQ(verdict(o),
            "invalid_option: deduplication_window is 65, allowed: 16 to 64 "
            "(four times the capacity)");
  o.deduplication_window = 15;
  EXPECT_EQ(verdict(o),
            "invalid_option: deduplication_window is 15, allowed: 16 to 64 "
            "(four times the capacity)");
}

TEST(queue_options, window_is_not_checked_when_deduplication_is_off) {
  queue_options o;
  o.deduplication = false;
  o.deduplication_window = 0;
  EXPECT_EQ(verdict(o), "accepted");
}

TEST(queue_options, times_must_be_more_than_zero_or_none) {
  queue_options o;
  o.time_to_live = std::nullopt;
  o.block_timeout = std::nullopt;
  EXPECT_EQ(verdict(o), "accepted");
  o.time_to_live = 0ns;
  EXPECT_EQ(verdict(o), "invalid_option: time_to_live is 0 ns, allowed: more than zero, or none");
  o.time_to_live = 1ns;
  o.block_timeout = -5ns;
  EXPECT_EQ(verdict(o), "invalid_option: block_timeout is -5 ns, allowed: more than zero, or none");
}

TEST(queue_options, defaults_are_the_contracts) {
  queue_options const made;
  EXPECT_EQ(made.capacity, 1024U);
  EXPECT_TRUE(made.deduplication);
  EXPECT_EQ(made.deduplication_window, 256U);
  EXPECT_EQ(made.time_to_live, 30s);
  EXPECT_EQ(made.block_timeout, 5s);
  EXPECT_EQ(made.overflow, overflow_policy::block);
  EXPECT_EQ(verdict(made), "accepted");
  queue_options wrong;
  wrong.overflow = static_cast<overflow_policy>(200);
  EXPECT_EQ(verdict(wrong),
            "invalid_option: overflow is 200, allowed: block, reject, drop_oldest, drop_newest");
}

TEST(port_options, window_out_of_bounds_is_not_ignored) {
  EXPECT_EQ(verdict(port_options{}), "accepted");
  EXPECT_EQ(verdict(port_options{1}), "accepted");
  EXPECT_EQ(verdict(port_options{65'536}), "accepted");
  EXPECT_EQ(verdict(port_options{0}), "invalid_option: window is 0, allowed: 1 to 65536");
  EXPECT_EQ(verdict(port_options{65'537}), "invalid_option: window is 65537, allowed: 1 to 65536");
}

TEST(names, empty_long_or_unprintable_names_are_refused) {
  auto const refused = [](std::string_view name) {
    auto const checked = validate_name("kernel id", name);
    return checked ? std::string("accepted") : checked.error().message();
  };
  EXPECT_EQ(refused("vector_add"), "accepted");
  EXPECT_EQ(refused("Σ with blanks, and ümlauts"), "accepted");
  EXPECT_EQ(refused(std::string(256, 'x')), "accepted");
  EXPECT_EQ(refused(""), "invalid_argument: kernel id is empty, allowed: 1 to 256 bytes");
  EXPECT_EQ(refused(std::string(257, 'x')),
            "invalid_argument: kernel id has 257 bytes, allowed: 1 to 256 bytes");
  EXPECT_EQ(refused("a\nb"), "invalid_argument: kernel id has the control character 10 at byte 1");
  EXPECT_EQ(refused(std::string_view("\0", 1)),
            "invalid_argument: kernel id has the control character 0 at byte 0");
  EXPECT_EQ(refused("ab\x7F"),
            "invalid_argument: kernel id has the control character 127 at byte 2");
}

TEST(enumerators, have_their_own_names) {
  EXPECT_EQ(to_string(overflow_policy::drop_oldest), "drop_oldest");
  EXPECT_EQ(to_string(engine_kind::automatic), "automatic");
  EXPECT_EQ(to_string(engine_kind::cpu), "cpu");
  EXPECT_EQ(to_string(engine_kind::cuda), "cuda");
  EXPECT_EQ(to_string(static_cast<engine_kind>(9)), "unknown");
  EXPECT_EQ(to_string(static_cast<overflow_policy>(9)), "unknown");
}

}  // namespace
}  // namespace gyre
