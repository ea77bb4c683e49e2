#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tools/bench/report/svg.hpp>

namespace gyre::tool::svg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> labels_of(axis const& a) {
  std::vector<std::string> out;
  for (auto const& t : a.ticks) out.push_back(t.label);
  return out;
}

TEST(svg_axis, a_linear_one_has_round_ticks_and_ends_at_them) {
  axis const a = axis_over("x", scale::linear, {3, 47});
  EXPECT_THAT(labels_of(a), ElementsAre("0", "10", "20", "30", "40", "50"));
  EXPECT_EQ(a.place(0), 0);
  EXPECT_EQ(a.place(25), 0.5);
  EXPECT_EQ(a.place(50), 1);
}

TEST(svg_axis, a_logarithmic_one_over_decades_has_powers_of_ten) {
  axis const a = axis_over("x", scale::logarithmic, {120, 9e6});
  EXPECT_THAT(labels_of(a), ElementsAre("100", "1 k", "10 k", "100 k", "1 M", "10 M"));
  EXPECT_NEAR(a.place(1e4), 0.4, 1e-9);
}

TEST(svg_axis, a_logarithmic_one_over_little_has_more_ticks_than_decades) {
  axis const a = axis_over("x", scale::logarithmic, {0.7, 3});
  EXPECT_THAT(labels_of(a), ElementsAre("0.5", "1", "2", "5"));
}

TEST(svg_axis, values_lie_within_it) {
  for (auto const how : {scale::linear, scale::logarithmic}) {
    for (double const low : {0.001, 0.9, 1.0, 17.0, 1e6}) {
      for (double const factor : {1.0, 1.5, 10.0, 3e4}) {
        axis const a = axis_over("x", how, {low, low * factor});
        EXPECT_GE(a.place(low), -1e-6) << low << " × " << factor;
        EXPECT_LE(a.place(low * factor), 1 + 1e-6) << low << " × " << factor;
        EXPECT_GE(a.ticks.size(), 2U);
        EXPECT_LE(a.ticks.size(), 13U);
      }
    }
  }
}

// Zero has no logarithm: it made an axis without an end.
TEST(svg_axis, nothing_to_show_is_no_fault) {
  EXPECT_EQ(axis_over("x", scale::logarithmic, {0, -3}).low, 1);
  EXPECT_GT(axis_over("x", scale::linear, {}).high, 0);
  EXPECT_TRUE(axis_at("x", {}, short_number).ticks.empty());
}

TEST(svg, numbers_are_short) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(0.5), "0.5");
  EXPECT_EQ(short_number(1500), "1.5 k");
  EXPECT_EQ(short_number(22e6), "22 M");
  EXPECT_EQ(short_bytes(16), "16 B");
  EXPECT_EQ(short_bytes(65'536), "64 KiB");
  EXPECT_EQ(short_time(118), "118 ns");
  EXPECT_EQ(short_time(2e6), "2 ms");
}

TEST(svg, names_cannot_break_the_page) {
  chart c{"a < b & \"c\"",
          axis_over("x", scale::linear, {1}),
          axis_over("y", scale::linear, {1}),
          {{"<script>", {{0.5, 0.5, "<tip>"}}, false}}};
  std::string const text = drawn(c);
  EXPECT_THAT(text, HasSubstr("a &lt; b &amp; &quot;c&quot;"));
  EXPECT_THAT(text, HasSubstr("&lt;tip&gt;"));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
}

TEST(svg, a_floor_is_dashed_and_what_has_no_place_is_left_out) {
  chart c{"t",
          axis_over("x", scale::logarithmic, {1, 100}),
          axis_over("y", scale::logarithmic, {1, 100}),
          {{"own", {{1, 10, ""}, {10, 0, ""}, {100, 10, ""}}, false},
           {"floor", {{1, 5, ""}, {100, 5, ""}}, true},
           {"empty", {{0, 0, ""}}, false}}};
  std::string const text = drawn(c);
  EXPECT_THAT(text, HasSubstr("class=\"line floor\""));
  EXPECT_THAT(text, HasSubstr(">own<"));
  EXPECT_THAT(text, Not(HasSubstr(">empty<")));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
  EXPECT_THAT(text, Not(HasSubstr("inf")));
}

}  // namespace
}  // namespace gyre::tool::svg
