#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine_under_test.hpp"
#include "expectations.hpp"

// Actors that are found by a key, come into being at their first message, and are put to rest.

namespace gyre::conformance {
namespace {

struct charge {
  std::int64_t cents = 0;
};
struct card_state {
  std::int64_t total = 0;
  std::uint64_t key = 0;
  std::uint32_t charges = 0;
  std::uint32_t begun = 0;
};
/// Has the card charge another one.
struct charge_other {
  gyre::actor<struct card> to{};
  std::int64_t cents = 0;
};

struct card {
  using key = std::uint64_t;
  using handles = gyre::handles<charge, charge_other>;
  std::int64_t total = 0;
  std::uint32_t charges = 0;
  std::uint32_t begun = 0;
  std::uint32_t rested = 0;

  GYRE_FN card_state on(charge const& m, auto& self) {
    ++charges;
    total += m.cents;
    return {total, self.id(), charges, begun};
  }
  GYRE_FN void on(charge_other const& m, auto& self) { (void)self.tell(m.to, charge{m.cents}); }
  GYRE_FN void on_activate(auto& self) { begun += 1 + static_cast<std::uint32_t>(self.asked()); }
  GYRE_FN void on_deactivate(auto&) { ++rested; }
};

/// A twin of a thing, under a key of 128 bits.
struct twin {
  using key = gyre::uuid;
  using handles = gyre::handles<charge>;
  std::int64_t total = 0;

