#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

#include <gyre/ring/envelope.hpp>

namespace gyre {
namespace {

// Contract, fault 13: host and device disagreed on a struct's layout. Read back as bytes, because a
// struct that both sides compile the same way would agree with itself even if it moved.
TEST(envelope, fields_do_not_move) {
  envelope head;
  head.actor = 0x0102030405060708ULL;
  head.correlation = 0x1112131415161718ULL;
  head.time = 0x2122232425262728ULL;
  head.type = 0x35363738U;
  head.expires = 0x31323334U;
  head.length = 0x41424344U;
  head.port = 0x5152U;
  head.priority = 0x61;
  head.kind = message_kind::failure;

  std::uint8_t bytes[sizeof head];
  std::memcpy(bytes, &head, sizeof head);
  EXPECT_EQ(bytes[0], 0x08);
  EXPECT_EQ(bytes[7], 0x01);
  EXPECT_EQ(bytes[8], 0x18);
  EXPECT_EQ(bytes[16], 0x28);
  EXPECT_EQ(bytes[24], 0x38);
  EXPECT_EQ(bytes[28], 0x34);
  EXPECT_EQ(bytes[32], 0x44);
  EXPECT_EQ(bytes[36], 0x52);
  EXPECT_EQ(bytes[37], 0x51);
  EXPECT_EQ(bytes[38], 0x61);
  EXPECT_EQ(bytes[39], 4);
}

TEST(envelope, message_that_says_nothing_asks_for_no_reply) {
  envelope const head;
  EXPECT_EQ(head.port, no_port);
  EXPECT_EQ(head.priority, 128) << "the contract's default";
  EXPECT_EQ(head.kind, message_kind::raw);
  EXPECT_EQ(head.length, 0U);
}

TEST(envelope, kinds_do_not_change_their_numbers) {
  EXPECT_EQ(static_cast<int>(message_kind::raw), 0);
  EXPECT_EQ(static_cast<int>(message_kind::wire), 1);
  EXPECT_EQ(static_cast<int>(message_kind::raw_reply), 2);
  EXPECT_EQ(static_cast<int>(message_kind::wire_reply), 3);
  EXPECT_EQ(static_cast<int>(message_kind::failure), 4);
}

TEST(envelope, failure_reply_has_no_padding) {
  EXPECT_EQ(offsetof(failure_reply, code), 0U);
  EXPECT_EQ(offsetof(failure_reply, reject_code), 4U);
  EXPECT_EQ(offsetof(failure_reply, detail), 8U);
  EXPECT_EQ(sizeof(failure_reply), 16U);
}

}  // namespace
}  // namespace gyre
