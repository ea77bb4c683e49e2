#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

#include <gyre/ring/codec.hpp>
#include <gyre/ring/geometry.hpp>

namespace gyre {
namespace {

TEST(ring_geometry, capacity_is_rounded_up_and_never_down) {
  EXPECT_EQ(ring_geometry::of(1, 64).slots, 1U);
  EXPECT_EQ(ring_geometry::of(2, 64).slots, 2U);
  EXPECT_EQ(ring_geometry::of(3, 64).slots, 4U);
  EXPECT_EQ(ring_geometry::of(4096, 64).slots, 4096U);
  EXPECT_EQ(ring_geometry::of(4097, 64).slots, 8192U);
  EXPECT_EQ(ring_geometry::of(4097, 64).log2_slots, 13U);
}

TEST(ring_geometry, lap_of_untouched_memory_is_no_lap_of_a_message) {
  auto const g = ring_geometry::of(4, 64);
  EXPECT_EQ(g.lap(0), 1U) << "zeroed memory has the tag 0, so laps begin with 1";
  EXPECT_EQ(g.lap(3), 1U);
  EXPECT_EQ(g.lap(4), 2U);
  auto const one = ring_geometry::of(1, 64);
  EXPECT_EQ(one.lap(0), 1U);
  EXPECT_EQ(one.lap(1), 2U);
}

// Contract, fault 8: "indices of 32 bits that overflow".
TEST(ring_geometry, positions_of_32_bits_do_not_overflow) {
  auto const g = ring_geometry::of(16, 64);
  for (unsigned const bits : {32U, 63U}) {
    std::uint64_t const edge = 1ULL << bits;
    EXPECT_EQ(g.lap(edge - 1), edge / 16) << bits;
    EXPECT_EQ(g.lap(edge), edge / 16 + 1) << bits;
    EXPECT_EQ(g.offset(edge - 1), 15U * 64) << bits;
    EXPECT_EQ(g.offset(edge), 0U) << bits;
    EXPECT_EQ(g.offset(edge + 1), 64U) << bits;
  }
  EXPECT_EQ(g.lap(~0ULL), (1ULL << 60)) << "the last position there is";
}

// Contract, fault 8: "sizes multiplied in 32 bits".
TEST(ring_geometry, sizes_are_not_multiplied_in_32_bits) {
  auto const g = ring_geometry::of(1ULL << 24, 512);
  EXPECT_EQ(g.bytes(), 1ULL << 33);
  EXPECT_EQ(g.offset((1ULL << 24) - 1), (1ULL << 33) - 512);
  EXPECT_EQ(g.offset((1ULL << 24) + 1), 512U);
  EXPECT_EQ(ring_geometry::of(1ULL << 32, 64).bytes(), 1ULL << 38);
}

TEST(ring_geometry, envelope_is_counted_in_the_slots_of_a_message) {
  constexpr std::size_t room = 56;
  EXPECT_EQ(ring_geometry::slots_for(0, room), 1U);
  EXPECT_EQ(ring_geometry::slots_for(16, room), 1U) << "40 + 16 fill the slot";
  EXPECT_EQ(ring_geometry::slots_for(17, room), 2U);
  EXPECT_EQ(ring_geometry::slots_for(72, room), 2U);
  EXPECT_EQ(ring_geometry::slots_for(73, room), 3U);
}

TEST(ring_geometry, slots_of_the_longest_length_do_not_overflow) {
  std::uint64_t const bytes = 0xFFFF'FFFFULL;
  EXPECT_EQ(ring_geometry::slots_for(bytes, 56), (bytes + 40 + 55) / 56);
}

TEST(ring_geometry, stride_grows_with_the_message_up_to_its_greatest) {
  using commit = commit_codec<>;
  EXPECT_EQ(stride_for<commit>(0), 64U);
  EXPECT_EQ(stride_for<commit>(16), 64U);
  EXPECT_EQ(stride_for<commit>(17), 128U);
  EXPECT_EQ(stride_for<commit>(279), 384U);
  EXPECT_EQ(stride_for<commit>(464), 512U) << "8 + 40 + 464 fill the greatest slot";
  EXPECT_EQ(stride_for<commit>(465), 512U) << "more than that takes several slots";
  EXPECT_EQ(stride_for<commit>(65'536), 512U);
  EXPECT_EQ(stride_for<tag8_codec<>>(65'536), 64U) << "each line carries its tags";
  EXPECT_EQ(stride_for<tag16_codec<>>(0), 64U);
}

// Contract, fault 14: fixed 64 KiB slots took half a gigabyte for a kernel.
TEST(ring_geometry, ring_of_small_messages_takes_no_room_for_large_ones) {
  EXPECT_EQ(ring_geometry::of(4096, stride_for<commit_codec<>>(16)).bytes(), 256U * 1024);
}

TEST(ring_geometry, works_at_compile_time) {
  static_assert(ring_geometry::of(1000, 64).slots == 1024);
  static_assert(ring_geometry::of(16, 128).offset(17) == 128);
  static_assert(stride_for<commit_codec<>>(100) == 192);
}

}  // namespace
}  // namespace gyre
