#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/kernel/view.hpp>
#include <gyre/ring/codec.hpp>

namespace gyre {
namespace {

kernel_view view_of(std::uint64_t actors, std::uint32_t shards) {
  kernel_view v;
  v.actors = actors;
  v.shard_count = shards;
  return v;
}

// Two actors in one place would share a state; a place past its shard's actors is not theirs.
TEST(kernel_view, every_actor_has_a_place_of_its_own) {
  for (std::uint64_t actors : {1U, 2U, 3U, 7U, 64U, 65U, 1000U}) {
    for (std::uint32_t shards = 1; shards <= 9 && shards <= actors; ++shards) {
      auto const v = view_of(actors, shards);
      std::vector<std::vector<int>> taken(shards);
      std::uint64_t sum = 0;
      for (std::uint32_t s = 0; s < shards; ++s) {
        taken[s].resize(v.actors_on(s));
        sum += v.actors_on(s);
      }
      ASSERT_EQ(sum, actors) << shards << " shards";
      for (std::uint64_t a = 0; a < actors; ++a) {
        ASSERT_LT(v.home(a), shards) << "actor " << a << " of " << actors;
        auto& places = taken[v.home(a)];
        ASSERT_LT(v.place(a), places.size()) << "actor " << a << " of " << actors;
        ASSERT_EQ(places[v.place(a)]++, 0) << "actor " << a << " of " << actors;
      }
    }
  }
}

TEST(kernel_view, shards_differ_by_one_actor_at_most) {
  auto const v = view_of(1'000'003, 7);
  for (std::uint32_t s = 0; s < 7; ++s) {
    EXPECT_GE(v.actors_on(s), 142'857U) << "shard " << s;
    EXPECT_LE(v.actors_on(s), 142'858U) << "shard " << s;
  }
}

// Contract, fault 8: places and numbers of actors in 32 bits.
TEST(kernel_view, ids_over_32_bits_keep_their_places) {
  std::uint64_t const actors = std::uint64_t{1} << 32;
  auto const one = view_of(actors, 1);
  EXPECT_EQ(one.home(actors - 1), 0U);
  EXPECT_EQ(one.place(actors - 1), actors - 1);
  EXPECT_EQ(one.actors_on(0), actors);
  EXPECT_EQ(one.place(actors), actors) << "not an actor; and not taken for actor 0";

  auto const three = view_of(actors, 3);
  EXPECT_EQ(three.home(actors - 1), (actors - 1) % 3);
  EXPECT_EQ(three.place(actors - 1), (actors - 1) / 3);
  EXPECT_EQ(three.actors_on(0) + three.actors_on(1) + three.actors_on(2), actors);
  EXPECT_GE(three.place(UINT64_MAX), three.actors_on(three.home(UINT64_MAX)));
}

}  // namespace
}  // namespace gyre
