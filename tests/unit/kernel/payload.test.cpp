#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/core/inplace.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/payload.hpp>

namespace gyre {
namespace {

struct fixed {
  std::int32_t a = 0;
  std::int64_t b = 0;
};
struct bounded_text {
  inplace_string<40> text{};
};
struct unbounded_text {
  std::string text{};
};
struct maybe {
  std::optional<std::int32_t> n{};
};

// What travels as its own bytes has one size only; the rest goes as a MemoryPack object.
static_assert(payload<fixed>::raw && payload<fixed>::greatest == sizeof(fixed));
static_assert(payload<fixed>::bounded && payload<fixed>::usual == sizeof(fixed));
static_assert(!payload<bounded_text>::raw && payload<bounded_text>::bounded);
static_assert(payload<bounded_text>::usual == payload<bounded_text>::greatest);
static_assert(!payload<unbounded_text>::raw && !payload<unbounded_text>::bounded);

// Contract, fault 14: every slot had the size of the largest message possible.
TEST(payload, message_without_a_bound_does_not_get_slots_of_64_kib) {
  EXPECT_EQ(payload<unbounded_text>::greatest, limits::greatest_payload);
  EXPECT_EQ(payload<unbounded_text>::usual, 256U);
}

TEST(payload, size_is_what_pack_writes) {
  unbounded_text const message{std::string(300, 'x')};
  std::size_t const size = payload<unbounded_text>::size(message);
  std::vector<std::byte> bytes(size + 1, std::byte{0x5A});
  payload<unbounded_text>::pack(message, bytes.data());
  EXPECT_EQ(bytes.back(), std::byte{0x5A}) << "a byte too many";
  unbounded_text back;
  ASSERT_TRUE(payload<unbounded_text>::unpack(std::span(bytes).first(size), false, back));
  EXPECT_EQ(back.text, message.text);
}

TEST(payload, raw_bytes_of_another_length_are_refused) {
  fixed const message{7, -8};
  std::array<std::byte, sizeof message + 1> bytes{};
  payload<fixed>::pack(message, bytes.data());
  fixed back;
  EXPECT_FALSE(payload<fixed>::unpack(std::span(bytes).first(sizeof message - 1), true, back));
  EXPECT_FALSE(payload<fixed>::unpack(bytes, true, back));
  EXPECT_FALSE(payload<fixed>::unpack({}, true, back));
  ASSERT_TRUE(payload<fixed>::unpack(std::span(bytes).first(sizeof message), true, back));
  EXPECT_EQ(back.a, 7);
  EXPECT_EQ(back.b, -8);
}

TEST(payload, type_that_never_travels_raw_is_not_read_raw) {
  maybe back;
  std::array<std::byte, sizeof(maybe)> const bytes{};
  if (!payload<maybe>::raw) {
    EXPECT_FALSE(payload<maybe>::unpack(bytes, true, back));
  }
  bounded_text text;
  EXPECT_FALSE(payload<bounded_text>::unpack(bytes, true, text));
}

struct asks {
  using handles = gyre::handles<fixed, bounded_text, maybe>;
  std::int32_t n = 0;
  fixed on(fixed const& m, auto&) { return m; }
  gyre::reply<maybe> on(bounded_text const&, auto&) { return maybe{}; }
  void on(maybe const&, auto&) {}
};

static_assert(actor_type<asks>);
static_assert(understands<asks, fixed> && !understands<asks, unbounded_text>);
static_assert(std::is_same_v<reply_of<asks, fixed>, fixed>);
static_assert(std::is_same_v<reply_of<asks, bounded_text>, maybe>);
static_assert(std::is_void_v<reply_of<asks, maybe>>);

TEST(reply, is_a_value_or_a_refusal_and_never_both) {
  reply<fixed> const value = fixed{1, 2};
  EXPECT_TRUE(value.ok());
  EXPECT_EQ(value.value().b, 2);
  reply<fixed> const refused = rejection{4, std::numeric_limits<std::int64_t>::min()};
  EXPECT_FALSE(refused.ok());
  EXPECT_EQ(refused.refusal().code, 4U);
  EXPECT_EQ(refused.refusal().detail, std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(reply<void>().ok());
  EXPECT_FALSE(reply<void>(rejection{}).ok());
}

}  // namespace
}  // namespace gyre
