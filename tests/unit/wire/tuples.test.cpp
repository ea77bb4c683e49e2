// C# copies tuples of unmanaged parts as they lie in its memory, where the parts have an order of
// their own: bytes in another order are read as other values without a fault.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "csharp_types.hpp"
#include "test_data.hpp"

namespace {

namespace wire = gyre::wire;
using csharp::byte_enum;
using gyre::uuid;
using std::optional;
using std::pair;
using std::tuple;
using test_data::encoded;
using test_data::from_hex;
using test_data::to_hex;
using i8 = std::int8_t;
using u8 = std::uint8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

template <class T>
inline constexpr auto size_of = wire::max_size<T>;
template <class T>
inline constexpr auto align_of = wire::detail::raw<T>::align;

// Sizes and places by dotnet/runtime's rule for LayoutKind.Auto; the vectors of value_tuples.json,
// which C# wrote, agree.
static_assert(size_of<tuple<u8, u8>> == 2 && size_of<tuple<u8, u8, u8>> == 4);
static_assert(size_of<tuple<u8, u8, u8, u8, u8>> == 8 && size_of<tuple<i16, i16, i16>> == 8);
static_assert(size_of<tuple<i32, i32, i32>> == 16 && size_of<tuple<i32, i32, i32, i32>> == 16);
static_assert(size_of<tuple<i32, i32, i32, i32, i32>> == 24 && size_of<tuple<i64, i64, i64>> == 24);
static_assert(size_of<tuple<uuid, uuid>> == 32 && align_of<tuple<uuid, uuid>> == 4);
static_assert(size_of<tuple<uuid, i32>> == 24 && align_of<tuple<uuid, i32>> == 8);
static_assert(size_of<tuple<>> == 1 && size_of<tuple<i32>> == 4 && size_of<tuple<uuid>> == 16);
static_assert(size_of<optional<tuple<i32, i32>>> == 16 && size_of<tuple<u8, wire::decimal>> == 24);
static_assert(size_of<tuple<i32, i32, i32, i32, i32, i32, i32, i32>> == 32);
static_assert(size_of<optional<wire::int128>> == 32 && size_of<pair<u8, wire::uint128>> == 32);
static_assert(size_of<tuple<u8, wire::int128>> == 32 &&
              size_of<std::map<u8, wire::int128>> == wire::unbounded);

/// Is written as `hex`, is read from it, and goes by words the same.
template <class T>
void check(T const& value, char const* hex) {
  EXPECT_EQ(to_hex(encoded(value)), hex);
  T got{};
  wire::status const s = wire::decode(from_hex(hex), got);
  EXPECT_TRUE(s) << wire::describe<T>(s);
  EXPECT_TRUE(got == value);
}

TEST(tuples, larger_primitive_parts_come_first_then_structs) {
  check(tuple<wire::date_time, i64>({99}, 2), "02000000000000006300000000000000");
  check(tuple<wire::date_only, float>({1}, 1.0F), "0000803f01000000");
  check(tuple<char32_t, byte_enum>(U'a', byte_enum::grape), "0200000061000000");
  check(tuple<u8, i16, u8, i32>(u8{1}, i16{2}, u8{3}, 4), "0400000002000103");
  check(tuple<bool, char16_t, double>(true, u'A', 1.0), "000000000000f03f4100010000000000");
  check(tuple<uuid, byte_enum>(uuid{}, byte_enum::orange),
        "0100000000000000000000000000000000000000"
        "00000000");
  check(tuple<optional<i32>, i32>(5, 6), "06000000010000000500000000000000");
  check(tuple<csharp::padded, u8>({1, 2}, u8{3}), "03000000010000000200000000000000");
}

TEST(tuples, the_whole_is_rounded_up) {
  check(tuple<u8, u8, u8>(u8{1}, u8{2}, u8{3}), "01020300");
  check(tuple<i32, i32, i32>(1, 2, 3), "01000000020000000300000000000000");
  check(std::vector<tuple<i16, i16, i16>>{{1, 2, 3}, {4, 5, 6}},
        "02000000"
        "0100020003000000"
        "0400050006000000");
}

TEST(tuples, inside_of_others_keep_their_alignment) {
  using ints = tuple<i32, i32>;
  check(tuple<u8, ints>(u8{1}, {2, 3}), "01000000000000000200000003000000");
  check(pair<u8, ints>(u8{1}, {2, 3}), "01000000000000000200000003000000");
  check(std::map<u8, ints>{{u8{1}, {2, 3}}},
        "01000000"
        "01000000000000000200000003000000");
  check(optional<ints>({1, 2}), "01000000000000000100000002000000");
  check(optional<ints>(), "00000000000000000000000000000000");
  check(optional<pair<i32, bool>>({1, true}), "010000000100000001000000");
}

TEST(tuples, the_eighth_part_begins_a_tuple_of_its_own) {
  using nine = tuple<u8, i64, u8, u8, u8, u8, u8, u8, i32>;
  nine const value(u8{1}, 2, u8{3}, u8{4}, u8{5}, u8{6}, u8{7}, u8{8}, 9);
  // Item2, the six bytes, then at 16 the (byte, int) with the int first.
  check(value,
        "0200000000000000"
        "0103040506070000"
        "0900000008000000");
}

TEST(tuples, of_references_may_be_null) {
  using named = tuple<i32, std::string>;
  check(optional<named>(), "ff");
  check(optional<named>(named(1, "a")),
        "01"
        "01000000"
        "feffffffffffffff61");
  check(optional<pair<i32, csharp::text>>({1, std::nullopt}),
        "01"
        "01000000"
        "ffffffff");
  check(std::vector<optional<named>>{std::nullopt, named(2, "")},
        "02000000"
        "ff"
        "01"
        "02000000"
        "00000000");
  optional<named> got;
  EXPECT_EQ(wire::decode(from_hex("0201000000ffffffff"), got).code, wire::fault::bad_header);
  EXPECT_EQ(wire::decode(from_hex(""), got).code, wire::fault::truncated);
}

struct node {
  static constexpr auto wire_kind = wire::kind::circular_reference;
  i32 value = 0;
};

TEST(tuples, with_references_to_objects_may_be_null) {
  using entry = tuple<i32, std::shared_ptr<node>>;
  auto const one = std::make_shared<node>();
  std::vector<optional<entry>> const value{entry(1, one), std::nullopt, entry(2, one)};
  std::vector<optional<entry>> got;
  ASSERT_TRUE(wire::decode(encoded(value), got));
  ASSERT_EQ(got.size(), 3U);
  EXPECT_FALSE(got[1]);
  EXPECT_EQ(std::get<1>(*got[0]), std::get<1>(*got[2]));
}

TEST(tuples, int128_is_aligned_to_16) {
  check(optional<wire::int128>({1, 0}),
        "01000000000000000000000000000000"
        "01000000000000000000000000000000");
  check(pair<i32, wire::uint128>(7, {1, 2}),
        "07000000000000000000000000000000"
        "01000000000000000200000000000000");
}

struct holds_tuples {
  static constexpr auto wire_kind = wire::kind::unmanaged;
  u8 before = 1;
  tuple<i8, i32> both{i8{2}, 3};
};

TEST(tuples, are_declared_in_csharp) {
  std::string const text = wire::csharp_declaration<holds_tuples>().value();
  EXPECT_NE(text.find("public (sbyte, int) Both;"), std::string::npos) << text;
  EXPECT_EQ(to_hex(encoded(holds_tuples{})), "01000000000000000300000002000000");
  wire::schema const s = wire::schema_of<holds_tuples>();
  EXPECT_EQ(s.types[s.roots[0]].members[1].offset, 8U);
}

}  // namespace
