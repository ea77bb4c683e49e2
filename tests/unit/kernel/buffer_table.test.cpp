#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/kernel/buffer_table.hpp>

namespace gyre {
namespace {

constexpr std::uint8_t owner = 9;

/// A table of two rows; row 1 is a live buffer of ten floats, in its third life.
struct table_of_two {
  std::array<float, 10> elements{};
  std::array<buffer_row, 2> rows;
  buffer_table table{rows.data(), 2, owner};
  buffer_handle handle = buffer_handle::of(1, owner, 5);

  table_of_two() {
    rows[1].data = reinterpret_cast<std::byte*>(elements.data());
    rows[1].bytes = sizeof elements;
    rows[1].state.store(std::uint64_t{5} << 32);
  }
  [[nodiscard]] std::uint64_t pins() const { return rows[1].state.load() & 0xFFFFFFFF; }
};

TEST(buffer_handle, parts_come_back_at_their_greatest) {
  auto const h = buffer_handle::of(0xFFFFFF, 0xFF, 0xFFFFFFFF);
  EXPECT_EQ(h.word, UINT64_MAX);
  EXPECT_EQ(h.index(), 0xFFFFFFU);
  EXPECT_EQ(h.owner(), 0xFFU);
  EXPECT_EQ(h.generation(), 0xFFFFFFFFU);
}

TEST(buffer_handle, parts_do_not_run_into_each_other) {
  auto const h = buffer_handle::of(0x123456, 0x78, 0x9ABCDEF1);
  EXPECT_EQ(h.word, 0x9ABCDEF178123456U);
  EXPECT_EQ(h.index(), 0x123456U);
  EXPECT_EQ(h.owner(), 0x78U);
  EXPECT_EQ(h.generation(), 0x9ABCDEF1U);
}

TEST(buffer_table, pin_shows_the_elements_and_their_number) {
  table_of_two t;
  t.elements[9] = 4.5F;
  auto const view = pin_buffer<float>(t.table, t.handle);
  ASSERT_TRUE(view);
  EXPECT_EQ(view.size(), 10U) << "in elements, not in bytes";
  EXPECT_EQ(view.data(), t.elements.data());
  EXPECT_EQ(view[9], 4.5F);
}

TEST(buffer_table, element_that_is_there_in_part_is_not_counted) {
  table_of_two t;
  t.rows[1].bytes = 39;
  auto const view = pin_buffer<float>(t.table, t.handle);
  ASSERT_TRUE(view);
  EXPECT_EQ(view.size(), 9U);
}

TEST(buffer_table, pins_are_counted_and_given_back_once) {
  table_of_two t;
  {
    auto first = pin_buffer<float>(t.table, t.handle);
    auto const second = pin_buffer<float>(t.table, t.handle);
    EXPECT_EQ(t.pins(), 2U);
    auto const moved = std::move(first);
    EXPECT_TRUE(moved);
    EXPECT_EQ(t.pins(), 2U) << "a move is no pin of its own";
  }
  EXPECT_EQ(t.pins(), 0U) << "a view that was moved from gave its pin back too";
  EXPECT_EQ(t.rows[1].state.load() >> 32, 5U);
}

TEST(buffer_table, nothing_is_pinned_through_a_handle_that_is_refused) {
  table_of_two t;
  struct refusal {
    buffer_handle handle;
    errc why;
  };
  for (auto const& [handle, why] : {
           refusal{{0}, errc::not_found},
           refusal{buffer_handle::of(1, owner, 3), errc::stale_handle},
           refusal{buffer_handle::of(1, owner, 7), errc::stale_handle},
           refusal{buffer_handle::of(0, owner, 1), errc::stale_handle},
           refusal{buffer_handle::of(1, owner + 1, 5), errc::foreign_handle},
           refusal{buffer_handle::of(2, owner, 5), errc::foreign_handle},
           refusal{buffer_handle::of(0xFFFFFF, owner, 5), errc::foreign_handle},
       }) {
    auto const view = pin_buffer<float>(t.table, handle);
    EXPECT_FALSE(view) << handle.word;
    EXPECT_EQ(view.why(), why) << handle.word;
    EXPECT_EQ(t.pins(), 0U) << handle.word;
    EXPECT_EQ(t.rows[0].state.load(), 0U) << handle.word;
  }
}

// An even generation is a freed row. A made-up handle that names it exactly is still none.
TEST(buffer_table, handle_of_an_even_generation_is_stale) {
  table_of_two t;
  t.rows[1].state.store(std::uint64_t{6} << 32);
  EXPECT_EQ(pin_buffer<float>(t.table, buffer_handle::of(1, owner, 6)).why(), errc::stale_handle);
  EXPECT_EQ(t.pins(), 0U);
}

TEST(buffer_table, pin_outlives_the_free_and_no_new_one_begins) {
  table_of_two t;
  std::optional<buffer_view<float>> view(pin_buffer<float>(t.table, t.handle));
  ASSERT_TRUE(*view);
  t.rows[1].state.fetch_add(std::uint64_t{1} << 32);  // freed by the host
  EXPECT_EQ(pin_buffer<float>(t.table, t.handle).why(), errc::stale_handle);
  EXPECT_EQ(t.pins(), 1U) << "the host may take the memory back while it is looked at";
  view.reset();
  EXPECT_EQ(t.rows[1].state.load(), std::uint64_t{6} << 32);
}

TEST(buffer_table, threads_that_pin_at_once_leave_no_pin_behind) {
  table_of_two t;
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5'000; ++n) {
        if (!pin_buffer<float>(t.table, t.handle)) refused.fetch_add(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused.load(), 0);
  EXPECT_EQ(t.rows[1].state.load(), std::uint64_t{5} << 32);
}

}  // namespace
}  // namespace gyre
