#include <functional>
#include <utility>

#include "native_ring.hpp"

namespace gyre::test {
namespace {

template <class Codec>
void read_one(ring_reader<Codec>& reader) {
  message_view shown;
  ASSERT_TRUE(reader.peek(shown));
  reader.pop(shown);
}

template <class Writer>
[[nodiscard]] bool push_one(Writer const& writer) {
  numbered const message(1, 8);
  return writer.try_push(message.head, message.payload.data());
}

TEST(ring_credits, are_posted_each_eighth_of_the_ring) {
  native_ring<commit_codec<>> made(64);
  ring_writer<commit_codec<>, writers::one> const writer(made.source);
  auto reader = made.reader();
  auto const& consumed = made.source.words->consumed;
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(push_one(writer));
  for (int i = 0; i < 7; ++i) read_one(reader);
  EXPECT_EQ(consumed.load(), 0U) << "the line that the writers read is left alone";
  read_one(reader);
  EXPECT_EQ(consumed.load(), 8U);
}

TEST(ring_credits, are_posted_each_time_by_a_ring_too_small_for_eighths) {
  native_ring<commit_codec<>> made(8);
  ring_writer<commit_codec<>, writers::one> const writer(made.source);
  auto reader = made.reader();
  for (std::uint64_t i = 1; i <= 8; ++i) {
    ASSERT_TRUE(push_one(writer));
    read_one(reader);
    EXPECT_EQ(made.source.words->consumed.load(), i);
  }
}

// Contract, fault 9: a full ring that stays full. A reader that goes idle posts what it still owes.
TEST(ring_credits, idle_reader_leaves_every_slot_usable) {
  native_ring<commit_codec<>> made(64);
  ring_writer<commit_codec<>, writers::one> const writer(made.source);
  auto reader = made.reader();
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(push_one(writer));
  for (int i = 0; i < 5; ++i) read_one(reader);
  EXPECT_FALSE(push_one(writer)) << "five slots are free, but nobody was told";
  reader.post();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(push_one(writer)) << i;
  EXPECT_FALSE(push_one(writer));
}

TEST(ring_credits, message_of_several_slots_gives_them_all_back) {
  native_ring<commit_codec<>> made(4);
  ring_writer<commit_codec<>, writers::one> const writer(made.source);
  auto reader = made.reader();
  numbered const large(1, made.source.greatest_payload());
  for (int lap = 0; lap < 3; ++lap) {
    ASSERT_TRUE(writer.try_push(large.head, large.payload.data()));
    ASSERT_FALSE(push_one(writer));
    read_one(reader);
    EXPECT_EQ(made.source.words->consumed.load(), reader.position());
  }
}

TEST(ring_credits, room_found_by_one_writer_is_known_to_the_next) {
  native_ring<commit_codec<>> made(2);
  ring_writer<commit_codec<>, writers::many> const first(made.source);
  ring_writer<commit_codec<>, writers::many> const second(made.source);
  auto reader = made.reader();
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(push_one(first));
  for (int i = 0; i < 2; ++i) read_one(reader);
  ASSERT_TRUE(push_one(first));
  EXPECT_EQ(made.source.words->seen_consumed.load(), 2U);
  EXPECT_TRUE(push_one(second));
  EXPECT_FALSE(push_one(second));
}

/// Memory in which something happens right after a chosen word was read: a thread that loses the
/// core between two loads, without the luck that this takes.
struct interrupted_memory : native_memory {
  static inline void const* word = nullptr;
  static inline std::function<void()> meanwhile;

  template <class T>
  struct atomic : std::atomic<T> {
    using std::atomic<T>::atomic;

    [[nodiscard]] T load(std::memory_order order) const noexcept {
      T const value = std::atomic<T>::load(order);
      if (this == word) {
        word = nullptr;
        meanwhile();
      }
      return value;
    }
  };
};

// Contract, fault 8: "a full check that races". A writer that reads how much is reserved, and then
// loses the core while others write and the reader reads, must not take its old position to be
// behind a full ring: the unsigned difference to the newer `consumed` is very large.
TEST(ring_credits, writer_that_was_overtaken_is_not_told_that_an_empty_ring_is_full) {
  using codec = commit_codec<interrupted_memory>;
  for (std::uint64_t const count : {1ULL, 2ULL}) {
    native_ring<codec> made(2);
    ring_writer<codec, writers::many> const late(made.source);
    ring_writer<codec, writers::many> const quick(made.source);
    auto reader = made.reader();
    interrupted_memory::meanwhile = [&] {
      for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(push_one(quick));
        read_one(reader);
      }
    };
    interrupted_memory::word = &made.source.words->reserved;
    std::uint64_t position = 0;
    EXPECT_TRUE(late.reserve(count, position)) << "nothing is in the ring";
    EXPECT_EQ(position, 5U);
    EXPECT_EQ(interrupted_memory::word, nullptr) << "the interruption took place";
  }
}

TEST(ring_credits, writer_that_was_overtaken_does_not_fill_a_full_ring) {
  using codec = commit_codec<interrupted_memory>;
  native_ring<codec> made(2);
  ring_writer<codec, writers::many> const late(made.source);
  ring_writer<codec, writers::many> const quick(made.source);
  auto reader = made.reader();
  interrupted_memory::meanwhile = [&] {
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(push_one(quick));
      read_one(reader);
    }
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(push_one(quick));
  };
  interrupted_memory::word = &made.source.words->reserved;
  std::uint64_t position = 0;
  EXPECT_FALSE(late.reserve(1, position)) << "two messages fill the ring";
}

}  // namespace
}  // namespace gyre::test
