// The choices that a C++ struct can state: framing, order, names, members, policies.

#include <gtest/gtest.h>

#include "csharp_types.hpp"
#include "test_data.hpp"

namespace third_party {

class point {
 public:
  point() = default;
  point(int x, int y) : x_(x), y_(y) {}
  friend bool operator==(point const&, point const&) = default;

 private:
  int x_ = 0;
  int y_ = 0;

 public:
  using wire_members = gyre::wire::members<&point::y_, &point::x_>;
};

struct base {
  std::int32_t a = 0;
};
struct derived : base {
  std::int32_t b = 0;
};

}  // namespace third_party

template <>
struct gyre::wire::adapt<third_party::derived> {
  using wire_members = members<&third_party::derived::a, &third_party::derived::b>;
  static constexpr std::array<std::string_view, 2> wire_names{"First", "Second"};
};

namespace {

namespace wire = gyre::wire;
using test_data::encoded;
using test_data::from_hex;
using test_data::to_hex;

struct gap {
  static constexpr auto wire_kind = wire::kind::version_tolerant;
  using wire_order = wire::order<0, 2>;
  std::int32_t a = 0;
  std::int16_t c = 0;
};

struct node {
  std::int32_t id = 0;
  std::vector<node> children;
  friend bool operator==(node const&, node const&) = default;
};

/// Padding of every sort: inside, in a nested struct, round an optional, at the tail.
struct inner {
  static constexpr auto wire_kind = wire::kind::unmanaged;
  std::uint8_t a = 0;
  std::uint16_t b = 0;
};
struct outer {
  static constexpr auto wire_kind = wire::kind::unmanaged;
  bool flag = false;
  std::optional<std::int32_t> maybe;
  gyre::uuid id;
  inner in;
  double d = 0;
  std::uint8_t last = 0;
};

static_assert(wire::serializable<node> && wire::serializable<outer>);
static_assert(!wire::serializable<int*> && !wire::serializable<char> &&
              !wire::serializable<long double> && !wire::serializable<third_party::base[2]> &&
              !wire::serializable<std::vector<wchar_t>> &&
              !wire::serializable<std::span<float const>> &&
              !wire::serializable<std::optional<std::optional<int>>> &&
              !wire::serializable<std::unique_ptr<int>>);
static_assert(wire::min_size<csharp::four_ints> == 17 && wire::max_size<csharp::four_ints> == 17);
static_assert(wire::max_size<std::string> == wire::unbounded);
static_assert(wire::max_size<csharp::two<int, std::string>> == wire::unbounded);
static_assert(wire::max_size<gyre::inplace_vector<csharp::four_ints, 3>> == 4 + 3 * 17);
static_assert(wire::max_size<std::optional<gyre::uuid>> == 20);

TEST(shapes, unmanaged_structs_have_csharp_layout_and_clean_padding) {
  outer o;
  o.flag = true;
  o.maybe = 5;
  o.id.bytes[0] = 0xAA;
  o.in = {1, 2};
  o.last = 9;
  std::vector<std::byte> out(200, std::byte{0xEE});
  std::size_t const n = wire::encode_unchecked(o, out.data());
  out.resize(n);
  // flag, 3 zeros; nullable int 8; guid 16; inner {a, 0, b, b}; d at 32; last, 7 zeros.
  EXPECT_EQ(to_hex(out), std::string("01000000") + "0100000005000000" + "aa" +
                             std::string(30, '0') + "01000200" + std::string(16, '0') +
                             "0900000000000000");
  outer got;
  ASSERT_TRUE(wire::decode(out, got));
  EXPECT_EQ(got.maybe, 5);
  EXPECT_EQ(got.in.b, 2);
  EXPECT_EQ(got.last, 9);
  out[0] = std::byte{2};
  EXPECT_EQ(wire::decode(out, got).code, wire::fault::bad_bool);
}

TEST(shapes, listed_members_are_written_in_their_order) {
  third_party::point const p(1, 2);
  EXPECT_EQ(to_hex(encoded(p)), "020200000001000000");
  third_party::point got;
  ASSERT_TRUE(wire::decode(encoded(p), got));
  EXPECT_EQ(got, p);
  EXPECT_EQ(wire::member_names<third_party::point>()[0], "y_");
}

TEST(shapes, adapters_describe_types_from_outside) {
  third_party::derived d;
  d.a = 3;
  d.b = 4;
  EXPECT_EQ(to_hex(encoded(d)), "020300000004000000");
  EXPECT_EQ(wire::member_names<third_party::derived>()[1], "Second");
}

TEST(shapes, gaps_in_the_order_are_blank_slots) {
  EXPECT_EQ(to_hex(encoded(gap{7, 8})), "03040002070000000800");
  gap got;
  ASSERT_TRUE(wire::decode(from_hex("03040002070000000800"), got));
  EXPECT_EQ(got.c, 8);
  ASSERT_TRUE(wire::decode(from_hex("0404030204"
                                    "07000000"
                                    "aabbcc"
                                    "0800"
                                    "11223344"),
                           got))
      << "a member of the gap, and one of a later version, are skipped";
  EXPECT_EQ(got.a, 7);
  EXPECT_EQ(got.c, 8);
}

TEST(shapes, a_type_may_contain_itself) {
  node tree{1, {{2, {}}, {3, {{4, {}}}}}};
  node got;
  ASSERT_TRUE(wire::decode(encoded(tree), got));
  EXPECT_EQ(got, tree);
}

TEST(shapes, utf16_lengths_are_exact_or_unknown) {
  std::string const text = "a\u00e9\U0001F30D";
  EXPECT_EQ(to_hex(encoded(text)), "f8ffffffffffffff61c3a9f09f8c8d");
  EXPECT_EQ(to_hex(encoded(text, wire::utf16_length_exact{})), "f8ffffff0400000061c3a9f09f8c8d");
}

TEST(shapes, all_of_unicode_survives_both_forms) {
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x1000 ? 1 : 61) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string utf16;
    auto const unit = [&](char32_t u) {
      utf16 += static_cast<char>(u & 0xFF);
      utf16 += static_cast<char>(u >> 8);
    };
    if (c >= 0x10000) {
      unit(0xD800 + ((c - 0x10000) >> 10));
      unit(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      unit(c);
    }
    auto in = encoded(static_cast<std::int32_t>(utf16.size() / 2));
    for (char const b : utf16) in.push_back(static_cast<std::byte>(b));
    std::string text;
    ASSERT_TRUE(wire::decode(in, text)) << static_cast<std::uint32_t>(c);
    std::string again;
    ASSERT_TRUE(wire::decode(encoded(text, wire::utf16_length_exact{}), again));
    ASSERT_EQ(again, text);
    gyre::inplace_string<4> small;
    ASSERT_TRUE(wire::decode(in, small));
    ASSERT_EQ(small.view(), text);
  }
}

