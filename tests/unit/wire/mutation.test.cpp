// Whatever the bytes, a reader must come back with a value or a fault: no crash, no wild read (the
// sanitizers watch), and what it accepted it can write again.

#include <random>

#include <gtest/gtest.h>

#include "contract_messages.hpp"
#include "csharp_types.hpp"
#include "graph_types.hpp"
#include "test_data.hpp"

namespace {

namespace wire = gyre::wire;
using test_data::bytes;

/// Reads from a block of exactly this size, so that a read past the end is found.
template <class T>
wire::status decode_exactly(bytes const& in, T& out) {
  auto const block = std::make_unique<std::byte[]>(in.size() == 0 ? 1 : in.size());
  std::copy(in.begin(), in.end(), block.get());
  return wire::decode(std::span<std::byte const>(block.get(), in.size()), out);
}

/// Cycles would be leaks.
template <class T>
void done_with([[maybe_unused]] T& value) {
  if constexpr (wire::has_circular_references<T>) {
    EXPECT_TRUE(wire::dismantle(value));
  }
}

/// What was accepted is written within its own bounds, and read again.
template <class T>
void accepted(T const& value) {
  bytes const again = test_data::encoded(value);
  EXPECT_EQ(again.size(), wire::encoded_size(value));
  EXPECT_GE(again.size(), wire::min_size<T>);
  EXPECT_LE(again.size(), wire::max_size<T>);
  T twice{};
  EXPECT_TRUE(decode_exactly(again, twice));
  done_with(twice);
}

template <class T>
void sweep(T const& value, bool whole_bytes) {
  bytes const good = test_data::encoded(value);
  for (std::size_t n = 0; n < good.size(); ++n) {
    T out{};
    wire::status const s = decode_exactly(bytes(good.begin(), good.begin() + long(n)), out);
    EXPECT_FALSE(s) << "cut at " << n;
    EXPECT_LE(s.offset, n);
    EXPECT_FALSE(wire::describe<T>(s).empty());
  }
  T reused{};
  auto const attempt = [&](bytes const& in) {
    wire::status const s = decode_exactly(in, reused);
    if (s) accepted(reused);
    done_with(reused);
    EXPECT_FALSE(wire::describe<T>(s).empty());
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (unsigned k = 0; k < (whole_bytes ? 256U : 8U); ++k) {
      bytes bad = good;
      bad[i] = whole_bytes ? static_cast<std::byte>(k) : bad[i] ^ static_cast<std::byte>(1U << k);
      attempt(bad);
    }
  }
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    bytes bad = good;
    for (unsigned k = random() % 8; k-- > 0;) {
      bad[random() % bad.size()] = static_cast<std::byte>(random());
    }
    bad.resize(random() % 4 == 0 ? random() % (bad.size() + 1) : bad.size());
    attempt(bad);
  }
}

contract::vector_add_request request(std::size_t n) {
  contract::vector_add_request r;
  r.message_id = gyre::uuid::random();
  r.correlation_id = gyre::uuid::random();
  EXPECT_TRUE(r.inline_a.resize(n));
  EXPECT_TRUE(r.inline_b.resize(n));
  return r;
}

TEST(mutation, requests) { sweep(request(3), true); }
TEST(mutation, full_requests) { sweep(request(25), false); }

TEST(mutation, responses) {
  contract::vector_add_response r;
  r.error_message = gyre::inplace_string<contract::error_bytes>::truncated("höher 🌍");
  EXPECT_TRUE(r.inline_result.resize(2));
  sweep(r, true);
}

TEST(mutation, every_kind_of_member) {
  csharp::all_convertable all{};
  all.my_string = "かb🌍";
  all.my_bytes = {{1, 2}};
  all.my_strings = {{"x", std::nullopt, "yy"}};
  all.my_dictionary = {{{1, 10}, {2, 20}}};
  all.my_set = {{5, 6}};
  all.nested_nested = {{{{3, {{csharp::text("q")}}}}}};
  all.dict_check2 = {{{csharp::byte_enum::orange, true}}};
  all.dict_check4 = {{{4, "four"}}};
  all.nested1 = csharp::nested{6, "n"};
  all.union1 = csharp::moge_union{csharp::union_2{"u"}};
  sweep(all, false);
}

TEST(mutation, tolerant_objects_unions_grids_and_owned_pointers) {
  using vt = csharp::tolerant<std::int32_t, csharp::text>;
  sweep(vt{7, "new"}, true);
  sweep(csharp::moge_union{csharp::union_1{5}}, true);
  sweep(wire::grid<csharp::text, 2>{{1, 2}, {"a", std::nullopt}}, true);
  csharp::recursive r;
  r.id = std::make_unique<csharp::recursive>();
  sweep(r, true);
  sweep(csharp::with_padded{9, {1, 2}, 8}, true);
  sweep(std::tuple<std::int32_t, std::string, bool>(7, "s", true), true);
}

TEST(mutation, webs_of_objects) {
  auto self = std::make_shared<graph::self>(graph::self{42, nullptr});
  self->next = std::make_shared<graph::self>(graph::self{43, self});
  sweep(self, true);
  done_with(self);
  auto root = std::make_shared<graph::tree>();
  root->children = {{std::make_shared<graph::tree>(), nullptr}};
  root->children->front()->parent = root;
  sweep(std::vector{root, root->children->front()}, true);
  auto const leaf = std::make_shared<graph::pure>(graph::pure{1, 2});
  sweep(std::tuple(std::make_shared<graph::gap>(graph::gap{leaf, leaf}), leaf), true);
}

}  // namespace
