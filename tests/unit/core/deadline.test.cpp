#include <chrono>

#include <gtest/gtest.h>

#include <gyre/core/deadline.hpp>

namespace gyre {
namespace {

using namespace std::chrono_literals;
using clock = deadline::clock;

// Contract, fault 7: "infinite" timeouts that expire at once, because now + for ever wrapped round.
TEST(deadline, for_ever_does_not_wrap_round_into_the_past) {
  EXPECT_TRUE(deadline().is_never());
  EXPECT_TRUE(deadline(forever).is_never());
  EXPECT_FALSE(deadline(forever).expired());
  EXPECT_EQ(deadline(forever).left(), forever);
  EXPECT_TRUE(deadline(forever - 1ns).is_never()) << "too far away to be told from never";
}

TEST(deadline, saturates_at_the_clocks_last_moment) {
  auto const now = clock::time_point(1'000'000ns);
  EXPECT_TRUE(deadline(forever, now).is_never());
  EXPECT_TRUE(deadline(forever - 1'000'000ns, now).is_never());
  EXPECT_FALSE(deadline(forever - 1'000'001ns, now).is_never());
  EXPECT_EQ(deadline(forever - 1'000'001ns, now).when(), clock::time_point::max() - 1ns);
}

TEST(deadline, zero_has_expired_at_once) {
  EXPECT_TRUE(deadline(0ns).expired());
  EXPECT_EQ(deadline(0ns).left(), 0ns);
}

TEST(deadline, negative_timeout_has_expired_and_does_not_wrap_round) {
  for (auto const timeout :
       {-1ns, std::chrono::nanoseconds(-1h), std::chrono::nanoseconds::min()}) {
    EXPECT_TRUE(deadline(timeout).expired()) << timeout.count();
    EXPECT_FALSE(deadline(timeout).is_never()) << timeout.count();
    EXPECT_EQ(deadline(timeout).left(), 0ns) << "never less than zero";
  }
}

TEST(deadline, what_is_left_shrinks_to_zero) {
  deadline const soon(5ms);
  EXPECT_FALSE(soon.is_never());
  EXPECT_LE(soon.left(), 5ms);
  while (!soon.expired()) EXPECT_GE(soon.left(), 0ns);
  EXPECT_EQ(soon.left(), 0ns);
}

TEST(deadline, is_the_same_for_callers_that_have_read_the_clock) {
  auto const now = clock::now();
  EXPECT_EQ(deadline(1s, now).when(), now + 1s);
  static_assert(deadline(1s, clock::time_point(2s)).when() == clock::time_point(3s));
}

}  // namespace
}  // namespace gyre
