#include <cstdint>
#include <cstring>
#include <deque>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include <gyre/engine/cpu/backlog.hpp>

namespace gyre {
namespace {

bool push(message_fifo& to, std::uint64_t number, std::uint32_t length) {
  envelope head;
  head.actor = number;
  head.length = length;
  std::byte* const at = to.push(head);
  if (at == nullptr) return false;
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % 16, 0U);
  std::memset(at, static_cast<int>(number & 0xFF), length);
  return true;
}

TEST(backlog, first_in_is_first_out_whatever_the_sizes) {
  chunk_pool pool(8 << 20);
  message_fifo fifo(pool);
  std::mt19937_64 random(5);
  std::deque<std::pair<std::uint64_t, std::uint32_t>> model;
  std::uint64_t number = 0;
  for (int i = 0; i < 200'000; ++i) {
    if (random() % 5 < 3 || model.empty()) {
      auto const length =
          static_cast<std::uint32_t>(random() % 100 == 0 ? random() % 65'537 : random() % 64);
      if (push(fifo, number, length)) {
        model.emplace_back(number++, length);
        continue;
      }
      ASSERT_GT(pool.filled() + length + 128, pool.limit()) << "refused only when it is full";
    }
    message_view m;
    ASSERT_TRUE(fifo.peek(m));
    ASSERT_EQ(m.head.actor, model.front().first);
    ASSERT_EQ(m.head.length, model.front().second);
    for (std::uint32_t b = 0; b < m.head.length; b += 97) {
      ASSERT_EQ(static_cast<std::uint64_t>(m.payload[b]), m.head.actor & 0xFF);
    }
    fifo.pop(m);
    model.pop_front();
    ASSERT_EQ(fifo.empty(), model.empty());
  }
}

TEST(backlog, what_is_taken_while_more_comes_needs_no_more_memory) {
  chunk_pool pool(64 << 10);
  message_fifo fifo(pool);
  ASSERT_TRUE(push(fifo, 0, 32));
  for (std::uint64_t i = 1; i < 1'000'000; ++i) {
    message_view m;
    ASSERT_TRUE(fifo.peek(m));
    ASSERT_TRUE(push(fifo, i, 32)) << "a handler sends while its message lies here";
    ASSERT_EQ(m.head.actor, i - 1);
    fifo.pop(m);
  }
  EXPECT_LE(pool.filled(), 128U);
}

TEST(backlog, the_limit_is_the_shards_not_one_fifos) {
  chunk_pool pool(64 << 10);
  message_fifo one(pool);
  message_fifo other(pool);
  std::uint64_t n = 0;
  while (push(one, n, 16)) ++n;
  EXPECT_EQ(n, (std::uint64_t{64} << 10) / 64);
  EXPECT_FALSE(push(other, 0, 16));
  message_view m;
  ASSERT_TRUE(one.peek(m));
  one.pop(m);
  EXPECT_TRUE(push(other, 0, 16));
}

}  // namespace
}  // namespace gyre
