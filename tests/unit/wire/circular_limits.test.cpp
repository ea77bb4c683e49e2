// No web of objects, from a value or from bytes, may take the stack, the memory or the time away.

#include <chrono>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "graph_test.hpp"

namespace {

namespace wire = gyre::wire;
using namespace graph;
using namespace graph_test;
using test_data::bytes;
using test_data::encoded;
using test_data::from_hex;
using wire::fault;

TEST(circular_limits, lists_are_written_and_read_to_the_limit_and_one_more_is_refused) {
  auto list = make_chain(wire::reference_depth_limit);
  bytes const out = encoded(list);
  ref<self> got;
  ASSERT_TRUE(wire::decode(out, got));
  EXPECT_EQ(encoded(got), out);

  list = make(-1, list);
  EXPECT_EQ(wire::encoded_size(list), 0U);
  EXPECT_EQ(wire::encode_unchecked(list, nullptr), 0U);
  bytes none;
  wire::status const s = wire::encode(list, none);
  EXPECT_EQ(s.code, fault::too_deep);
  EXPECT_TRUE(s.path_cut);
  EXPECT_TRUE(none.empty());
  std::size_t written = 1;
  EXPECT_EQ(wire::encode(list, std::span(none), written).code, fault::too_deep);
  EXPECT_EQ(written, 0U);
  auto const refused = wire::write(list);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, gyre::errc::invalid_argument);
}

TEST(circular_limits, a_list_of_a_hundred_thousand_does_not_take_the_stack) {
  auto list = make_chain(100'000);
  bytes none;
  EXPECT_EQ(wire::encode(list, none).code, fault::too_deep);
  // Freed without recursion.
  std::weak_ptr<self> const watch = list->next->next;
  EXPECT_TRUE(wire::dismantle(list));
  EXPECT_FALSE(list);
  EXPECT_TRUE(watch.expired());

  // The same as bytes: each `02 04 LENGTH ID value`, the lengths as 32 bits and not even true.
  bytes hostile;
  for (std::uint32_t id = 0; id < 100'000; ++id) {
    for (auto const b : from_hex("02048200000000")) hostile.push_back(b);
    std::byte number[5];
    std::byte* const end = wire::detail::put_varint_unsigned(id, number);
    hostile.insert(hostile.end(), number, end);
    for (auto const b : from_hex("2a000000")) hostile.push_back(b);
  }
  // Lengths from the inside out: what follows, to the end.
  std::size_t at = 0;
  for (std::uint32_t id = 0; id < 100'000; ++id) {
    std::size_t const header = 7 + wire::detail::varint_unsigned_size(id);
    auto const length = static_cast<std::int32_t>(hostile.size() - (at + header + 4));
    std::memcpy(&hostile[at + 3], &length, 4);
    at += header + 4;
  }
  EXPECT_EQ(read_as<ref<self>>(hostile), fault::too_deep);
}

// Objects that stand side by side may own one another all the same: destroying the last would have
// destroyed a hundred thousand on one stack.
TEST(circular_limits, a_long_chain_that_is_flat_on_the_wire_is_refused_both_ways) {
  std::vector<ref<self>> all;
  ref<self> last;
  for (std::size_t i = 0; i < wire::reference_depth_limit - 1; ++i) {
    last = make(static_cast<int>(i), last);
    all.push_back(last);
  }
  bytes const in_bounds = encoded(all);
  std::vector<ref<self>> got;
  EXPECT_TRUE(wire::decode(in_bounds, got));
  got.clear();
  all.push_back(make(-1, last));
  bytes none;
  wire::status s = wire::encode(all, none);
  EXPECT_EQ(s.code, fault::too_deep);
  EXPECT_EQ(s.path[0], wire::reference_depth_limit - 1);

  bytes hostile = encoded(std::int32_t{100'000});
  for (std::uint32_t id = 0; id < 100'000; ++id) {
    std::byte number[5];
    auto const write_id = [&](std::uint32_t value) {
      hostile.insert(hostile.end(), number, wire::detail::put_varint_unsigned(value, number));
    };
    std::size_t const back = id == 0 ? 1 : 1 + wire::detail::varint_unsigned_size(id - 1);
    hostile.push_back(std::byte{2});
    hostile.push_back(std::byte{4});
    hostile.push_back(static_cast<std::byte>(back));
    write_id(id);
    for (auto const b : from_hex("2a000000")) hostile.push_back(b);
    hostile.push_back(id == 0 ? std::byte{0xff} : std::byte{0xfa});
    if (id != 0) write_id(id - 1);
  }
  std::vector<ref<self>> out;
  s = wire::decode(hostile, out);
  EXPECT_EQ(s.code, fault::too_deep);
  EXPECT_EQ(s.path[0], wire::reference_depth_limit - 1);
}

TEST(circular_limits, trees_through_collections_are_bounded_too) {
  auto const nested = [](std::size_t objects) {
    auto root = std::make_shared<tree>();
    tree* at = root.get();
    for (std::size_t i = 1; i < objects; ++i) {
      at->children.emplace().push_back(std::make_shared<tree>());
      at = at->children->back().get();
    }
    return root;
  };
  // A collection is a level as well.
  auto const largest = nested(wire::reference_depth_limit / 2);
  bytes const out = encoded(largest);
  ref<tree> got;
  ASSERT_TRUE(wire::decode(out, got));
  EXPECT_EQ(encoded(got), out);
  bytes none;
  EXPECT_EQ(wire::encode(nested(wire::reference_depth_limit / 2 + 1), none).code, fault::too_deep);
}

// The length of a member holds those of all objects inside it: measured anew at each level, a list
// would take quadratic time, and objects with two ways to the next exponential.
TEST(circular_limits, measuring_is_linear_in_the_objects) {
  ref<diamond> top;
  for (std::size_t i = 0; i < wire::reference_depth_limit; ++i) {
    top = std::make_shared<diamond>(diamond{top, top});
  }
  auto const start = std::chrono::steady_clock::now();
  bytes const out = encoded(top);
  ref<diamond> got;
  ASSERT_TRUE(wire::decode(out, got));
  EXPECT_EQ(got->left, got->right);
  EXPECT_EQ(encoded(got), out);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5))
      << "2 to the power of 1,000 visits would not end";
}

}  // namespace
