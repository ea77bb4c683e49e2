#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gyre/core/platform.hpp>
#include <gyre/engine/cpu/engine.hpp>

namespace gyre {
namespace {

TEST(engine_memory, is_zeroed_and_begins_on_a_line_of_its_own) {
  auto const engine = make_cpu_engine();
  for (std::uint64_t bytes : {1U, 64U, 4097U, 1'000'000U}) {
    // Dirty memory of this size first, so that zero is not what just happened to be there.
    {
      auto dirty = engine->allocate(bytes);
      ASSERT_TRUE(dirty);
      std::fill_n(dirty->data(), bytes, std::byte{0xA5});
    }
    auto const block = engine->allocate(bytes);
    ASSERT_TRUE(block);
    EXPECT_EQ(block->bytes(), bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block->data()) % cache_line, 0U);
    EXPECT_TRUE(std::all_of(block->data(), block->data() + bytes,
                            [](std::byte b) { return b == std::byte{0}; }));
  }
}

TEST(engine_memory, none_at_all_is_a_block_too) {
  auto const block = make_cpu_engine()->allocate(0);
  ASSERT_TRUE(block);
  EXPECT_NE(block->data(), nullptr);
  EXPECT_EQ(block->bytes(), 0U);
}

// Linux promises what it has not got, and kills whoever uses it.
TEST(engine_memory, more_than_the_machine_has_is_refused_with_the_size) {
  for (std::uint64_t bytes : {std::uint64_t{1} << 46, std::uint64_t{1} << 62, UINT64_MAX}) {
    auto const block = make_cpu_engine()->allocate(bytes);
    ASSERT_FALSE(block) << bytes;
    EXPECT_EQ(block.error().code, errc::no_memory);
    EXPECT_THAT(block.error().context, ::testing::HasSubstr(std::to_string(bytes)));
  }
}

TEST(engine_memory, estimate_is_of_this_machine) {
  std::uint64_t const available = make_cpu_engine()->available_memory();
  EXPECT_GT(available, std::uint64_t{1} << 20);
  EXPECT_LT(available, std::uint64_t{1} << 46) << "the estimate could not be read";
}

int released = 0;
void count_release(void*, std::byte*, std::uint64_t) noexcept { ++released; }

memory_block fake_block(std::uint64_t bytes) {
  static std::byte byte{};
  return memory_block(&byte, bytes, &count_release);
}

TEST(memory_account, counts_what_lives_and_remembers_the_most) {
  auto const account = std::make_shared<memory_account>();
  {
    memory_block a = fake_block(1000);
    a.charge(account);
    {
      memory_block b = fake_block(500);
      b.charge(account);
      EXPECT_EQ(account->used(), 1500U);
    }
    EXPECT_EQ(account->used(), 1000U);
  }
  EXPECT_EQ(account->used(), 0U);
  EXPECT_EQ(account->peak(), 1500U);
}

TEST(memory_account, sums_over_32_bits) {
  auto const account = std::make_shared<memory_account>();
  memory_block a = fake_block(std::uint64_t{3} << 30);
  memory_block b = fake_block(std::uint64_t{3} << 30);
  a.charge(account);
  b.charge(account);
  EXPECT_EQ(account->used(), std::uint64_t{6} << 30);
}

TEST(memory_block, is_released_and_uncharged_once_however_it_moves) {
  released = 0;
  auto const account = std::make_shared<memory_account>();
  {
    memory_block a = fake_block(10);
    a.charge(account);
    memory_block b = std::move(a);
    EXPECT_EQ(account->used(), 10U);
    memory_block c = fake_block(20);
    c.charge(account);
    c = std::move(b);
    EXPECT_EQ(released, 1) << "what it held before";
    EXPECT_EQ(account->used(), 10U);
    EXPECT_EQ(c.bytes(), 10U);
  }
  EXPECT_EQ(released, 2);
  EXPECT_EQ(account->used(), 0U);
}

}  // namespace
}  // namespace gyre
