#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/engine/cpu/engine.hpp>
#include <gyre/runtime/device_buffers.hpp>

namespace gyre {
namespace {

std::unique_ptr<device_buffers> make(std::uint32_t capacity = 4) {
  return device_buffers::create(std::shared_ptr<engine>(make_cpu_engine()), capacity).value();
}

TEST(device_buffers, what_was_written_is_read) {
  auto const buffers = make();
  std::vector<float> values(1'000);
  std::iota(values.begin(), values.end(), 0.5F);
  auto const b = buffers->upload(std::span(values)).value();
  EXPECT_EQ(b.size, 1'000U);
  std::vector<float> back(10);
  ASSERT_TRUE(buffers->read(b, std::span(back), 990));
  EXPECT_EQ(back, std::vector<float>(values.end() - 10, values.end()));
}

TEST(device_buffers, new_one_is_zeroed_though_its_row_was_used) {
  auto const buffers = make(1);
  std::vector<std::uint64_t> dirt(64, UINT64_MAX);
  auto const first = buffers->upload(std::span(dirt)).value();
  ASSERT_TRUE(buffers->free(first));
  auto const second = buffers->allocate<std::uint64_t>(64).value();
  ASSERT_TRUE(buffers->read(second, std::span(dirt)));
  EXPECT_EQ(dirt, std::vector<std::uint64_t>(64));
}

TEST(device_buffers, every_copy_past_an_end_is_out_of_range) {
  auto const buffers = make();
  auto const b = buffers->allocate<std::uint32_t>(10).value();
  std::vector<std::uint32_t> four(4);
  EXPECT_TRUE(buffers->read(b, std::span(four), 6));
  for (std::uint64_t first : {std::uint64_t{7}, std::uint64_t{10}, std::uint64_t{11},
                              std::uint64_t{1} << 62, UINT64_MAX}) {
    EXPECT_EQ(buffers->read(b, std::span(four), first).error().code, errc::out_of_range) << first;
    EXPECT_EQ(buffers->write(b, std::span<std::uint32_t const>(four), first).error().code,
              errc::out_of_range)
        << first;
  }
  std::vector<std::uint32_t> into(11);
  auto const r = buffers->read(b, std::span(into));
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().context, "reading 44 bytes at 0 of a buffer of 40 bytes");
}

// Contract, fault 8: a number of elements times their size, over 64 bits.
TEST(device_buffers, size_that_overflows_is_no_memory) {
  auto const buffers = make();
  auto const r = buffers->allocate<double>((std::uint64_t{1} << 61) + 1);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::no_memory);
  EXPECT_EQ(buffers->allocate<double>(0).error().code, errc::invalid_argument);
  EXPECT_EQ(buffers->count(), 0U);
}

TEST(device_buffers, freed_handle_stays_stale_when_its_row_is_used_again) {
  auto const buffers = make(1);
  auto const old = buffers->allocate<float>(4).value();
  ASSERT_TRUE(buffers->free(old));
  for (int i = 0; i < 100; ++i) {
    auto const next = buffers->allocate<float>(4).value();
    EXPECT_EQ(next.handle.index(), old.handle.index());
    EXPECT_NE(next.handle, old.handle);
    EXPECT_EQ(buffers->bytes(old.handle).error().code, errc::stale_handle);
    EXPECT_EQ(buffers->free(old).error().code, errc::stale_handle) << "freed twice";
    ASSERT_TRUE(buffers->free(next));
  }
}

TEST(device_buffers, pinned_memory_is_given_back_with_the_last_pin) {
  auto const buffers = make(1);
  auto const b = buffers->allocate<float>(4).value();
  std::optional<buffer_view<float>> pin(pin_buffer<float>(buffers->table(), b.handle));
  ASSERT_TRUE(*pin);
  ASSERT_TRUE(buffers->free(b));
  EXPECT_EQ(buffers->count(), 0U);
  (*pin)[3] = 1.0F;  // still there: AddressSanitizer would say otherwise
  EXPECT_EQ(buffers->allocate<float>(4).error().code, errc::full);
  pin.reset();
  EXPECT_TRUE(buffers->allocate<float>(4));
}

TEST(device_buffers, count_and_bytes_are_of_what_lives) {
  auto const buffers = make();
  auto const a = buffers->allocate<float>(100).value();
  auto const b = buffers->allocate<double>(100).value();
  EXPECT_EQ(buffers->count(), 2U);
  EXPECT_EQ(buffers->memory_bytes(), 1'200U);
  ASSERT_TRUE(buffers->free(a));
  EXPECT_EQ(buffers->count(), 1U);
  EXPECT_EQ(buffers->memory_bytes(), 800U);
  EXPECT_EQ(buffers->bytes(b.handle), 800U);
}

}  // namespace
}  // namespace gyre
