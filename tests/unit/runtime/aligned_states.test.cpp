#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

// States that are aligned to more than a cache line.

namespace gyre {
namespace {

struct where_are_you {};
struct here {
  std::uint64_t remainder = 0;
};

template <std::size_t Alignment>
struct alignas(Alignment) page {
  using handles = gyre::handles<where_are_you>;
  std::byte bytes[Alignment];
  here on(where_are_you const&, auto&) {
    return {reinterpret_cast<std::uintptr_t>(this) % Alignment};
  }
};
template <std::size_t Alignment>
struct alignas(Alignment) keyed_page {
  using key = std::uint64_t;
  using handles = gyre::handles<where_are_you>;
  std::byte bytes[Alignment];
  here on(where_are_you const&, auto&) {
    return {reinterpret_cast<std::uintptr_t>(this) % Alignment};
  }
};

template <class Actor>
void expect_all_aligned(std::uint32_t shards) {
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  std::vector<std::unique_ptr<std::byte[]>> between;  // so that blocks begin anywhere
  for (int launch = 0; launch < 8; ++launch) {
    between.push_back(std::make_unique<std::byte[]>(200));
    auto k = rt.launch<Actor>("pages", {.shards = shards, .actors = 7}).value();
    k.activate().value();
    for (std::uint64_t i = 0; i < 7; ++i) {
      EXPECT_EQ(k.ask(i, where_are_you{}, std::chrono::seconds(10)).value().remainder, 0U)
          << "actor " << i << " of " << shards << " shards, alignment " << alignof(Actor);
    }
    auto const planned = rt.memory_needed<Actor>({.shards = shards, .actors = 7}).value();
    EXPECT_GE(planned.states, 7 * sizeof(Actor));
    k.terminate(std::chrono::seconds(10)).value();
  }
}

TEST(aligned_states, are_where_their_type_says) {
  for (std::uint32_t const shards : {1U, 2U, 3U}) {
    expect_all_aligned<page<64>>(shards);
    expect_all_aligned<page<128>>(shards);
    expect_all_aligned<page<256>>(shards);
    expect_all_aligned<page<4096>>(shards);
    expect_all_aligned<page<65536>>(shards);
  }
}

TEST(aligned_states, of_keyed_actors_too) {
  for (std::uint32_t const shards : {1U, 3U}) {
    expect_all_aligned<keyed_page<256>>(shards);
    expect_all_aligned<keyed_page<4096>>(shards);
  }
}

}  // namespace
}  // namespace gyre
