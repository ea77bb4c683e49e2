#include <chrono>
#include <cstdint>
#include <thread>

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

TEST(expiry, is_never_early_and_not_very_late) {
  for (auto const timeout : {0us, 50us, 20'000us, 100'000us, 120'000us, 3'600'000us}) {
    std::uint64_t const before = platform::clock_ns();
    std::uint32_t const at = expiry_after(timeout);
    std::uint64_t const after = platform::clock_ns();
    auto const us = static_cast<std::uint64_t>(timeout.count());
    EXPECT_FALSE(
        has_expired(at, static_cast<std::uint32_t>(before / 1000 + us - (us > 0 ? 1 : 0))) &&
        us > 0)
        << timeout.count();
    EXPECT_TRUE(has_expired(at, static_cast<std::uint32_t>(after / 1000 + us + 40'000)))
        << timeout.count() << ": two ticks of any coarse clock are less";
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
