#include <cstdint>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include <gyre/core/inplace.hpp>

namespace gyre {
namespace {

TEST(inplace_vector, element_past_the_capacity_is_refused) {
  inplace_vector<int, 3> v;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(v.push_back(i));
  EXPECT_FALSE(v.push_back(3));
  EXPECT_EQ(v.size(), 3U);
  EXPECT_EQ(v[2], 2);
}

TEST(inplace_vector, size_past_the_capacity_changes_nothing) {
  inplace_vector<float, 4> v;
  ASSERT_TRUE(v.push_back(1.5F));
  EXPECT_FALSE(v.resize(5));
  EXPECT_EQ(v.size(), 1U);
  EXPECT_TRUE(v.resize(4));
  EXPECT_EQ(v.size(), 4U);
}

TEST(inplace_vector, elements_that_come_back_are_not_the_old_ones) {
  inplace_vector<int, 4> v;
  ASSERT_TRUE(v.push_back(7));
  ASSERT_TRUE(v.push_back(8));
  ASSERT_TRUE(v.resize(1));
  ASSERT_TRUE(v.resize(3));
  EXPECT_EQ(v[0], 7);
  EXPECT_EQ(v[1], 0) << "grown elements are fresh";
  EXPECT_EQ(v[2], 0);
}

TEST(inplace_vector, leftovers_do_not_make_equal_vectors_differ) {
  inplace_vector<int, 4> a;
  inplace_vector<int, 4> b;
  ASSERT_TRUE(a.push_back(1));
  ASSERT_TRUE(a.push_back(2));
  ASSERT_TRUE(b.push_back(1));
  EXPECT_FALSE(a == b);
  ASSERT_TRUE(a.resize(1));
  EXPECT_TRUE(a == b) << "what stood behind the end does not count";
  a.clear();
  EXPECT_TRUE(a.empty());
}

TEST(inplace_vector, range_covers_the_elements_and_no_more) {
  inplace_vector<int, 8> v;
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(v.push_back(i));
  int sum = 0;
  for (int const x : v) sum += x;
  EXPECT_EQ(sum, 10);
  EXPECT_EQ(v.end() - v.begin(), 4);
  EXPECT_EQ(v.data(), v.begin());
}

TEST(inplace_vector, travels_as_bytes) {
  static_assert(std::is_trivially_copyable_v<inplace_vector<float, 25>>);
  static_assert(sizeof(inplace_vector<float, 25>) == 4 + 100);
  static_assert(inplace_vector<float, 25>::capacity() == 25);
}

TEST(inplace_vector, without_capacity_holds_nothing) {
  inplace_vector<int, 0> v;
  EXPECT_FALSE(v.push_back(1));
  EXPECT_FALSE(v.resize(1));
  EXPECT_TRUE(v.resize(0));
  EXPECT_TRUE(v.empty());
}

TEST(inplace_string, text_past_the_capacity_is_refused_and_not_cut) {
  inplace_string<4> s;
  EXPECT_TRUE(s.assign("four"));
  EXPECT_FALSE(s.assign("fives"));
  EXPECT_EQ(s.view(), "four") << "unchanged";
  EXPECT_TRUE(s.assign(""));
  EXPECT_TRUE(s.empty());
}

// é is C3 A9, € is E2 82 AC, 🙂 is F0 9F 99 82: none may be cut in two.
TEST(inplace_string, truncation_does_not_cut_a_character) {
  EXPECT_EQ(inplace_string<4>::truncated("abcdef").view(), "abcd");
  EXPECT_EQ(inplace_string<4>::truncated("abcé").view(), "abc");
  EXPECT_EQ(inplace_string<5>::truncated("abcé").view(), "abcé");
  EXPECT_EQ(inplace_string<5>::truncated("abc€").view(), "abc");
  EXPECT_EQ(inplace_string<3>::truncated("🙂").view(), "");
  EXPECT_EQ(inplace_string<4>::truncated("🙂🙂").view(), "🙂");
  EXPECT_EQ(inplace_string<8>::truncated("short").view(), "short");
  EXPECT_EQ(inplace_string<0>::truncated("x").view(), "");
}

TEST(inplace_string, grown_bytes_are_not_the_old_ones) {
  inplace_string<8> s;
  ASSERT_TRUE(s.assign("secret"));
  ASSERT_TRUE(s.resize(1));
  ASSERT_TRUE(s.resize(3));
  EXPECT_EQ(s.view(), std::string_view("s\0\0", 3));
  EXPECT_FALSE(s.resize(9));
  EXPECT_EQ(s.size(), 3U);
}

TEST(inplace_string, zero_bytes_belong_to_the_text) {
  inplace_string<8> a;
  inplace_string<8> b;
  ASSERT_TRUE(a.assign(std::string_view("a\0b", 3)));
  ASSERT_TRUE(b.assign("a"));
  EXPECT_FALSE(a == b);
  EXPECT_EQ(a.size(), 3U);
  static_assert(std::is_trivially_copyable_v<inplace_string<8>>);
}

TEST(inplace, works_at_compile_time) {
  constexpr auto made = [] {
    inplace_vector<int, 2> v;
    return v.push_back(1) && v.push_back(2) && !v.push_back(3) && v[1] == 2;
  }();
  static_assert(made);
  static_assert(inplace_string<3>::truncated("abcd").view() == "abc");
}

}  // namespace
}  // namespace gyre