TEST(shapes, views_borrow_the_input) {
  auto const in = encoded(csharp::two<std::string, std::vector<std::uint8_t>>{"abc", {1, 2}});
  struct borrowed {
    std::string_view text;
    std::span<std::byte const> data;
  } got;
  ASSERT_TRUE(wire::decode(in, got));
  EXPECT_EQ(got.text, "abc");
  EXPECT_EQ(got.data.size(), 2U);
  EXPECT_GE(reinterpret_cast<std::byte const*>(got.text.data()), in.data());
  EXPECT_LT(got.data.data(), in.data() + in.size());
}

TEST(shapes, deep_faults_say_where) {
  struct leaf {
    std::vector<std::string> names;
  };
  struct message {
    std::map<std::int32_t, leaf> leaves;
    std::optional<csharp::moge_union> u;
  };
  message m;
  m.leaves[5].names = {"a", "b"};
  m.leaves[6].names = {"c", "\xFF"};
  auto in = encoded(m);
  message got;
  wire::status s = wire::decode(in, got);
  EXPECT_EQ(s.code, wire::fault::bad_utf8);
  EXPECT_TRUE(wire::describe<message>(s).starts_with("message.leaves[1].value.names[1] at byte "))
      << wire::describe<message>(s);
  m.leaves.clear();
  m.u = csharp::moge_union{csharp::union_2{"\xFF"}};
  s = wire::decode(encoded(m), got);
  EXPECT_TRUE(wire::describe<message>(s).starts_with("message.u[1].value at byte "))
      << wire::describe<message>(s);
}

TEST(shapes, paths_deeper_than_are_kept_say_so) {
  node tree;
  node* at = &tree;
  for (int i = 0; i < 10; ++i) at = &at->children.emplace_back();
  auto in = encoded(tree);
  in.back() = std::byte{0x7f};
  node got;
  wire::status const s = wire::decode(in, got);
  EXPECT_TRUE(s.path_cut);
  EXPECT_TRUE(
      wire::describe<node>(s).starts_with("node.children[0].children[0].children[0]… at byte "))
      << wire::describe<node>(s);
}

TEST(shapes, every_fault_has_a_name_and_a_sentence) {
  for (unsigned i = 0; i <= static_cast<unsigned>(wire::fault::bad_reference); ++i) {
    auto const code = static_cast<wire::fault>(i);
    EXPECT_NE(wire::to_string(code), "unknown");
    EXPECT_TRUE(wire::explain(code).ends_with('.'));
  }
  EXPECT_EQ(wire::to_string(static_cast<wire::fault>(200)), "unknown");
}

}  // namespace
