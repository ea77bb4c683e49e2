#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <tools/histogram.hpp>

namespace gyre::tool {
namespace {

TEST(histogram, is_exact_where_a_bucket_is_a_value) {
  histogram h;
  for (std::uint64_t v = 0; v < 256; ++v) h.add(v);
  EXPECT_EQ(h.count(), 256U);
  EXPECT_EQ(h.at(0), 0U);
  EXPECT_EQ(h.at(0.5), 127U);
  EXPECT_EQ(h.at(1), 255U);
}

TEST(histogram, a_bucket_never_strays_by_more_than_it_promises) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    for (std::uint64_t const offset : {-1, 0, 1, 12'345}) {
      std::uint64_t const value = (std::uint64_t{1} << bit) + offset;
      auto const shown = static_cast<double>(histogram::middle_of(histogram::bucket_of(value)));
      auto const real = static_cast<double>(value);
      EXPECT_LE(std::abs(shown - real), real * 0.004) << value;
    }
  }
}

TEST(histogram, buckets_are_in_the_order_of_their_values) {
  std::size_t last = 0;
  for (std::uint64_t v = 1; v < (std::uint64_t{1} << 62); v += 1 + v / 300) {
    std::size_t const b = histogram::bucket_of(v);
    EXPECT_GE(b, last);
    EXPECT_LE(b, last + 1) << "a bucket was passed over before " << v;
    last = b;
  }
  histogram h;
  h.add(UINT64_MAX);
  EXPECT_EQ(h.at(0.5), UINT64_MAX);
}

TEST(histogram, ranks_are_those_of_the_sorted_values) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> draw(7, 1.5);
  histogram h;
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 100'000; ++i) {
    all.push_back(static_cast<std::uint64_t>(draw(random)));
    h.add(all.back());
  }
  std::sort(all.begin(), all.end());
  for (double const q : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    auto const real =
        static_cast<double>(all[static_cast<std::size_t>(q * static_cast<double>(all.size() - 1))]);
    EXPECT_NEAR(static_cast<double>(h.at(q)), real, real * 0.004 + 1) << q;
  }
  EXPECT_EQ(h.least(), all.front());
  EXPECT_EQ(h.greatest(), all.back());
}

TEST(histogram, merging_is_as_good_as_adding_to_one) {
  histogram one;
  histogram other;
  histogram both;
  for (std::uint64_t v = 1; v < 1'000'000; v += 37) {
    (v % 2 == 0 ? one : other).add(v);
    both.add(v);
  }
  one.merge(other);
  EXPECT_EQ(one.count(), both.count());
  for (double const q : {0.0, 0.3, 0.5, 0.99, 1.0}) EXPECT_EQ(one.at(q), both.at(q));
  one.clear();
  EXPECT_EQ(one.count(), 0U);
  EXPECT_EQ(one.at(0.5), 0U);
  EXPECT_EQ(one.least(), 0U);
}

TEST(distribution, takes_the_clock_off_and_is_never_negative) {
  distribution d;
  d.counts.add(10);
  d.counts.add(250);
  d.scale = 0.5;
  d.less_ns = 20;
  EXPECT_EQ(d.at(0), 0);
  EXPECT_EQ(d.greatest(), 105);
}

}  // namespace
}  // namespace gyre::tool
