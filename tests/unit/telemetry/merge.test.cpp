#include <cstdint>
#include <numeric>

#include <gtest/gtest.h>

#include <gyre/telemetry/snapshot.hpp>

namespace gyre {
namespace {

struct shard {
  telemetry_block block;
  shard_words words;
  telemetry_writer writer{&block};
};

std::uint64_t histogram_sum(latency_summary const& l) {
  return std::accumulate(l.histogram.begin(), l.histogram.end(), std::uint64_t{0});
}

TEST(merge, several_shards_add_up) {
  shard a;
  shard b;
  shard c;
  a.writer.record(2, 200, 30);
  b.writer.record(1, 5'000, 10);
  c.writer.record(4, 40, 20);
  telemetry_snapshot out;
  for (auto* s : {&a, &b, &c}) merge(s->block, 0, out);
  EXPECT_EQ(out.latency.count, 7U);
  EXPECT_EQ(out.latency.total_ns, 5'240U);
  EXPECT_EQ(out.latency.least_ns, 10U);
  EXPECT_EQ(out.latency.greatest_ns, 5'000U);
  EXPECT_EQ(out.last_time.word, 30U) << "the latest of all shards";
  EXPECT_EQ(histogram_sum(out.latency), 7U);
  EXPECT_DOUBLE_EQ(out.latency.mean_ns(), 5'240.0 / 7);
}

// A shard that has handled nothing has a least time of 0, which is none.
TEST(merge, idle_shard_brings_no_least_time) {
  shard busy;
  shard idle;
  busy.writer.record(1, 700, 1);
  for (bool idle_first : {true, false}) {
    telemetry_snapshot out;
    if (idle_first) merge(idle.block, 0, out);
    merge(busy.block, 0, out);
    if (!idle_first) merge(idle.block, 0, out);
    EXPECT_EQ(out.latency.least_ns, 700U) << idle_first;
    EXPECT_EQ(out.latency.count, 1U) << idle_first;
  }
}

TEST(merge, counters_of_several_shards_add_up_by_reason) {
  shard a;
  shard b;
  detail::bump(a.words.handled, 10);
  detail::bump(b.words.handled, 5);
  detail::bump(b.words.refused, 2);
  detail::bump(a.words.dropped[static_cast<std::size_t>(drop_reason::no_room)], 3);
  detail::bump(b.words.dropped[static_cast<std::size_t>(drop_reason::no_room)], 4);
  detail::bump(b.words.dropped[static_cast<std::size_t>(drop_reason::terminated)], 1);
  telemetry_snapshot out;
  merge(a.words, out);
  merge(b.words, out);
  EXPECT_EQ(out.handled, 15U);
  EXPECT_EQ(out.refused, 2U);
  EXPECT_EQ(out.dropped, 8U);
  EXPECT_EQ(out.dropped_by_reason[static_cast<std::size_t>(drop_reason::no_room)], 7U);
  EXPECT_EQ(out.dropped_by_reason[static_cast<std::size_t>(drop_reason::terminated)], 1U);
}

// After a reset, a shard that has not heard of it still shows what was before.
TEST(merge, block_of_another_epoch_adds_nothing) {
  shard fresh;
  shard stale;
  stale.writer.record(100, 100'000, 99);
  stale.writer.note_error(1, 1);
  fresh.writer.reset(4);
  fresh.writer.record(1, 10, 5);
  telemetry_snapshot out;
  merge(stale.block, 4, out);
  merge(fresh.block, 4, out);
  EXPECT_EQ(out.latency.count, 1U);
  EXPECT_EQ(out.last_time.word, 5U);
  EXPECT_FALSE(out.has_error);
}

TEST(merge, error_is_the_one_of_the_shard_that_ran_last) {
  shard early;
  shard late;
  early.writer.record(1, 1, 10);
  early.writer.note_error(static_cast<std::uint32_t>(errc::malformed), 1);
  late.writer.record(1, 1, 20);
  late.writer.note_error(static_cast<std::uint32_t>(errc::invalid_option), 2);
  for (bool late_first : {true, false}) {
    telemetry_snapshot out;
    merge(late_first ? late.block : early.block, 0, out);
    merge(late_first ? early.block : late.block, 0, out);
    EXPECT_TRUE(out.has_error);
    EXPECT_EQ(out.last_error, errc::invalid_option) << "the first errc is 0, and an error";
    EXPECT_EQ(out.last_error_type, 2U);
  }
}

latency_summary of(std::uint64_t n, std::uint64_t ns, latency_summary l = {}) {
  l.histogram[latency_bucket(ns)] += n;
  l.count += n;
  l.total_ns += n * ns;
  if (ns > l.greatest_ns) l.greatest_ns = ns;
  return l;
}

TEST(quantile, none_without_messages) {
  EXPECT_EQ(latency_summary{}.quantile_ns(0.5), 0U);
  EXPECT_EQ(latency_summary{}.mean_ns(), 0.0);
}

TEST(quantile, is_the_upper_end_of_its_bucket) {
  auto const l = of(1, 100'000, of(9, 100));  // nine of 64 … 127, one of 65536 … 131071
  EXPECT_EQ(l.quantile_ns(0.0), 127U);
  EXPECT_EQ(l.quantile_ns(0.5), 127U);
  EXPECT_EQ(l.quantile_ns(0.9), 127U) << "nine of ten are here";
  EXPECT_EQ(l.quantile_ns(0.91), 100'000U) << "no more than the greatest that was seen";
  EXPECT_EQ(l.quantile_ns(1.0), 100'000U);
}

TEST(quantile, fraction_outside_0_to_1_is_its_nearest_end) {
  auto const l = of(1, 4'000, of(1, 100));
  EXPECT_EQ(l.quantile_ns(-3), l.quantile_ns(0));
  EXPECT_EQ(l.quantile_ns(17), l.quantile_ns(1));
}

TEST(quantile, times_over_the_last_bucket_are_their_greatest) {
  auto const l = of(3, std::uint64_t{1} << 40);
  EXPECT_EQ(l.quantile_ns(0.5), (std::uint64_t{1} << 32) - 1);
  EXPECT_EQ(of(1, 5).quantile_ns(0.5), 5U);
}

}  // namespace
}  // namespace gyre
