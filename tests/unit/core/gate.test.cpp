#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/core/deadline.hpp>
#include <gyre/core/gate.hpp>

namespace gyre {
namespace {

constexpr auto patience = std::chrono::seconds(20);

TEST(gate, open_door_lets_in_and_marks_who_is_inside) {
  gate const door;
  gate::visitor v;
  EXPECT_FALSE(v.inside());
  EXPECT_TRUE(v.enter(door));
  EXPECT_TRUE(v.inside());
  v.leave();
  EXPECT_FALSE(v.inside());
}

TEST(gate, shut_door_lets_nobody_in_and_nobody_seems_inside) {
  for (gate_state state : {gate_state::closed, gate_state::ended, gate_state::failed}) {
    gate door;
    door.shut(state);
    gate::visitor v;
    EXPECT_FALSE(v.enter(door));
    EXPECT_FALSE(v.inside()) << "who shuts the door would wait for ever";
    EXPECT_EQ(door.state(), state);
  }
}

TEST(gate, visitor_stays_inside_when_the_door_is_shut_behind_it) {
  gate door;
  gate::visitor v;
  ASSERT_TRUE(v.enter(door));
  door.shut(gate_state::closed);
  EXPECT_TRUE(v.inside());
  v.leave();
  EXPECT_FALSE(v.enter(door));
}

// A client went on writing into rings that had just been freed. What each client touches inside is
// no atomic: ThreadSanitizer sees a touch that is not over when the door was found empty.
TEST(gate, nobody_is_inside_once_the_door_is_shut_and_found_empty) {
  constexpr int clients = 2;
  struct client {
    gate::visitor visitor;
    alignas(cache_line) std::uint64_t touched = 0;
  };
  for (int round = 0; round < 40; ++round) {
    gate door;
    std::vector<client> all(clients);
    std::atomic<int> begun{0};
    std::vector<std::thread> threads;
    for (auto& c : all) {
      threads.emplace_back([&] {
        begun.fetch_add(1);
        while (c.visitor.enter(door)) {
          if (++c.touched % 64 == 0) std::this_thread::yield();
          c.visitor.leave();
        }
      });
    }
    deadline const until(patience);
    while (begun.load() != clients && !until.expired()) std::this_thread::yield();
    door.shut(gate_state::closed);
    std::uint64_t found = 0;
    for (auto& c : all) {
      // Looked at until it was outside once: it may knock again, and is refused.
      bool inside = true;
      while ((inside = c.visitor.inside()) && !until.expired()) std::this_thread::yield();
      EXPECT_FALSE(inside) << "waited in vain for a visitor to leave";
      found += c.touched;
      c.touched = 0;  // the memory is given away
    }
    for (auto& t : threads) t.join();
    for (auto const& c : all) EXPECT_EQ(c.touched, 0U) << "round " << round << ", found " << found;
  }
}

}  // namespace
}  // namespace gyre
