#include <deque>
#include <map>
#include <random>

#include <gyre/queue/priority_lists.hpp>

#include "queue_test.hpp"

namespace gyre {
namespace {

struct item {
  item* next = nullptr;
  int value = 0;
  int level = 0;
};

// Contract, fault 10: no order of arrival inside a level.
TEST(priority_lists, agree_with_a_sorted_model_at_both_ends) {
  std::mt19937 random(3);
  for (bool priorities : {true, false}) {
    priority_lists<item> lists(priorities);
    std::vector<item> items(2000);
    std::map<int, std::deque<item*>> model;
    std::size_t used = 0;
    std::size_t held = 0;
    while (used < items.size() || held > 0) {
      bool const push = used < items.size() && (held == 0 || random() % 3 != 0);
      if (push) {
        item& it = items[used++];
        it.value = static_cast<int>(used);
        it.level = static_cast<int>(random() % 256);
        lists.push_back(it, static_cast<std::uint8_t>(it.level));
        model[priorities ? it.level : 0].push_back(&it);
        ++held;
      } else {
        bool const lowest = random() % 2 == 0;
        auto at = lowest ? model.begin() : std::prev(model.end());
        item* const expected = at->second.front();
        at->second.pop_front();
        if (at->second.empty()) model.erase(at);
        if (!lowest) {
          ASSERT_EQ(&lists.front(), expected);
        }
        ASSERT_EQ(lowest ? &lists.pop_lowest() : &lists.pop_front(), expected);
        --held;
      }
      ASSERT_EQ(lists.empty(), held == 0);
    }
  }
}

TEST(priority_lists, each_of_the_256_levels_is_found) {
  priority_lists<item> lists(true);
  for (int level = 0; level < 256; ++level) {
    item one{nullptr, 0, level};
    lists.push_back(one, static_cast<std::uint8_t>(level));
    EXPECT_EQ(&lists.front(), &one);
    EXPECT_EQ(&lists.pop_lowest(), &one) << level;
    EXPECT_TRUE(lists.empty());
  }
}

TEST(priority_lists, drop_fronts_stops_at_the_first_of_each_level_that_stays) {
  priority_lists<item> lists(true);
  std::vector<item> items(6);
  int const values[] = {1, 9, 1, 1, 1, 9};
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].value = values[i];
    lists.push_back(items[i], i < 3 ? 5 : 200);
  }
  std::vector<item*> taken;
  lists.drop_fronts([](item const& it) { return it.value == 1; },
                    [&](item& it) {
                      it.next = nullptr;  // the taker may use the link again
                      taken.push_back(&it);
                    });
  EXPECT_EQ(taken, (std::vector<item*>{&items[0], &items[3], &items[4]}));
  EXPECT_EQ(&lists.pop_front(), &items[5]);
  EXPECT_EQ(&lists.pop_front(), &items[1]);
  EXPECT_EQ(&lists.pop_front(), &items[2]);
  EXPECT_TRUE(lists.empty());
}

}  // namespace
}  // namespace gyre
