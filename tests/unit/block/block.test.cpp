#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "hand_made_block.hpp"

namespace gyre {
namespace {

using namespace block_test;

struct add {
  std::uint64_t n = 0;
};
struct total {
  std::uint64_t sum = 0;
  std::uint64_t messages = 0;
};
/// Seven lines of a ring: with others it comes to lie over the stage's end.
struct add_many {
  std::array<std::uint64_t, 44> n{};
};
/// More lines than go by the stage.
struct add_very_many {
  std::array<std::uint64_t, 700> n{};
};

struct adder {
  using handles = gyre::handles<add, add_many, add_very_many>;
  std::uint64_t sum = 0;
  std::uint64_t messages = 0;

  total on(add const& m, auto&) { return {sum += m.n, ++messages}; }
  total on(add_many const& m, auto&) {
    for (auto n : m.n) sum += n;
    return {sum, ++messages};
  }
  total on(add_very_many const& m, auto&) {
    for (auto n : m.n) sum += n;
    return {sum, ++messages};
  }
};

using adders = hand_made_block<adder>;

/// Sends `count` messages, more rounds where there is no room, and takes as many replies.
template <class Block, class Send>
std::vector<answer> exchange(Block& b, std::uint64_t count, Send&& send) {
  std::vector<answer> got;
  std::uint64_t sent = 0;
  EXPECT_TRUE(b.until([&] {
    while (sent < count && sent - got.size() < 64 && send(sent)) ++sent;
    for (auto& a : b.take_replies()) got.push_back(std::move(a));
    return got.size() == count;
  })) << got.size()
      << " of " << count << " replies, " << sent << " sent";
  return got;
}

TEST(block, handles_nothing_until_it_is_told_to_run) {
  adders b;
  ASSERT_TRUE(b.send(add{1}, 0, 1));
  EXPECT_TRUE(b.comes_to(shard_phase::paused));
  b.rounds(2000);
  EXPECT_TRUE(b.take_replies().empty());
  b.command(kernel_command::run);
  std::vector<answer> got;
  EXPECT_TRUE(b.until([&] { return !(got = b.take_replies()).empty(); }));
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].head.correlation, 1U);
  EXPECT_EQ(got[0].as<total>().sum, 1U);
}

TEST(block, messages_of_a_batch_to_one_actor_are_handled_one_after_another) {
  adders b(64, 1);
  for (std::uint64_t n = 1; n <= 60; ++n) ASSERT_TRUE(b.send(add{n}, 0, n));
  b.command(kernel_command::run);
  std::vector<answer> got;
  EXPECT_TRUE(b.until([&] {
    for (auto& a : b.take_replies()) got.push_back(std::move(a));
    return got.size() == 60;
  }));
  for (std::uint64_t n = 1; n <= got.size(); ++n) {
    EXPECT_EQ(got[n - 1].head.correlation, n) << "the replies of one actor come in order";
    EXPECT_EQ(got[n - 1].as<total>().sum, n * (n + 1) / 2);
    EXPECT_EQ(got[n - 1].as<total>().messages, n);
  }
}

// 256 laps and more: the tags come round, and no line of an earlier lap passes for a new one.
TEST(block, tags_may_come_round) {
  adders b(16, 4);
  b.command(kernel_command::run);
  auto const got = exchange(b, 6000, [&](std::uint64_t i) { return b.send(add{1}, i % 4, i + 1); });
  std::map<std::uint64_t, std::uint64_t> seen;
  for (auto const& a : got) EXPECT_EQ(a.as<total>().sum, ++seen[a.head.actor]);
  EXPECT_EQ(b.state_of(0).sum + b.state_of(1).sum + b.state_of(2).sum + b.state_of(3).sum, 6000U);
}

