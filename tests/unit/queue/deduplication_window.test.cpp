#include <deque>
#include <random>
#include <unordered_set>

#include <gyre/queue/deduplication_window.hpp>

#include "queue_test.hpp"

namespace gyre {
namespace {

using queue_test::id_of;

void remember(deduplication_window& window, uuid const& id) {
  std::uint64_t place = 0;
  ASSERT_FALSE(window.contains(id, place));
  window.remember(id, place);
}

TEST(deduplication_window, forgets_the_oldest_first_and_nothing_else) {
  deduplication_window window(16);
  for (std::uint64_t n = 1; n <= 1000; ++n) {
    ASSERT_FALSE(window.contains(id_of(n)));
    remember(window, id_of(n));
    for (std::uint64_t back = 0; back < 20 && back < n; ++back) {
      ASSERT_EQ(window.contains(id_of(n - back)), back < 16) << n << " back " << back;
    }
  }
  EXPECT_EQ(window.size(), 16U);
}

// Deleting by tombstones fills the table, and every probe becomes a walk round it; deleting without
// moving the followers loses them. A model says what is right, with ids that collide on purpose.
TEST(deduplication_window, loses_no_id_when_a_neighbour_in_the_table_is_forgotten) {
  std::mt19937_64 random(7);
  for (std::uint64_t size : {16U, 17U, 100U, 255U}) {
    deduplication_window window(size);
    // 256 places or more, ids of 24 low bits: clusters are long where the hashes meet.
    std::deque<std::uint64_t> model;
    std::unordered_set<std::uint64_t> present;
    for (int step = 0; step < 50'000; ++step) {
      std::uint64_t const n = 1 + random() % (3 * size);
      ASSERT_EQ(window.contains(id_of(n)), present.contains(n)) << "window " << size;
      if (present.contains(n)) continue;
      remember(window, id_of(n));
      model.push_back(n);
      present.insert(n);
      if (model.size() > size) {
        present.erase(model.front());
        model.pop_front();
      }
    }
  }
}

TEST(deduplication_window, finds_ids_whose_homes_are_the_same) {
  constexpr std::uint64_t size = 16;
  std::vector<uuid> same;
  for (std::uint64_t n = 1; same.size() < 40; ++n) {
    if ((hash_of(id_of(n)) & 127) == 127) same.push_back(id_of(n));  // wraps round the table's end
  }
  deduplication_window window(size);
  for (std::size_t i = 0; i < same.size(); ++i) {
    remember(window, same[i]);
    for (std::size_t j = 0; j < same.size(); ++j) {
      ASSERT_EQ(window.contains(same[j]), j <= i && i - j < size) << i << ' ' << j;
    }
  }
}

TEST(deduplication_window, memory_is_counted_in_64_bits) {
  EXPECT_EQ(deduplication_window::memory_needed(256), 257U * 16 + 2048U * 4);
  EXPECT_GT(deduplication_window::memory_needed(std::uint64_t{1} << 32), std::uint64_t{1} << 36);
  EXPECT_EQ(deduplication_window::memory_needed(UINT64_MAX), UINT64_MAX);
}

}  // namespace
}  // namespace gyre
