#include <cstdint>
#include <memory>

#include <gtest/gtest.h>

#include <gyre/kernel/block/letters.hpp>

namespace gyre {
namespace {

/// A block's shared memory and its letter box.
struct sender {
  std::unique_ptr<block::shared_block> shared = std::make_unique<block::shared_block>();
  std::unique_ptr<block::letter_box> box = std::make_unique<block::letter_box>();
  block_view here{};
  sender() { here.letters = box.get(); }
  /// So many more; each names its number as its actor.
  void send(std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      envelope head;
      head.actor = shared->count.letters.load();
      block::bury(*shared, here, drop_reason::no_room, head);
    }
  }
};

TEST(letters, come_in_order_and_once) {
  sender s;
  block::letter_reader reader(*s.box);
  block::letter l;
  EXPECT_FALSE(reader.take(l));
  std::uint64_t expected = 0;
  for (std::uint64_t n : {1U, 5U, 64U, 30U, 64U}) {
    s.send(n);
    for (std::uint64_t i = 0; i < n; ++i, ++expected) {
      ASSERT_TRUE(reader.take(l));
      EXPECT_EQ(l.head.actor, expected);
      EXPECT_EQ(l.reason, static_cast<std::uint64_t>(drop_reason::no_room));
    }
    EXPECT_FALSE(reader.take(l));
  }
}

// However many pushed it out: tags alone come round again after 256 laps.
TEST(letters, the_newest_are_found_and_the_others_counted) {
  for (std::uint64_t laps : {1U, 2U, 254U, 255U, 256U, 257U, 600U}) {
    sender s;
    block::letter_reader reader(*s.box);
    block::letter l;
    s.send(10);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(reader.take(l));
    std::uint64_t const all = 10 + laps * block::letter_box::lines + 7;
    s.send(all - 10);
    for (std::uint64_t i = all - block::letter_box::lines; i < all; ++i) {
      ASSERT_TRUE(reader.take(l)) << laps << " laps";
      EXPECT_EQ(l.head.actor, i);
    }
    EXPECT_FALSE(reader.take(l));
    EXPECT_EQ(reader.passed(), all);
    EXPECT_EQ(s.shared->count.dropped[static_cast<std::size_t>(drop_reason::no_room)].load(), all);
  }
}

}  // namespace
}  // namespace gyre