TEST(block, messages_of_all_sizes_keep_their_order) {
  adders b(256, 3);
  b.command(kernel_command::run);
  std::mt19937 random(7);
  auto const got = exchange(b, 600, [&](std::uint64_t i) {
    std::uint64_t const actor = i % 3;
    if (i % 50 == 49) {
      add_very_many m;
      m.n.fill(i);
      return b.send(m, actor, i + 1);
    }
    if (i % 4 == 3) {
      add_many m;
      m.n.fill(i);
      return b.send(m, actor, i + 1);
    }
    return b.send(add{i}, actor, i + 1);
  });
  std::array<std::uint64_t, 3> sums{};
  std::array<std::uint64_t, 3> last{};
  for (auto const& a : got) {
    std::uint64_t const i = a.head.correlation - 1;
    std::uint64_t const times = i % 50 == 49 ? 700 : i % 4 == 3 ? 44 : 1;
    auto const actor = static_cast<std::size_t>(a.head.actor);
    EXPECT_GT(a.head.correlation, last[actor]);
    last[actor] = a.head.correlation;
    EXPECT_EQ(a.as<total>().sum, sums[actor] += i * times) << "message " << i;
  }
}

// Contract, across the bus: a line may arrive word by word, in any order.
TEST(block, line_that_arrives_in_pieces_is_not_taken_before_it_is_whole) {
  std::mt19937 random(11);
  adders b(16, 4);
  b.command(kernel_command::run);
  for (std::uint64_t n = 1; n <= 400; ++n) {
    std::uint64_t at = 0;
    ASSERT_TRUE(b.reserve(sizeof(add), at));
    // As a writer would lay it down, but to the side; then word by word.
    alignas(64) std::byte aside[line_bytes];
    ring_memory<> one;
    ring_words<> words;
    one.geometry = ring_geometry::of(1, line_bytes);
    one.slots = aside;
    one.words = &words;
    initialise(ring_format::tag8, one);
    add const m{n};
    any_writer(ring_format::tag8, one)
        .write((at / 16) % 256, b.head_of(m, 0, n), reinterpret_cast<std::byte const*>(&m));
    std::array<std::size_t, 8> order{0, 1, 2, 3, 4, 5, 6, 7};
    std::shuffle(order.begin(), order.end(), random);
    auto* const to = reinterpret_cast<platform::atomic<std::uint64_t>*>(b.slot(at));
    auto const* const from = reinterpret_cast<platform::atomic<std::uint64_t> const*>(aside);
    for (std::size_t i = 0; i < order.size(); ++i) {
      EXPECT_TRUE(b.take_replies().empty()) << i << " of 8 words of message " << n;
      b.rounds(static_cast<int>(random() % 40));
      to[order[i]].store(from[order[i]].load());
    }
    std::vector<answer> got;
    ASSERT_TRUE(b.until([&] { return !(got = b.take_replies()).empty(); })) << "message " << n;
    EXPECT_EQ(got[0].as<total>().sum, n * (n + 1) / 2);
  }
}

TEST(block, writer_that_stalls_delays_only_those_behind_it) {
  adders b(16, 4);
  b.command(kernel_command::run);
  ASSERT_TRUE(b.send(add{1}, 0, 1));
  std::uint64_t stalled = 0;
  ASSERT_TRUE(b.reserve(sizeof(add), stalled));
  ASSERT_TRUE(b.send(add{3}, 1, 3));
  b.rounds(5000);
  auto got = b.take_replies();
  ASSERT_EQ(got.size(), 1U) << "what came before it is answered, what is behind it waits";
  add const late{2};
  b.inbox().write(stalled, b.head_of(late, 0, 2), reinterpret_cast<std::byte const*>(&late));
  EXPECT_TRUE(b.until([&] {
    for (auto& a : b.take_replies()) got.push_back(std::move(a));
    return got.size() == 3;
  }));
  EXPECT_EQ(b.state_of(0).sum, 3U);
  EXPECT_EQ(b.state_of(1).sum, 3U);
}

