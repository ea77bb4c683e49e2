#include <cstdint>

#include <gtest/gtest.h>

#include <gyre/engine/cpu/spin.hpp>

namespace gyre {
namespace {

constexpr std::uint64_t us = 1000;

// Messages 700 µs apart, polled for 200 µs each: all of that polling was in vain, and under a
// processor quota it was taken from the handlers.
TEST(spin_length, messages_that_come_later_are_not_polled_for) {
  spin_length spin(200 * us);
  EXPECT_EQ(spin.ns(), 200 * us);
  for (int i = 0; i < 6; ++i) spin.parked(700 * us);
  EXPECT_EQ(spin.ns(), spin_length::least_ns);
  for (int i = 0; i < 100; ++i) spin.parked(UINT64_MAX);
  EXPECT_EQ(spin.ns(), spin_length::least_ns);
}

TEST(spin_length, first_message_that_polling_would_have_caught_brings_it_back) {
  for (std::uint64_t came : {0 * us, 6 * us, 150 * us, 200 * us}) {
    spin_length spin(200 * us);
    for (int i = 0; i < 100; ++i) spin.parked(1'000'000 * us);
    spin.parked(came);
    EXPECT_EQ(spin.ns(), 200 * us) << came;
  }
}

TEST(spin_length, never_exceeds_what_was_asked_for) {
  for (std::uint64_t limit : {0UL, 1UL, 100UL, 5000UL, 5001UL, 200'000UL, UINT64_MAX}) {
    spin_length spin(limit);
    for (std::uint64_t idle : {0UL, 1UL, 4999UL, 5001UL, 1'000'000UL, UINT64_MAX}) {
      for (int i = 0; i < 3; ++i) {
        EXPECT_LE(spin.ns(), limit);
        spin.parked(idle);
      }
    }
  }
}

}  // namespace
}  // namespace gyre