  GYRE_FN gyre::uuid on(charge const& m, auto& self) {
    total += m.cents;
    return total == m.cents ? self.id() : gyre::uuid{};
  }
};

class keyed_actors : public on_engine {};
GYRE_ON_EVERY_ENGINE(keyed_actors);

TEST_P(keyed_actors, come_into_being_at_their_first_message_and_keep_their_state) {
  auto kernel = launch_active<card>("cards", {.actors = 1000});
  EXPECT_EQ(kernel.status().live, 0U);
  for (int round = 1; round <= 3; ++round) {
    for (std::uint64_t k = 0; k < 300; ++k) {
      std::uint64_t const key = k * 0x9E3779B97F4A7C15ULL;
      auto const s = need(kernel.ask(key, charge{static_cast<std::int64_t>(k)}, patience), "ask");
      EXPECT_EQ(s.key, key);
      EXPECT_EQ(s.total, static_cast<std::int64_t>(k) * round);
      EXPECT_EQ(s.begun, 1U) << "on_activate runs once, and nobody asked it";
    }
  }
  EXPECT_TRUE(comes_to(300, [&] { return kernel.status().live; }));
  EXPECT_EQ(kernel.status().actors, options({.actors = 1000}).actors);
}

TEST_P(keyed_actors, a_new_key_without_room_is_refused_and_the_others_go_on) {
  auto kernel = launch_active<card>("full", {.actors = 16});
  std::uint64_t there = 0;
  std::uint64_t refusals = 0;
  for (std::uint64_t key = 1; key <= 2000; ++key) {
    auto const r = kernel.ask(key, charge{1}, patience);
    if (r) {
      ++there;
    } else {
      EXPECT_TRUE(refused(r, errc::full, {"full", "room"}));
      ++refusals;
    }
  }
  EXPECT_GE(there, 16U);
  EXPECT_GT(refusals, 0U);
  EXPECT_TRUE(comes_to(there, [&] { return kernel.status().live; }));
  EXPECT_EQ(need(kernel.ask(1, charge{1}, patience), "ask").charges, 2U);
}

TEST_P(keyed_actors, make_room_for_others_and_their_states_reach_the_host) {
  auto kernel = launch_active<card>("room", {.actors = 16, .rest_window = 4096});
  std::map<std::uint64_t, card> asleep;
  constexpr std::uint64_t keys = 2000;
  for (std::uint64_t key = 1; key <= keys; ++key) {
    auto const s = need(kernel.ask(key, charge{static_cast<std::int64_t>(key)}, patience), "ask");
    EXPECT_EQ(s.charges, 1U) << "key " << key;
  }
  std::uint64_t const live = kernel.status().live;
  while (auto r = kernel.take_rested()) {
    EXPECT_EQ(r->state.rested, 1U) << "on_deactivate comes before the state is handed over";
    EXPECT_EQ(r->state.total, static_cast<std::int64_t>(r->key));
    EXPECT_TRUE(asleep.emplace(r->key, r->state).second) << "key " << r->key << " twice";
  }
  if (!engine().emulated) {
    EXPECT_EQ(asleep.size() + live, keys);
  }
  EXPECT_GE(asleep.size(), keys - 16 - 64 * 3 * engine().shards);
  // The host gives one back, and it goes on where it was.
  auto const& [key, state] = *asleep.begin();
  need(kernel.wake(key, state), "wake");
  EXPECT_TRUE(refused(kernel.wake(key, state), errc::already_exists, {"room"}));
  auto const s = need(kernel.ask(key, charge{1000}, patience), "ask");
  EXPECT_EQ(s.total, static_cast<std::int64_t>(key) + 1000);
  EXPECT_EQ(s.begun, 1U) << "it did not begin anew";
}

TEST_P(keyed_actors, are_put_to_rest_when_they_are_idle_or_when_the_host_says_so) {
  launch_options const o{.actors = 100, .rest_window = 256, .rest_after = 20ms};
  know<card>();
  if (auto const r = rt.memory_needed<card>(options(o)); !r) {
    ASSERT_TRUE(refused(r, errc::unsupported, {"rest_after"}));
    GTEST_SKIP() << "kernels that leave the device look for no idle actors";
  }
  auto kernel = launch_active<card>("idle", o);
  for (std::uint64_t key = 1; key <= 50; ++key) {
    need(kernel.ask(key, charge{7}, patience), "ask");
  }
  std::uint64_t seen = 0;
  for (; seen < 50; ++seen) {
    auto const r = need(kernel.take_rested(patience), "take_rested");
    EXPECT_EQ(r.state.total, 7);
  }
  EXPECT_TRUE(refused(kernel.take_rested(), errc::timed_out, {"idle"}));
  EXPECT_TRUE(soon([&] { return kernel.status().live == 0; })) << "counted after the sweep";

  auto other = launch_active<card>("by_hand", {.actors = 100, .rest_window = 16});
  need(other.ask(5, charge{9}, patience), "ask");
  need(other.put_to_rest(5), "put_to_rest");
  EXPECT_TRUE(refused(other.put_to_rest(5), errc::no_such_actor, {"by_hand", "key"}));
  EXPECT_EQ(need(other.take_rested(patience), "take").state.total, 9);
  EXPECT_EQ(need(other.ask(5, charge{1}, patience), "ask").total, 1) << "it begins anew";
  need(other.terminate(patience), "terminate");
  EXPECT_TRUE(refused(other.take_rested(patience), errc::terminated));
}

TEST_P(keyed_actors, whose_states_nobody_takes_are_not_lost) {
  auto kernel = launch_active<card>("kept", {.actors = 16, .rest_window = 16});
  std::uint64_t there = 0;
  for (std::uint64_t key = 1; key <= 1000; ++key) {
    auto const r = kernel.ask(key, charge{1}, patience);
    if (r) {
      ++there;
    } else {
      EXPECT_TRUE(refused(r, errc::full));
    }
  }
  std::uint64_t rested = 0;
  while (kernel.take_rested()) ++rested;
  EXPECT_GE(rested, 16U);
  EXPECT_TRUE(comes_to(there - rested, [&] { return kernel.status().live; }));
  EXPECT_EQ(need(kernel.ask(123'456, charge{1}, patience), "ask").charges, 1U) << "there is room";
}

TEST_P(keyed_actors, come_and_go_a_great_many_times) {
  auto kernel = launch_active<card>("many", {.actors = 64, .rest_window = 1024});
  constexpr std::uint64_t keys = 500;
  std::map<std::uint64_t, card> asleep;
  std::array<std::int64_t, keys> wanted{};
  std::uint64_t x = 1;
  int const steps = engine().emulated ? 500 : 20'000;
  for (int i = 0; i < steps; ++i) {
    x = x * 6364136223846793005ULL + 1442695040888963407ULL;
    std::uint64_t const key = (x >> 33) % keys;
    while (auto r = kernel.take_rested()) asleep[r->key] = r->state;
    if (auto const found = asleep.find(key); found != asleep.end()) {
      need(kernel.wake(key, found->second), "wake");
      asleep.erase(found);
    }
    wanted[key] += i;
    // It may have been put to rest just now, to make room for the one before.
    ASSERT_EQ(need(kernel.ask(key, charge{i}, patience), "ask").total, wanted[key]) << "step " << i;
  }
}

TEST_P(keyed_actors, are_told_by_others_and_their_addresses_travel) {
  auto kernel = launch_active<card>("others", {.actors = 200});
  for (std::uint64_t key = 0; key < 50; ++key) {
    need(kernel.tell(key, charge_other{{key + 1000}, 5}), "tell");
  }
  for (std::uint64_t key = 1000; key < 1050; ++key) {
    EXPECT_TRUE(soon([&] { return need(kernel.ask(key, charge{0}, patience), "ask").total == 5; }))
        << "key " << key;
  }
}

TEST_P(keyed_actors, of_128_bits_differ_in_every_bit) {
  auto kernel = launch_active<twin>("twins", {.actors = 600});
  std::vector<uuid> keys;
  for (int byte = 0; byte < 16; ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      uuid key = wide_key_of("a thing");
      key.bytes[static_cast<std::size_t>(byte)] ^= static_cast<std::uint8_t>(1 << bit);
      keys.push_back(key);
    }
  }
  for (int i = 0; i < 200; ++i) keys.push_back(wide_key_of("thing " + std::to_string(i)));
  for (auto const& key : keys) {
    EXPECT_EQ(need(kernel.ask(key, charge{3}, patience), "ask"), key) << "its own, and a new one";
  }
  for (auto const& key : keys) {
    EXPECT_EQ(need(kernel.ask(key, charge{3}, patience), "ask"), uuid{}) << "it was there";
  }
}

TEST_P(keyed_actors, of_a_kernel_without_a_rest_window_are_not_put_to_rest_and_it_says_why) {
  auto kernel = launch_active<card>("restless", {.actors = 100});
  need(kernel.ask(5, charge{9}, patience), "ask");
  EXPECT_TRUE(refused(kernel.put_to_rest(5), errc::unsupported, {"restless", "rest_window"}));
  EXPECT_EQ(need(kernel.ask(5, charge{1}, patience), "ask").total, 10);
}

TEST_P(keyed_actors, only_they_are_put_to_rest) {
  EXPECT_TRUE(refused(rt.launch<account>("dense", {.rest_window = 16}), errc::invalid_option,
                      {"rest_window", "account"}));
  EXPECT_TRUE(refused(rt.launch<card>("after", {.rest_after = 1s}), errc::invalid_option,
                      {"rest_after", "rest_window"}));
  auto kernel = launch_active<card>("none", {.actors = 4});
  EXPECT_TRUE(refused(kernel.take_rested(), errc::unsupported, {"rest_window"}));
}

}  // namespace
}  // namespace gyre::conformance