// What is taken is a prefix of the ring at every phase: nothing is handled twice, or lost.
TEST(block, pause_and_stop_in_the_middle_leave_an_exact_rest) {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    adders b(64, 4, seed);
    b.command(kernel_command::run);
    for (std::uint64_t n = 1; n <= 60; ++n) ASSERT_TRUE(b.send(add{1}, n % 4, n));
    b.rounds(static_cast<int>(seed * 12));
    b.command(seed % 2 == 0 ? kernel_command::pause : kernel_command::stop);
    ASSERT_TRUE(b.comes_to(seed % 2 == 0 ? shard_phase::paused : shard_phase::stopped));
    std::uint64_t handled = 0;
    for (std::uint64_t a = 0; a < 4; ++a) handled += b.state_of(a).messages;
    EXPECT_EQ(b.words.taken.load(), handled) << "one slot each; seed " << seed;
    EXPECT_EQ(b.words.handled.load(), handled);
    EXPECT_EQ(b.take_replies().size(), handled);
    if (seed % 2 != 0) continue;
    b.rounds(2000);
    EXPECT_TRUE(b.take_replies().empty()) << "paused";
    b.command(kernel_command::run);
    std::uint64_t more = handled;
    EXPECT_TRUE(b.until([&] { return (more += b.take_replies().size()) == 60; }));
  }
}

TEST(block, unknown_messages_and_actors_are_answered) {
  struct stranger {
    std::uint64_t n = 0;
  };
  adders b;
  b.command(kernel_command::run);
  ASSERT_TRUE(b.send(stranger{}, 0, 1));
  ASSERT_TRUE(b.send(add{1}, 4, 2));
  ASSERT_TRUE(b.send(add{1}, 3, 3));
  std::map<std::uint64_t, answer> got;
  EXPECT_TRUE(b.until([&] {
    for (auto& a : b.take_replies()) got.insert_or_assign(a.head.correlation, a);
    return got.size() == 3;
  }));
  EXPECT_EQ(got[1].as<failure_reply>().code, static_cast<std::uint32_t>(errc::unknown_message));
  EXPECT_EQ(got[2].as<failure_reply>().code, static_cast<std::uint32_t>(errc::no_such_actor));
  EXPECT_EQ(got[3].as<total>().sum, 1U);
}

struct square {
  std::uint64_t n = 0;
};
struct squares {
  std::uint64_t sum = 0;
  std::uint64_t lanes = 0;
};

/// Adds 1² … n², dealt over the lanes; each lane puts its part into the actor's state.
template <width Width>
struct wide_adder {
  static constexpr std::string_view gyre_name = "wide_adder";
  using handles = gyre::handles<square>;
  static constexpr auto width = Width;
  std::array<std::uint64_t, 64> parts{};
  std::uint64_t messages = 0;

  squares on(square const& m, auto& self) {
    parts[self.lane()] = 0;
    self.for_each(m.n, [&](std::uint64_t i) { parts[self.lane()] += (i + 1) * (i + 1); });
    self.sync();
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < self.lanes(); ++i) sum += parts[i];
    self.sync();  // before the next message clears them
    if (self.lane() == 0) ++messages;
    return {sum, self.lanes()};
  }
};

template <class Actor>
void wide_handlers_work_together(std::uint64_t lanes) {
  hand_made_block<Actor> b(64, 4);
  b.command(kernel_command::run);
  auto const got =
      exchange(b, 300, [&](std::uint64_t i) { return b.send(square{i % 50}, i % 4, i + 1); });
  for (auto const& a : got) {
    std::uint64_t const n = (a.head.correlation - 1) % 50;
    EXPECT_EQ(a.template as<squares>().sum, n * (n + 1) * (2 * n + 1) / 6);
    EXPECT_EQ(a.template as<squares>().lanes, lanes);
  }
  for (std::uint64_t actor = 0; actor < 4; ++actor) EXPECT_EQ(b.state_of(actor).messages, 75U);
}

TEST(block, lanes_of_a_warp_work_on_one_message) {
  wide_handlers_work_together<wide_adder<width::warp>>(8);
}

// Both workers have such messages at once: one of them must help the other first.
TEST(block, all_workers_work_on_one_message) {
  wide_handlers_work_together<wide_adder<width::block>>(16);
}

}  // namespace
}  // namespace gyre
