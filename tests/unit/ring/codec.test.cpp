#include "native_ring.hpp"

namespace gyre {
namespace {

/// One slot of one line, and what was read out of it.
template <class Codec>
class slot_codec : public ::testing::Test {
 protected:
  slot_codec() { Codec::initialise(at, line_bytes); }

  static std::vector<std::byte> bytes(std::size_t n, std::uint8_t seed) {
    std::vector<std::byte> out(n);
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::byte>(seed + i * 5);
    return out;
  }

  [[nodiscard]] std::optional<std::vector<std::byte>> get(std::uint64_t lap, std::size_t n) const {
    std::vector<std::byte> out(n);
    if (!Codec::ready(at, lap) || !Codec::get(at, lap, out.data(), n)) return std::nullopt;
    return out;
  }

  alignas(line_bytes) std::byte at[line_bytes];
};

TYPED_TEST_SUITE(slot_codec, test::codecs, test::codec_names);

TYPED_TEST(slot_codec, every_length_comes_back_whole) {
  std::uint64_t lap = 0;
  for (std::size_t n = 1; n <= TypeParam::payload(line_bytes); ++n) {
    auto const sent = this->bytes(n, static_cast<std::uint8_t>(n));
    TypeParam::put(this->at, line_bytes, ++lap, sent.data(), n);
    EXPECT_EQ(this->get(lap, n), sent) << n << " bytes";
  }
}

TYPED_TEST(slot_codec, untouched_slot_is_not_ready) {
  for (std::uint64_t lap = 1; lap < 256; ++lap) EXPECT_FALSE(TypeParam::ready(this->at, lap));
}

TYPED_TEST(slot_codec, message_of_another_lap_is_not_ready) {
  auto const sent = this->bytes(8, 1);
  TypeParam::put(this->at, line_bytes, 7, sent.data(), sent.size());
  EXPECT_TRUE(TypeParam::ready(this->at, 7));
  EXPECT_FALSE(TypeParam::ready(this->at, 6));
  EXPECT_FALSE(TypeParam::ready(this->at, 8));
}

TYPED_TEST(slot_codec, neighbouring_memory_is_not_written) {
  alignas(line_bytes) std::byte lines[3 * line_bytes];
  std::memset(lines, 0xA5, sizeof lines);
  TypeParam::initialise(lines + line_bytes, line_bytes);
  auto const sent = this->bytes(TypeParam::payload(line_bytes), 1);
  TypeParam::put(lines + line_bytes, line_bytes, 1, sent.data(), sent.size());
  for (std::size_t i = 0; i < line_bytes; ++i) {
    EXPECT_EQ(lines[i], std::byte{0xA5}) << i;
    EXPECT_EQ(lines[2 * line_bytes + i], std::byte{0xA5}) << i;
  }
}

TEST(slot_payload, is_what_the_tags_leave) {
  EXPECT_EQ(commit_codec<>::payload(64), 56U);
  EXPECT_EQ(commit_codec<>::payload(512), 504U);
  EXPECT_EQ(tag8_codec<>::payload(64), 56U);
  EXPECT_EQ(tag16_codec<>::payload(64), 48U);
}

/// The slots of packed codecs arrive in pieces; here each piece is moved by hand.
template <class Codec>
class torn_slot : public slot_codec<Codec> {
 protected:
  static constexpr std::size_t piece = sizeof(typename Codec::word);
  static constexpr std::size_t pieces = line_bytes / piece;

  torn_slot() { Codec::initialise(written, line_bytes); }

  void arrive(std::size_t i) { std::memcpy(this->at + i * piece, written + i * piece, piece); }

  alignas(line_bytes) std::byte written[line_bytes];
};

using packed = ::testing::Types<tag8_codec<>, tag16_codec<>>;
struct packed_names {
  template <class T>
  static std::string GetName(int i) {
    return i == 0 ? "tag8" : "tag16";
  }
};
TYPED_TEST_SUITE(torn_slot, packed, packed_names);

TYPED_TEST(torn_slot, half_written_slot_is_not_ready) {
  std::size_t const n = TypeParam::payload(line_bytes);
  auto const before = this->bytes(n, 1);
  auto const after = this->bytes(n, 99);
  for (bool const forwards : {true, false}) {
    TypeParam::put(this->at, line_bytes, 1, before.data(), n);
    TypeParam::put(this->written, line_bytes, 2, after.data(), n);
    for (std::size_t i = 0; i < this->pieces; ++i) {
      EXPECT_EQ(this->get(2, n), std::nullopt) << i << " of " << this->pieces << " have arrived";
      this->arrive(forwards ? i : this->pieces - 1 - i);
    }
    EXPECT_EQ(this->get(2, n), after);
  }
}

TYPED_TEST(torn_slot, any_one_missing_piece_is_noticed) {
  std::size_t const n = TypeParam::payload(line_bytes);
  auto const sent = this->bytes(n, 99);
  TypeParam::put(this->written, line_bytes, 2, sent.data(), n);
  for (std::size_t missing = 0; missing < this->pieces; ++missing) {
    TypeParam::put(this->at, line_bytes, 1, this->bytes(n, 1).data(), n);
    for (std::size_t i = 0; i < this->pieces; ++i) {
      if (i != missing) this->arrive(i);
    }
    EXPECT_EQ(this->get(2, n), std::nullopt) << "piece " << missing << " is missing";
  }
}

TYPED_TEST(torn_slot, short_message_is_there_before_the_rest_of_its_slot) {
  auto const sent = this->bytes(3, 99);
  TypeParam::put(this->written, line_bytes, 1, sent.data(), sent.size());
  this->arrive(0);
  EXPECT_EQ(this->get(1, sent.size()), sent);
}

// A word that a short message left out would keep its old tag, and 256 laps later that tag is the
// right one again: half of a long message would be taken for the whole.
TYPED_TEST(torn_slot, stale_tag_is_not_believed_after_256_laps) {
  std::size_t const n = TypeParam::payload(line_bytes);
  TypeParam::put(this->at, line_bytes, 1, this->bytes(n, 1).data(), n);
  for (std::uint64_t lap = 2; lap <= 256; ++lap) {
    TypeParam::put(this->at, line_bytes, lap, this->bytes(1, 2).data(), 1);
  }
  auto const sent = this->bytes(n, 99);
  TypeParam::put(this->written, line_bytes, 257, sent.data(), n);
  for (std::size_t i = 0; i < this->pieces; ++i) {
    EXPECT_EQ(this->get(257, n), std::nullopt) << i << " of " << this->pieces << " have arrived";
    this->arrive(i);
  }
  EXPECT_EQ(this->get(257, n), sent);
}

}  // namespace
}  // namespace gyre
