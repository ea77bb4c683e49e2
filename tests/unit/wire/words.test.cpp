// A message in words must be the same bytes as any other, and as strictly checked: this is the code
// that a kernel runs, compiled for the host.

#include <random>
#include <string>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "contract_messages.hpp"
#include "csharp_types.hpp"
#include "test_data.hpp"
#include "words_check.hpp"

namespace {

namespace wire = gyre::wire;
using csharp::holder;
using csharp::two;
using test_data::bytes;
using test_data::words_room;

struct point {
  float x = 0, y = 0;
  friend bool operator==(point const&, point const&) = default;
};

struct listed {
  std::int16_t kept = 0;
  std::int32_t left_out = 0;
  bool last = false;
  using wire_members = wire::members<&listed::last, &listed::kept>;
  friend bool operator==(listed const&, listed const&) = default;
};

/// Every kind of member of fixed layout, at places of every remainder.
struct everything {
  bool flag = true;
  std::uint64_t wide = 0x1122334455667788ULL;
  csharp::byte_enum fruit = csharp::byte_enum::grape;
  gyre::uuid id{};
  std::optional<std::uint8_t> small = 7;
  std::optional<std::int64_t> large = -8;
  std::optional<double> none{};
  std::optional<gyre::uuid> from = gyre::uuid{};
  point at{1.5F, -2.25F};
  csharp::padded raw{0x7F, 0x12345678};
  std::pair<std::uint8_t, std::int64_t> entry{std::uint8_t{3}, -4};
  wire::date_time when{0x08dc0b3f7b2734e0ULL};
  char32_t rune = U'\U0001F600';
  char16_t letter = u'x';
  std::array<point, 2> path{{{1, 2}, {3, 4}}};
  std::array<bool, 3> seen{true, false, true};
  std::array<std::int32_t, 0> nothing{};
  std::tuple<std::int16_t, std::int16_t> pair{5, -6};
  csharp::empty empty;
  listed some{9, 0, true};
  double last = -0.5;
  friend bool operator==(everything const&, everything const&) = default;
};

/// Decodes both ways and expects the same of them, status and all.
template <class T>
void same_as_decode(bytes const& message) {
  words_room<T> const in(message);
  T by_words{};
  T by_bytes{};
  wire::status const words = wire::decode_words(in.bytes, by_words);
  wire::status const plain = wire::decode(message, by_bytes);
  ASSERT_EQ(static_cast<bool>(words), static_cast<bool>(plain)) << test_data::to_hex(message);
  if (plain) {
    // Compared as written: a float may be no number, and unequal to itself.
    EXPECT_EQ(test_data::encoded(by_words), test_data::encoded(by_bytes));
    return;
  }
  // Where members are left out `decode` reads on, and refuses something else in the end; and it
  // first looks whether the bytes could hold an array's count at all.
  if (words.code == wire::fault::bad_header && plain.offset != words.offset) return;
  if (words.code == wire::fault::over_capacity && plain.code == wire::fault::bad_length) return;
  EXPECT_EQ(words.code, plain.code);
  EXPECT_EQ(words.offset, plain.offset);
  EXPECT_EQ(wire::describe<T>(words), wire::describe<T>(plain));
}

/// All values of each byte, then many bytes at once.
template <class T>
void sweep(T const& value) {
  bytes const good = test_data::encoded(value);
  test_data::check_words(value, good);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (unsigned k = 0; k < 256; ++k) {
      bytes bad = good;
      bad[i] = static_cast<std::byte>(k);
      same_as_decode<T>(bad);
    }
  }
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    bytes bad = good;
    for (unsigned k = random() % 8 + 1; k-- > 0;) {
      bad[random() % bad.size()] = static_cast<std::byte>(random());
    }
    same_as_decode<T>(bad);
  }
}

