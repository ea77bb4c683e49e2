#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/kernel/directory.hpp>

namespace gyre {
namespace {

/// A table with the memory that it stands on.
struct table_of {
  explicit table_of(std::uint64_t rows)
      : memory((directory_bytes(rows) + 7) / 8),
        view(lay_out_directory(reinterpret_cast<std::byte*>(memory.data()), rows, 0)),
        table(view) {}

  std::vector<std::uint64_t> memory;
  directory_view view;
  directory table;
};

TEST(directory, finds_what_was_put_in_and_nothing_else) {
  table_of t(1000);
  std::map<std::uint64_t, std::uint32_t> rows;
  for (std::uint64_t k = 0; k < 1000; ++k) {
    std::uint32_t const row = t.table.insert({k * k, k}, 0);
    ASSERT_NE(row, directory::none);
    rows[k] = row;
  }
  EXPECT_EQ(t.table.insert({1ULL << 60, 0}, 0), directory::none) << "all places are taken";
  EXPECT_EQ(t.table.live(), 1000U);
  for (std::uint64_t k = 0; k < 1000; ++k) {
    EXPECT_EQ(t.table.find({k * k, k}), rows[k]);
    EXPECT_EQ(t.table.find({k * k, k + 1}), directory::none) << "another half";
  }
}

TEST(directory, expects_the_row_in_which_a_search_begins) {
  table_of t(1000);
  EXPECT_EQ(t.table.expect_row({7, 0}), directory::none) << "nobody is there";
  std::uint64_t right = 0;
  for (std::uint64_t k = 0; k < 500; ++k) ASSERT_NE(t.table.insert({k, 0}, 0), directory::none);
  for (std::uint64_t k = 0; k < 500; ++k) {
    t.table.expect({k, 0});
    right += t.table.expect_row({k, 0}) == t.table.find({k, 0}) ? 1U : 0U;
  }
  EXPECT_GE(right, 250U) << "most keys lie where their search begins";
}

// Against a map, through many times more keys than there are places.
TEST(directory, is_as_a_map_through_a_million_changes) {
  constexpr std::uint64_t places = 97;
  table_of t(places);
  std::map<std::uint64_t, std::uint32_t> model;
  std::mt19937_64 random(7);
  for (int i = 0; i < 1'000'000; ++i) {
    std::uint64_t const key = random() % 200;
    auto const found = model.find(key);
    ASSERT_EQ(t.table.find({key, 0}), found == model.end() ? directory::none : found->second);
    if (found != model.end()) {
      t.table.erase(found->second);
      model.erase(found);
    } else if (std::uint32_t const row = t.table.insert({key, 0}, 0); row != directory::none) {
      model[key] = row;
    } else {
      ASSERT_EQ(model.size(), places);
    }
    ASSERT_EQ(t.table.live(), model.size());
  }
}

TEST(directory, rows_are_told_apart_and_used_again) {
  table_of t(8);
  std::vector<bool> seen(8);
  for (std::uint64_t k = 0; k < 8; ++k) {
    std::uint32_t const row = t.table.insert({k, 0}, 0);
    ASSERT_LT(row, 8U);
    EXPECT_FALSE(seen[row]);
    seen[row] = true;
  }
  std::uint32_t const freed = t.table.find({3, 0});
  t.table.erase(freed);
  EXPECT_EQ(t.table.insert({100, 0}, 0), freed);
}

TEST(directory, the_oldest_of_some_is_idle_for_longest_and_held_ones_are_passed_over) {
  table_of t(8);
  for (std::uint32_t k = 0; k < 8; ++k) (void)t.table.insert({k, 0}, 100 - k);
  std::uint32_t const oldest = t.table.oldest_of_some(200);
  EXPECT_EQ(t.table.row(oldest).used, 93U);
  t.table.row(oldest).next = directory::held;
  EXPECT_EQ(t.table.row(t.table.oldest_of_some(200)).used, 94U);
  for (std::uint32_t row = 0; row < 8; ++row) t.table.row(row).next = directory::held;
  EXPECT_EQ(t.table.oldest_of_some(200), directory::none);
}

TEST(directory, takes_at_most_forty_bytes_beside_a_state) {
  for (std::uint64_t const rows : {1'000ULL, 1'000'000ULL, 1'310'720ULL, 10'000'000ULL}) {
    EXPECT_LE(directory_bytes(rows), rows * 40) << rows << " rows";
  }
}

TEST(keys, of_128_bits_come_back_as_they_were) {
  for (int i = 0; i < 1000; ++i) {
    uuid const key = wide_key_of("key " + std::to_string(i));
    EXPECT_EQ(joined_key<uuid>(split_key(key)), key);
  }
  EXPECT_NE(wide_key_of("a"), wide_key_of("b"));
  // FNV-1a, 128 bits, of the empty text is its offset basis.
  EXPECT_EQ(wide_key_of("").bytes[0], 0x8D);
  EXPECT_EQ(wide_key_of("").bytes[15], 0x6C);
}

TEST(keys, are_dealt_evenly) {
  std::array<int, 7> homes{};
  for (std::uint64_t key = 0; key < 70'000; ++key) ++homes[(mixed_bits(key) >> 32) * 7 >> 32];
  for (int n : homes) EXPECT_NEAR(n, 10'000, 600) << "six standard deviations";
}

}  // namespace
}  // namespace gyre
