#include <chrono>
#include <cstdint>

#include <time.h>

#include <gtest/gtest.h>

#include <gyre/core/expiry.hpp>
#include <gyre/core/platform.hpp>

namespace gyre {
namespace {

using namespace std::chrono_literals;

TEST(expiry, is_told_from_the_past_across_the_wrap) {
  EXPECT_FALSE(has_expired(0, 12345)) << "0 is never";
  EXPECT_TRUE(has_expired(5, 5));
  EXPECT_FALSE(has_expired(6, 5));
  EXPECT_FALSE(has_expired(10, UINT32_MAX - 10)) << "soon, beyond the wrap";
  EXPECT_TRUE(has_expired(UINT32_MAX - 10, 10));
}

std::uint64_t coarse_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(t.tv_nsec);
}

TEST(expiry, of_a_short_time_is_exact_to_a_microsecond) {
  for (auto const timeout : {0us, 50us, 20'000us, 99'999us}) {
    std::uint64_t const before = platform::clock_ns();
    std::uint32_t const at = expiry_after(timeout);
    std::uint64_t const after = platform::clock_ns();
    auto const us = static_cast<std::uint64_t>(timeout.count());
    EXPECT_FALSE(has_expired(at, static_cast<std::uint32_t>(before / 1000 + us - 1)))
        << timeout.count();
    EXPECT_TRUE(has_expired(at, static_cast<std::uint32_t>(after / 1000 + us + 1)))
        << timeout.count();
  }
}

TEST(expiry, of_a_longer_time_is_a_tick_after_the_coarse_clock) {
  timespec tick{};
  ::clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
  auto const tick_us = static_cast<std::uint64_t>(tick.tv_nsec) / 1000;
  for (auto const timeout : {100'000us, 120'000us, 3'600'000us}) {
    std::uint64_t const before = coarse_ns();
    std::uint32_t const at = expiry_after(timeout);
    std::uint64_t const after = coarse_ns();
    std::uint64_t const us = static_cast<std::uint64_t>(timeout.count()) + tick_us;
    EXPECT_FALSE(has_expired(at, static_cast<std::uint32_t>(before / 1000 + us - 1)))
        << timeout.count();
    EXPECT_TRUE(has_expired(at, static_cast<std::uint32_t>(after / 1000 + us + 2)))
        << timeout.count();
  }
}

TEST(expiry, of_what_lasts_too_long_is_never) {
  EXPECT_EQ(expiry_after(36min), 0U);
  EXPECT_EQ(expiry_after(std::chrono::nanoseconds::max()), 0U);
  EXPECT_NE(expiry_after(30min), 0U);
  EXPECT_NE(expiry_after(-5s), 0U) << "it has expired already";
}

}  // namespace
}  // namespace gyre
