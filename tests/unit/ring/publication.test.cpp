#include <algorithm>

#include "native_ring.hpp"

namespace gyre::test {
namespace {

template <class Codec>
class ring_publication : public ::testing::Test {};
TYPED_TEST_SUITE(ring_publication, codecs, codec_names);

/// Writes part `i` of a message by hand, as the writer does.
template <class Codec>
void put_part(ring<Codec> const& r, std::uint64_t position, std::uint64_t i,
              numbered const& message) {
  std::vector<std::byte> whole(sizeof(envelope) + message.payload.size());
  std::memcpy(whole.data(), &message.head, sizeof(envelope));
  std::memcpy(whole.data() + sizeof(envelope), message.payload.data(), message.payload.size());
  std::size_t const from = i * r.slot_payload();
  std::size_t const bytes = std::min<std::size_t>(r.slot_payload(), whole.size() - from);
  Codec::put(r.at(position + i), r.geometry.stride, r.geometry.lap(position + i),
             whole.data() + from, bytes);
}

// Contract, fault 8: "a head published before the slot is written". A reservation alone moves no
// word that the reader looks at.
TYPED_TEST(ring_publication, head_published_before_slot_is_written) {
  native_ring<TypeParam> made(4);
  ring_writer<TypeParam, writers::many> const writer(made.source);
  auto reader = made.reader();
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  ASSERT_TRUE(writer.reserve(1, first));
  ASSERT_TRUE(writer.reserve(1, second));
  EXPECT_FALSE(reader.ready());

  numbered const later(2, 8);
  writer.write(second, later.head, later.payload.data());
  message_view shown;
  EXPECT_FALSE(reader.peek(shown)) << "the first writer has not written its slot yet";

  numbered const earlier(1, 8);
  writer.write(first, earlier.head, earlier.payload.data());
  ASSERT_TRUE(reader.peek(shown));
  EXPECT_TRUE(is(shown, earlier));
  reader.pop(shown);
  ASSERT_TRUE(reader.peek(shown));
  EXPECT_TRUE(is(shown, later));
}

TYPED_TEST(ring_publication, message_is_not_seen_before_its_last_part) {
  native_ring<TypeParam> made(4);
  numbered const message(1, 2 * made.source.slot_payload());
  ASSERT_EQ(made.source.slots_for(message.head.length), 3U);
  std::uint64_t const orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  std::uint64_t position = 0;
  auto reader = made.reader();
  for (auto const& order : orders) {
    message_view shown;
    for (std::uint64_t const part : order) {
      EXPECT_FALSE(reader.peek(shown)) << "part " << part << " is missing";
      put_part(made.source, position, part, message);
    }
    ASSERT_TRUE(reader.peek(shown));
    EXPECT_TRUE(is(shown, message));
    reader.pop(shown);
    position += 3;
  }
}

TYPED_TEST(ring_publication, positions_that_were_promised_follow_each_other) {
  native_ring<TypeParam> made(4);
  ring_writer<TypeParam, writers::many> const many(made.source);
  ring_writer<TypeParam, writers::one> const one(made.source);
  EXPECT_EQ(many.reserve_promised(1), 0U);
  EXPECT_EQ(many.reserve_promised(2), 1U);
  EXPECT_EQ(one.reserve_promised(1), 3U);
  EXPECT_EQ(one.reserve_promised(1), 4U) << "promised: the room is not asked for";
}

TEST(ring_in_place, payload_is_written_and_read_where_it_lies) {
  native_ring<commit_codec<>> made(2, 128);
  ring_writer<commit_codec<>, writers::one> const writer(made.source);
  auto reader = made.reader();
  numbered const message(1, 80);
  ASSERT_TRUE(made.source.in_place(80));
  EXPECT_FALSE(made.source.in_place(81)) << "8 + 40 + 80 fill the slot";
  std::uint64_t position = 0;
  ASSERT_TRUE(writer.reserve(1, position));
  writer.write_in_place(position, message.head, [&](std::byte* to) {
    EXPECT_FALSE(reader.ready()) << "published before it is filled";
    std::memcpy(to, message.payload.data(), message.payload.size());
  });
  message_view shown;
  ASSERT_TRUE(reader.peek(shown));
  EXPECT_TRUE(is(shown, message));
  EXPECT_EQ(shown.payload, made.source.at(0) + 8 + sizeof(envelope)) << "no copy was made";
}

TEST(ring_in_place, reader_without_scratch_serves_what_lies_in_one_slot) {
  native_ring<commit_codec<>> made(2);
  ring_writer<commit_codec<>, writers::one> const writer(made.source);
  ring_reader<commit_codec<>> reader(made.source, nullptr, 0);
  numbered const message(1, 16);
  ASSERT_TRUE(writer.try_push(message.head, message.payload.data()));
  message_view shown;
  ASSERT_TRUE(reader.peek(shown));
  EXPECT_TRUE(is(shown, message));
}

TEST(ring_batch, none_of_a_batch_is_seen_before_all_of_it_is_written) {
  native_ring<commit_codec<>> made(8);
  ring_writer<commit_codec<>, writers::many> const writer(made.source);
  auto reader = made.reader();
  auto const make = [&](std::uint64_t i, envelope& head, std::byte* payload) {
    EXPECT_FALSE(reader.ready()) << "message " << i << " is still being written";
    numbered const message(i, 16);
    head = message.head;
    std::memcpy(payload, message.payload.data(), message.payload.size());
  };
  EXPECT_EQ(writer.push_batch(5, make), 5U);
  for (std::uint64_t i = 0; i < 5; ++i) {
    message_view shown;
    ASSERT_TRUE(reader.peek(shown));
    ASSERT_TRUE(is(shown, numbered(i, 16)));
    reader.pop(shown);
  }
  EXPECT_FALSE(reader.ready());
}

// Contract, fault 9: "drops a whole batch on one failure".
TEST(ring_batch, batch_without_room_for_all_sends_some_and_says_how_many) {
  native_ring<commit_codec<>> made(8);
  ring_writer<commit_codec<>, writers::one> const writer(made.source);
  auto const make = [](std::uint64_t i, envelope& head, std::byte*) { head.correlation = i; };
  EXPECT_EQ(writer.push_batch(6, make), 6U);
  EXPECT_EQ(writer.push_batch(4, make), 2U) << "two slots are left";
  EXPECT_EQ(writer.push_batch(4, make), 0U);
  EXPECT_EQ(writer.push_batch(0, make), 0U);
}

}  // namespace
}  // namespace gyre::test
