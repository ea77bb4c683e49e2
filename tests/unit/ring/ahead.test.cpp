#include "native_ring.hpp"

// Whom a later message is for, before its turn.

namespace gyre::test {
namespace {

TEST(ring_ahead, tells_whom_messages_that_are_there_are_for) {
  native_ring<commit_codec<>> made(4);
  ring_writer<commit_codec<>, writers::one> const writer(made.source);
  auto reader = made.reader();
  std::uint64_t actor = 0;
  EXPECT_FALSE(reader.ahead(0, actor)) << "an empty ring";
  for (std::uint64_t first = 0; first < 20; first += 2) {  // five times round
    for (std::uint64_t i = 0; i < 2; ++i) {
      numbered message(first + i, 8);
      message.head.actor = 1000 + first + i;
      ASSERT_TRUE(writer.try_push(message.head, message.payload.data()));
    }
    for (std::uint64_t i = 0; i < 2; ++i) {
      ASSERT_TRUE(reader.ahead(i, actor)) << first;
      EXPECT_EQ(actor, 1000 + first + i);
    }
    EXPECT_FALSE(reader.ahead(2, actor)) << "not there, though an older message lies in that slot";
    for (std::uint64_t i = 0; i < 2; ++i) {
      message_view shown;
      ASSERT_TRUE(reader.peek(shown));
      reader.pop(shown);
    }
    reader.post();
  }
}

TEST(ring_ahead, tells_nothing_where_slots_are_not_read_in_place) {
  native_ring<tag8_codec<>> made(4);
  ring_writer<tag8_codec<>, writers::one> const writer(made.source);
  auto reader = made.reader();
  numbered const message(1, 8);
  ASSERT_TRUE(writer.try_push(message.head, message.payload.data()));
  std::uint64_t actor = 0;
  EXPECT_FALSE(reader.ahead(0, actor));
}

}  // namespace
}  // namespace gyre::test
