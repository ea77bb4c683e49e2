#include "native_ring.hpp"

namespace gyre::test {
namespace {

template <class Face>
class ring_capacity : public ::testing::Test {};
TYPED_TEST_SUITE(ring_capacity, faces, face_names);

TYPED_TEST(ring_capacity, every_slot_is_usable_and_not_one_more) {
  for (std::uint64_t const slots : {1ULL, 2ULL, 16ULL, 64ULL}) {
    typename TypeParam::ring_type made(slots);
    typename TypeParam::writer_type const writer(made.source);
    auto reader = made.reader();
    for (int lap = 0; lap < 3; ++lap) {
      for (std::uint64_t i = 0; i < slots; ++i) {
        numbered const message(i, 8);
        ASSERT_TRUE(writer.try_push(message.head, message.payload.data()))
            << "slot " << i << " of " << slots << ", lap " << lap;
      }
      numbered const extra(999, 8);
      ASSERT_FALSE(writer.try_push(extra.head, extra.payload.data())) << slots << " slots";
      for (std::uint64_t i = 0; i < slots; ++i) {
        message_view shown;
        ASSERT_TRUE(reader.peek(shown));
        ASSERT_TRUE(is(shown, numbered(i, 8)));
        reader.pop(shown);
      }
      message_view shown;
      ASSERT_FALSE(reader.peek(shown)) << "the refused message must not appear";
    }
  }
}

TYPED_TEST(ring_capacity, refused_message_changes_nothing) {
  typename TypeParam::ring_type made(2);
  typename TypeParam::writer_type const writer(made.source);
  auto reader = made.reader();
  numbered const one(1, 8);
  numbered const two_slots(2, 40);
  ASSERT_TRUE(writer.try_push(one.head, one.payload.data()));
  ASSERT_FALSE(writer.try_push(two_slots.head, two_slots.payload.data())) << "one slot is left";
  numbered const last(3, 8);
  ASSERT_TRUE(writer.try_push(last.head, last.payload.data())) << "and is still there";
  for (std::uint64_t const number : {1ULL, 3ULL}) {
    message_view shown;
    ASSERT_TRUE(reader.peek(shown));
    ASSERT_TRUE(is(shown, numbered(number, 8)));
    reader.pop(shown);
  }
}

TYPED_TEST(ring_capacity, messages_of_every_size_wrap_round) {
  typename TypeParam::ring_type made(8);
  typename TypeParam::writer_type const writer(made.source);
  auto reader = made.reader();
  std::uint64_t const greatest = made.source.greatest_payload();
  std::uint64_t number = 0;
  std::uint64_t sent_slots = 0;
  for (std::uint64_t length = 0; length <= greatest; ++length) {
    numbered const message(++number, length);
    ASSERT_TRUE(writer.try_push(message.head, message.payload.data())) << length << " bytes";
    message_view shown;
    ASSERT_TRUE(reader.peek(shown)) << length << " bytes";
    ASSERT_TRUE(is(shown, message));
    EXPECT_EQ(shown.slots, made.source.slots_for(length));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(shown.payload) % 8, 0U);
    reader.pop(shown);
    sent_slots += shown.slots;
  }
  EXPECT_EQ(reader.position(), sent_slots);
  EXPECT_GT(sent_slots, 8U * 100) << "many laps, and every offset in the ring";
}

// Contract, fault 11: "an oversize message cut to fit".
TYPED_TEST(ring_capacity, message_larger_than_the_ring_is_refused_and_not_cut) {
  typename TypeParam::ring_type made(4);
  typename TypeParam::writer_type const writer(made.source);
  auto reader = made.reader();
  std::uint64_t const greatest = made.source.greatest_payload();
  EXPECT_EQ(greatest, 4 * TypeParam::codec::payload(line_bytes) - sizeof(envelope));

  numbered const too_large(1, greatest + 1);
  EXPECT_FALSE(writer.try_push(too_large.head, too_large.payload.data()));
  EXPECT_FALSE(reader.ready());
  numbered const largest(2, greatest);
  ASSERT_TRUE(writer.try_push(largest.head, largest.payload.data()));
  message_view shown;
  ASSERT_TRUE(reader.peek(shown));
  EXPECT_TRUE(is(shown, largest));
  EXPECT_EQ(shown.slots, 4U);
}

TYPED_TEST(ring_capacity, looking_twice_shows_the_same_message) {
  typename TypeParam::ring_type made(4);
  typename TypeParam::writer_type const writer(made.source);
  auto reader = made.reader();
  numbered const message(5, 100);
  ASSERT_TRUE(writer.try_push(message.head, message.payload.data()));
  for (int i = 0; i < 2; ++i) {
    message_view shown;
    ASSERT_TRUE(reader.peek(shown));
    EXPECT_TRUE(is(shown, message));
  }
}

// A byte of lap comes round after 256 laps: a long message must not be completed by old words.
TYPED_TEST(ring_capacity, short_and_long_messages_alternate_past_256_laps) {
  typename TypeParam::ring_type made(2);
  typename TypeParam::writer_type const writer(made.source);
  auto reader = made.reader();
  for (std::uint64_t number = 0; number < 4 * 256 + 7; ++number) {
    numbered const message(number, number % 3 == 0 ? 40 : number % 8);
    ASSERT_TRUE(writer.try_push(message.head, message.payload.data()));
    message_view shown;
    ASSERT_TRUE(reader.peek(shown));
    ASSERT_TRUE(is(shown, message));
    reader.pop(shown);
    ASSERT_FALSE(reader.ready()) << "after message " << number;
  }
}

// Contract, fault 8: "indices of 32 bits that overflow".
TYPED_TEST(ring_capacity, positions_past_32_and_63_bits_do_not_overflow) {
  for (unsigned const bits : {32U, 63U}) {
    std::uint64_t const start = (1ULL << bits) - 21;
    typename TypeParam::ring_type made(16);
    made.begin_at(start);
    typename TypeParam::writer_type const writer(made.source);
    auto reader = made.reader(start);
    ASSERT_FALSE(reader.ready());
    for (std::uint64_t number = 0; number < 48; number += 16) {
      for (std::uint64_t i = 0; i < 16; ++i) {
        numbered const message(number + i, 8);
        ASSERT_TRUE(writer.try_push(message.head, message.payload.data())) << bits << " bits";
      }
      numbered const extra(999, 8);
      ASSERT_FALSE(writer.try_push(extra.head, extra.payload.data())) << bits << " bits";
      for (std::uint64_t i = 0; i < 16; ++i) {
        message_view shown;
        ASSERT_TRUE(reader.peek(shown)) << bits << " bits";
        ASSERT_TRUE(is(shown, numbered(number + i, 8)));
        reader.pop(shown);
      }
    }
    EXPECT_EQ(reader.position(), start + 48);
  }
}

}  // namespace
}  // namespace gyre::test
