#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/arena.hpp"

namespace gyre {
namespace {

using testing::HasSubstr;

int given_back = 0;

std::shared_ptr<arena> arena_of(std::vector<std::byte>& memory) {
  return std::make_shared<arena>(memory.data(), memory.size(),
                                 [](std::byte*) noexcept { ++given_back; });
}

TEST(arena, blocks_are_apart_and_inside) {
  std::vector<std::byte> memory(4096);
  auto const a = arena_of(memory);
  auto const first = a->allocate(1).value();
  auto const second = a->allocate(300).value();
  EXPECT_GE(first.data(), memory.data());
  EXPECT_GE(second.data(), first.data() + 256);
  EXPECT_EQ(second.bytes(), 512U) << "whole pieces of 256 bytes";
  EXPECT_EQ(a->free_bytes(), 4096U - 256 - 512);
}

TEST(arena, what_does_not_fit_is_no_memory_naming_both_sizes) {
  std::vector<std::byte> memory(1024);
  auto const a = arena_of(memory);
  auto const large = a->allocate(2000);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, errc::no_memory);
  EXPECT_THAT(large.error().context, HasSubstr("2000"));
  EXPECT_THAT(large.error().context, HasSubstr("1024"));
  auto const most = a->allocate(1000).value();
  auto const none = a->allocate(1);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().context, HasSubstr("free: 0 of 1024"));
}

TEST(arena, neighbours_become_one_again) {
  std::vector<std::byte> memory(std::size_t{64} << 10);
  auto const a = arena_of(memory);
  std::mt19937 random(5);
  std::vector<memory_block> held;
  for (int i = 0; i < 20'000; ++i) {
    if (held.empty() || random() % 2 == 0) {
      if (auto block = a->allocate(random() % 5000 + 1)) held.push_back(std::move(*block));
    } else {
      std::swap(held[random() % held.size()], held.back());
      held.pop_back();
    }
  }
  held.clear();
  EXPECT_EQ(a->free_bytes(), memory.size());
  EXPECT_TRUE(a->allocate(memory.size())) << "it is one piece again";
}

TEST(arena, memory_goes_back_with_the_last_block) {
  std::vector<std::byte> memory(1024);
  given_back = 0;
  auto a = arena_of(memory);
  auto block = a->allocate(1).value();
  a.reset();
  EXPECT_EQ(given_back, 0);
  block = memory_block();
  EXPECT_EQ(given_back, 1);
}

}  // namespace
}  // namespace gyre
