#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"

namespace gyre::conformance {
namespace {

class buffers : public on_engine {
 protected:
  device_buffers& all() { return rt.buffers(); }

  /// A runtime whose table has so many rows.
  [[nodiscard]] static result<runtime> with_table_of(std::uint32_t rows) {
    return engine().make({.buffers = rows});
  }
};
GYRE_ON_EVERY_ENGINE(buffers);

TEST_P(buffers, new_memory_is_zero_and_what_is_written_is_read) {
  auto const b = need(all().allocate<std::uint32_t>(1000), "allocate");
  EXPECT_EQ(b.size, 1000U);
  EXPECT_EQ(need(all().bytes(b.handle), "bytes"), 4000U);
  std::vector<std::uint32_t> seen(1000, 7);
  need(all().read(b, std::span(seen)), "read");
  EXPECT_EQ(seen, std::vector<std::uint32_t>(1000, 0));
  std::vector<std::uint32_t> const part{1, 2, 3};
  need(all().write(b, std::span(part), 500), "write");
  std::vector<std::uint32_t> around(5);
  need(all().read(b, std::span(around), 499), "read");
  EXPECT_EQ(around, (std::vector<std::uint32_t>{0, 1, 2, 3, 0}));
}

TEST_P(buffers, upload_allocates_and_fills) {
  std::vector<double> const values{1.5, -2.5, 1e300};
  auto const b = need(all().upload(std::span(values)), "upload");
  std::vector<double> seen(3);
  need(all().read(b, std::span(seen)), "read");
  EXPECT_EQ(seen, values);
}

TEST_P(buffers, memory_that_was_freed_comes_back_as_zero) {
  for (int i = 0; i < 50; ++i) {
    auto const b = need(all().allocate<std::uint8_t>(512), "allocate");
    std::vector<std::uint8_t> seen(512);
    need(all().read(b, std::span(seen)), "read");
    EXPECT_EQ(seen, std::vector<std::uint8_t>(512, 0));
    std::vector<std::uint8_t> const noise(512, 0xFF);
    need(all().write(b, std::span(noise)), "write");
    need(all().free(b), "free");
  }
}

TEST_P(buffers, accesses_past_the_end_are_refused_with_the_sizes_and_change_nothing) {
  auto const b = need(all().allocate<std::uint32_t>(4), "allocate");
  std::vector<std::uint32_t> five(5, 9);
  EXPECT_TRUE(refused(all().write(b, std::span<std::uint32_t const>(five)), errc::out_of_range,
                      {"20 bytes", "16 bytes"}));
  EXPECT_TRUE(
      refused(all().read(b, std::span(five)), errc::out_of_range, {"20 bytes", "16 bytes"}));
  std::vector<std::uint32_t> one(1, 9);
  EXPECT_TRUE(refused(all().write(b, std::span<std::uint32_t const>(one), 4), errc::out_of_range,
                      {"16 bytes"}));
  EXPECT_TRUE(refused(all().read(b, std::span(one), 5), errc::out_of_range));
  EXPECT_TRUE(refused(all().read(b, std::span(one), UINT64_MAX), errc::out_of_range));
  std::vector<std::uint32_t> none;
  EXPECT_TRUE(done(all().read(b, std::span(none), 4))) << "nothing, at the very end";
  std::vector<std::uint32_t> four(4, 1);
  need(all().read(b, std::span(four)), "read");
  EXPECT_EQ(four, std::vector<std::uint32_t>(4, 0));
}

TEST_P(buffers, a_freed_buffers_handle_is_stale_for_ever) {
  auto const old = need(all().allocate<std::uint32_t>(4), "allocate");
  need(all().free(old), "free");
  std::vector<std::uint32_t> four(4);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(refused(all().read(old, std::span(four)), errc::stale_handle,
                        {std::to_string(old.handle.word)}));
    EXPECT_TRUE(
        refused(all().write(old, std::span<std::uint32_t const>(four)), errc::stale_handle));
    EXPECT_TRUE(refused(all().bytes(old.handle), errc::stale_handle));
    EXPECT_TRUE(refused(all().free(old), errc::stale_handle)) << "no double free";
    auto const anew = need(all().allocate<std::uint32_t>(4), "allocate");
    EXPECT_NE(anew.handle, old.handle);
    if (i % 2 == 0) need(all().free(anew), "free");
  }
}

TEST_P(buffers, a_handle_of_another_runtime_is_foreign) {
  auto other = need(with_table_of(16), "runtime");
  (void)need(all().allocate<std::uint32_t>(4), "a buffer in the same row");
  auto const foreign = need(other.buffers().allocate<std::uint32_t>(4), "allocate");
  std::vector<std::uint32_t> four(4);
  EXPECT_TRUE(refused(all().read(foreign, std::span(four)), errc::foreign_handle,
                      {std::to_string(foreign.handle.word)}));
  EXPECT_TRUE(refused(all().free(foreign), errc::foreign_handle));
  EXPECT_EQ(other.buffers().count(), 1U);
}

TEST_P(buffers, handles_that_were_made_up_name_nothing) {
  EXPECT_TRUE(refused(all().free(buffer_handle{}), errc::not_found));
  auto const real = need(all().allocate<std::uint32_t>(4), "allocate");
  EXPECT_FALSE(all().bytes({UINT64_MAX}));
  EXPECT_FALSE(all().bytes({real.handle.word ^ 1}));
  auto const next =
      buffer_handle::of(real.handle.index(), real.handle.owner(), real.handle.generation() + 2);
  EXPECT_TRUE(refused(all().bytes(next), errc::stale_handle));
}

TEST_P(buffers, zero_bytes_and_more_than_there_are_are_refused) {
  std::vector<float> const none;
  EXPECT_TRUE(refused(all().allocate<float>(0), errc::invalid_argument, {"0 bytes"}));
  EXPECT_TRUE(refused(all().upload(std::span(none)), errc::invalid_argument));
  EXPECT_TRUE(refused(all().allocate<float>(UINT64_MAX / 2), errc::no_memory));
  EXPECT_TRUE(refused(all().allocate<std::uint8_t>(1ULL << 50), errc::no_memory,
                      {std::to_string(1ULL << 50)}));
  EXPECT_EQ(all().count(), 0U);
  EXPECT_EQ(all().memory_bytes(), 0U);
}

TEST_P(buffers, a_full_table_says_so_and_has_room_when_one_goes) {
  EXPECT_TRUE(refused(with_table_of(0), errc::invalid_option, {"buffers", "0", "1 to "}));
  EXPECT_TRUE(
      refused(with_table_of(1U << 24), errc::invalid_option, {"buffers", "16777216", "16777215"}));
  auto small = need(with_table_of(3), "runtime");
  device_buffers& table = small.buffers();
  EXPECT_EQ(table.capacity(), 3U);
  std::vector<device_buffer<float>> held;
  for (std::uint64_t n = 1; n <= 3; ++n) {
    held.push_back(need(table.allocate<float>(n), "allocate"));
  }
  EXPECT_TRUE(refused(table.allocate<float>(1), errc::full, {"3", "buffers"}));
  EXPECT_EQ(table.count(), 3U);
  EXPECT_EQ(table.memory_bytes(), 24U);
  need(table.free(held[1]), "free");
  EXPECT_EQ(table.count(), 2U);
  EXPECT_EQ(table.memory_bytes(), 16U);
  EXPECT_TRUE(done(table.allocate<float>(5)));
}

TEST_P(buffers, many_threads_allocate_use_and_free) {
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (std::uint32_t i = 0; i < 300; ++i) {
        std::vector<std::uint32_t> const values(1 + i % 64, t * 1000 + i);
        auto const b = need(all().upload(std::span(values)), "upload");
        std::vector<std::uint32_t> seen(values.size());
        EXPECT_TRUE(done(all().read(b, std::span(seen))));
        EXPECT_EQ(seen, values);
        EXPECT_TRUE(done(all().free(b)));
        EXPECT_TRUE(refused(all().free(b), errc::stale_handle));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(all().count(), 0U);
  EXPECT_EQ(all().memory_bytes(), 0U);
}

}  // namespace
}  // namespace gyre::conformance
