#include <cstdint>
#include <numeric>

#include <gtest/gtest.h>

#include <gyre/kernel/telemetry_block.hpp>

namespace gyre {
namespace {

TEST(latency_bucket, edges_of_every_bucket) {
  EXPECT_EQ(latency_bucket(0), 0U);
  EXPECT_EQ(latency_bucket(1), 0U);
  for (std::size_t i = 1; i < latency_buckets; ++i) {
    std::uint64_t const first = std::uint64_t{1} << i;
    EXPECT_EQ(latency_bucket(first), i);
    EXPECT_EQ(latency_bucket(first - 1), i - 1);
  }
}

TEST(latency_bucket, last_one_holds_everything_above) {
  EXPECT_EQ(latency_bucket((std::uint64_t{1} << 32) - 1), latency_buckets - 1);
  EXPECT_EQ(latency_bucket(std::uint64_t{1} << 32), latency_buckets - 1);
  EXPECT_EQ(latency_bucket(UINT64_MAX), latency_buckets - 1);
}

std::uint64_t histogram_sum(telemetry_block const& block) {
  std::uint64_t sum = 0;
  for (auto const& w : block.histogram) sum += w.load();
  return sum;
}

struct written {
  telemetry_block block;
  telemetry_writer writer{&block};
};

// Contract, fault 3: telemetry that nothing writes.
TEST(telemetry_writer, record_writes_every_figure) {
  written t;
  t.writer.record(4, 400, 77);
  EXPECT_EQ(t.block.count.load(), 4U);
  EXPECT_EQ(t.block.total_ns.load(), 400U);
  EXPECT_EQ(t.block.least_ns.load(), 100U);
  EXPECT_EQ(t.block.greatest_ns.load(), 100U);
  EXPECT_EQ(t.block.last_time.load(), 77U);
  EXPECT_EQ(t.block.histogram[latency_bucket(100)].load(), 4U);
  EXPECT_EQ(histogram_sum(t.block), 4U);
}

TEST(telemetry_writer, least_and_greatest_are_of_a_message_not_of_a_batch) {
  written t;
  t.writer.record(1, 500, 1);
  t.writer.record(10, 3'000, 2);  // 300 each
  t.writer.record(2, 1'400, 3);   // 700 each
  EXPECT_EQ(t.block.least_ns.load(), 300U);
  EXPECT_EQ(t.block.greatest_ns.load(), 700U);
  EXPECT_EQ(t.block.total_ns.load(), 4'900U);
  EXPECT_EQ(t.block.count.load(), 13U);
  EXPECT_EQ(histogram_sum(t.block), 13U);
}

// A least of 0 ns was taken for "none yet", so the next, greater time replaced it.
TEST(telemetry_writer, time_of_zero_stays_the_least) {
  written t;
  t.writer.record(3, 0, 1);
  t.writer.record(1, 900, 2);
  EXPECT_EQ(t.block.least_ns.load(), 0U);
  EXPECT_EQ(t.block.histogram[0].load(), 3U);
}

TEST(telemetry_writer, version_is_even_between_writes_and_moves_with_each) {
  written t;
  std::uint64_t before = t.block.version.load();
  auto const moved = [&] {
    std::uint64_t const now = t.block.version.load();
    bool const ok = now % 2 == 0 && now > before;
    before = now;
    return ok;
  };
  EXPECT_EQ(before, 0U);
  t.writer.record(1, 1, 1);
  EXPECT_TRUE(moved());
  t.writer.note_error(3, 4);
  EXPECT_TRUE(moved());
  t.writer.reset(1);
  EXPECT_TRUE(moved()) << "a reset must not set the version back";
}

// The first `errc` is 0: noted as it is, it would read as "no error yet".
TEST(telemetry_writer, error_with_the_number_zero_is_an_error) {
  written t;
  EXPECT_EQ(t.block.last_error.load(), 0U);
  t.writer.note_error(0, 42);
  EXPECT_EQ(t.block.last_error.load(), 1U);
  EXPECT_EQ(t.block.last_error_type.load(), 42U);
  EXPECT_EQ(t.block.count.load(), 0U) << "an error is not a message timed";
}

TEST(telemetry_writer, reset_forgets_all_but_its_epoch) {
  written t;
  t.writer.record(5, 5'000, 9);
  t.writer.note_error(1, 2);
  t.writer.reset(7);
  EXPECT_EQ(t.writer.epoch(), 7U);
  EXPECT_EQ(t.block.epoch.load(), 7U);
  for (auto const* w : {&t.block.count, &t.block.total_ns, &t.block.least_ns, &t.block.greatest_ns,
                        &t.block.last_time, &t.block.last_error, &t.block.last_error_type}) {
    EXPECT_EQ(w->load(), 0U);
  }
  EXPECT_EQ(histogram_sum(t.block), 0U);
  t.writer.record(1, 800, 10);
  EXPECT_EQ(t.block.least_ns.load(), 800U) << "the least of before the reset came back";
}

}  // namespace
}  // namespace gyre