TEST(words, of_every_kind_of_member_are_read_as_decode_reads_them) {
  everything value;
  for (std::size_t i = 0; i < 16; ++i) value.id.bytes[i] = static_cast<std::uint8_t>(0xF0 + i);
  static_assert(wire::max_size<everything> > 2 * 64 && wire::max_size<everything> <= 256);
  sweep(value);
}

TEST(words, of_short_messages_are_read_as_decode_reads_them) {
  sweep(csharp::mixed_scalars{true, 200, -5, -2});
  sweep(csharp::with_padded{9, {1, 2}, 8});
  sweep(two<holder<bool>, two<bool, std::optional<bool>>>{{true}, {false, true}});
  sweep(wire::decimal{0x80010000U, 0, 15});
  sweep(wire::date_time_offset{-300, 0x08dc0b696395c880ULL});
  sweep(std::array<std::uint16_t, 8>{1, 2, 3});
  sweep(std::tuple<bool, std::int32_t, point>(true, 7, {1, 2}));
  sweep(std::pair<point, bool>({1, 2}, true));
}

/// A member at each place of a 16-byte vector, over its end and over a word's.
template <std::size_t Before>
void shifted() {
  using before = std::array<std::uint8_t, Before>;
  before first{};
  for (std::size_t i = 0; i < Before; ++i) first[i] = static_cast<std::uint8_t>(0x80 + i);
  sweep(std::tuple<before, std::uint64_t, std::uint8_t, std::uint32_t, std::int16_t, bool>(
      first, 0xFEDCBA9876543210ULL, 0xEF, 0x89ABCDEFU, -2, true));
}

TEST(words, hold_members_at_every_place) {
  [&]<std::size_t... Before>(std::index_sequence<Before...>) { (shifted<Before>(), ...); }
  (std::make_index_sequence<17>{});
}

TEST(words, of_an_older_version_are_not_taken_for_a_whole_message) {
  using now = two<std::int32_t, std::int32_t>;
  words_room<now> const in(test_data::encoded(holder<std::int32_t>{7}));
  now out{};
  wire::status const s = wire::decode_words(in.bytes, out);
  EXPECT_EQ(s.code, wire::fault::bad_header);
  EXPECT_EQ(s.offset, 0U);

  words_room<now> const null(test_data::from_hex("ff"));
  EXPECT_EQ(wire::decode_words(null.bytes, out).code, wire::fault::null_not_allowed);
}

TEST(words, name_the_member_that_is_refused) {
  using message = two<std::int32_t, std::array<two<bool, bool>, 2>>;
  bytes bad = test_data::encoded(message{});
  bad.back() = std::byte{2};
  words_room<message> const in(bad);
  message out{};
  EXPECT_EQ(wire::describe<message>(wire::decode_words(in.bytes, out)),
            wire::describe<message>(wire::decode(bad, out)));
}

TEST(words, are_for_fixed_layouts_alone) {
  static_assert(wire::fixed_layout<everything> && wire::fixed_layout<bool>);
  static_assert(wire::words_size<std::uint8_t> == 16 && wire::words_size<wire::decimal> == 16);
  static_assert(wire::words_size<holder<wire::decimal>> == 32);
  static_assert(!wire::fixed_layout<std::string> && !wire::fixed_layout<holder<std::string>>);
  static_assert(!wire::fixed_layout<gyre::inplace_vector<float, 4>>);
  static_assert(!wire::fixed_layout<std::optional<point>>, "a null is one byte");
  static_assert(!wire::fixed_layout<csharp::tolerant<std::int32_t>>, "lengths have many forms");
  static_assert(!wire::fixed_layout<csharp::moge_union>);
  static_assert(!wire::fixed_layout<contract::vector_add_request>);
  static_assert(!wire::fixed_layout<char> && !wire::fixed_layout<float*>);
  static_assert(wire::fixed_layout<std::array<std::int32_t, 63>>);
  static_assert(!wire::fixed_layout<std::array<std::int32_t, 64>>, "over words_limit");
}

}  // namespace
