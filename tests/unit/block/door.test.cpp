#include <cstdint>

#include <gtest/gtest.h>

#include <gyre/kernel/block/door.hpp>

namespace gyre::block {
namespace {

TEST(door, counts_what_its_guests_filled_once_they_have_left) {
  door d;
  std::uint64_t before = 0;
  ASSERT_TRUE(d.enter());
  ASSERT_TRUE(d.enter());
  EXPECT_FALSE(d.empty());
  EXPECT_EQ(d.filled_since(before), 0U);
  d.leave(3);
  EXPECT_EQ(d.filled_since(before), 3U);
  EXPECT_FALSE(d.empty());
  d.leave(0);
  EXPECT_TRUE(d.empty());
  EXPECT_EQ(d.filled_since(before), 0U);
}

TEST(door, once_shut_lets_those_out_who_are_inside_and_nobody_in) {
  door d;
  std::uint64_t before = 0;
  ASSERT_TRUE(d.enter());
  d.shut();
  EXPECT_FALSE(d.enter());
  EXPECT_FALSE(d.empty()) << "the first one is inside";
  d.leave(2);
  EXPECT_TRUE(d.empty());
  EXPECT_FALSE(d.enter());
  EXPECT_TRUE(d.empty()) << "who was refused is not inside";
  EXPECT_EQ(d.filled_since(before), 2U);
}

TEST(door, counts_on_when_its_word_is_full) {
  constexpr std::uint64_t most = UINT64_MAX / door::slot;
  door d;
  d.word.store((most - 1) * door::slot);
  std::uint64_t before = most - 1;
  ASSERT_TRUE(d.enter());
  d.leave(5);
  EXPECT_EQ(d.filled_since(before), 5U);
  EXPECT_TRUE(d.empty());
  ASSERT_TRUE(d.enter());
  d.leave(1);
  EXPECT_EQ(d.filled_since(before), 1U);
}

TEST(links_of_blocks, are_looked_up_once) {
  kernel_view kernel;
  link_view rows[greatest_links];
  known_link known[greatest_links];
  kernel.links = rows;
  far_kernel first;
  far_kernel second;
  EXPECT_EQ(linked(kernel, known, 0), nullptr);
  EXPECT_EQ(linked(kernel, known, 2), nullptr) << "not used";
  EXPECT_EQ(linked(kernel, known, greatest_links + 1), nullptr);
  EXPECT_EQ(linked(kernel, nullptr, 2), nullptr) << "no kernel can be reached";
  rows[1].target.store(&first.kernel);
  EXPECT_EQ(linked(kernel, known, 2), &first);
  rows[1].target.store(&second.kernel);
  EXPECT_EQ(linked(kernel, known, 2), &first) << "the host's table is not looked at again";
}

}  // namespace
}  // namespace gyre::block
