#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/kernel/topics.hpp>

namespace gyre {
namespace {

struct table_of {
  explicit table_of(std::uint64_t rows)
      : memory((topics_bytes(rows) + 7) / 8 + 1),
        table(lay_out_topics(reinterpret_cast<std::byte*>(memory.data()), rows)) {}

  std::set<std::uint64_t> of(topic to) {
    std::set<std::uint64_t> out;
    for (auto at = table.begin(to); at != topics::none; at = table.next(at, to)) {
      EXPECT_TRUE(out.insert(table.who(at).word).second) << "twice";
    }
    table.end();
    return out;
  }

  std::vector<std::uint64_t> memory;
  topics table;
};

TEST(topics, is_as_a_set_of_pairs_through_many_changes) {
  constexpr std::uint64_t rows = 40;
  table_of t(rows);
  std::set<std::pair<std::uint64_t, std::uint64_t>> model;
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; ++i) {
    std::uint64_t const to = random() % 12;
    std::uint64_t const who = random() % 6;
    if (random() % 2 == 0) {
      bool const there = model.contains({to, who});
      bool const took = t.table.subscribe({to}, {who, 0});
      ASSERT_EQ(took, there || model.size() < rows) << "step " << i;
      if (took) model.insert({to, who});
    } else {
      ASSERT_EQ(t.table.unsubscribe({to}, {who, 0}), model.erase({to, who}) == 1);
    }
    std::set<std::uint64_t> wanted;
    for (auto const& [topic_id, w] : model) {
      if (topic_id == to) wanted.insert(w);
    }
    ASSERT_EQ(t.of({to}), wanted) << "step " << i;
  }
}

TEST(topics, a_walk_survives_what_its_handlers_change) {
  table_of t(16);
  topic const to{5};
  for (std::uint64_t who = 0; who < 10; ++who) ASSERT_TRUE(t.table.subscribe(to, {who, 0}));
  std::set<std::uint64_t> seen;
  for (auto at = t.table.begin(to); at != topics::none; at = t.table.next(at, to)) {
    std::uint64_t const who = t.table.who(at).word;
    EXPECT_TRUE(seen.insert(who).second);
    EXPECT_TRUE(t.table.unsubscribe(to, {who, 0}));
    (void)t.table.subscribe({6}, {who, 0});
  }
  t.table.end();
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_TRUE(t.of(to).empty());
}

TEST(topics, a_table_of_nothing_has_room_for_nothing) {
  topics none(lay_out_topics(nullptr, 0));
  EXPECT_FALSE(none.subscribe({1}, {1, 0}));
  EXPECT_FALSE(none.unsubscribe({1}, {1, 0}));
  EXPECT_EQ(none.begin({1}), topics::none);
  none.end();
}

TEST(topics, the_word_of_a_reach_says_what_was_put_in) {
  envelope head;
  EXPECT_EQ(reach_of(head), reach::one);
  head.correlation = reach_word(reach::subscribers, 1023, 7);
  EXPECT_EQ(reach_of(head), reach::subscribers);
  EXPECT_EQ(shard_reached(head.correlation), 1023U);
  EXPECT_EQ(worker_reached(head.correlation), 7U);
  head.port = 3;
  EXPECT_EQ(reach_of(head), reach::one) << "an ask has a correlation of its own";
}

}  // namespace
}  // namespace gyre
