#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "golden_checks.hpp"
#include "graph_types.hpp"

namespace golden {

namespace {

using std::vector;
using i64 = std::int64_t;

/// Reads as a web of objects that `same` knows, and is written again byte for byte.
template <class T>
check is_graph(bool (*same)(std::shared_ptr<T> const&)) {
  return [same](bytes const& golden) {
    std::shared_ptr<T> got;
    wire::status const s = wire::decode(golden, got);
    ASSERT_TRUE(s) << wire::describe<std::shared_ptr<T>>(s);
    EXPECT_TRUE(same(got));
    EXPECT_EQ(test_data::to_hex(test_data::encoded(got)), test_data::to_hex(golden));
    EXPECT_EQ(wire::encoded_size(got), golden.size());
    EXPECT_TRUE(wire::dismantle(got));
  };
}

/// A reference to the 201st object, which stands before it.
void is_reference_to_the_201st(bytes const& golden) {
  using list = vector<std::shared_ptr<graph::pure>>;
  list objects(201);
  for (auto& object : objects) object = std::make_shared<graph::pure>();
  bytes all = test_data::encoded(objects);
  all[0] = std::byte{202};
  all.insert(all.end(), golden.begin(), golden.end());
  list got;
  ASSERT_TRUE(wire::decode(all, got));
  EXPECT_EQ(got[201], got[200]);
  EXPECT_EQ(test_data::encoded(got), all);
}

check varint(std::int64_t value, bool is_unsigned = false) {
  return [=](bytes const& golden) {
    std::int64_t got = 0;
    std::byte const* const end = golden.data() + golden.size();
    EXPECT_EQ(wire::detail::get_varint(golden.data(), end, got), end);
    EXPECT_EQ(got, value);
    if (is_unsigned) return;  // the format's lengths are signed: we never write these
    std::byte out[9];
    std::byte* const after = wire::detail::put_varint(value, out);
    EXPECT_EQ(test_data::to_hex(bytes(out, after)), test_data::to_hex(golden));
    EXPECT_EQ(wire::detail::varint_size(value), golden.size());
  };
}

}  // namespace

void add_graphs(checks& c) {
  c["circ_self"] = is_graph<graph::self>(
      [](auto const& object) { return object->value == 42 && object->next == object; });
  c["circ_pure"] = is_graph<graph::pure>(
      [](auto const& object) { return object->a == 10 && object->b == 1000; });
  c["circ_tree"] = is_graph<graph::tree>([](auto const& root) {
    if (root->parent.lock() || root->children->size() != 3) return false;
    return std::ranges::all_of(*root->children, [&](auto const& child) {
      return child->parent.lock() == root && !child->children;
    });
  });
  c["circ_ref_200"] = is_reference_to_the_201st;
  for (i64 const v : {i64{0}, i64{127}, i64{128}, i64{32767}, i64{32768}, i64{-1}, i64{-120},
                      i64{-128}, i64{-129}}) {
    c["varint_int_" + std::to_string(v)] = varint(v);
  }
  c["varint_long_1099511627776"] = varint(1099511627776);
  c["varint_long_-1099511627776"] = varint(-1099511627776);
  c["varint_uint_128"] = varint(128, true);
  c["varint_uint_65535"] = varint(65535, true);
  c["varint_byte_200"] = varint(200, true);
  c["varint_ushort_300"] = varint(300, true);
}

}  // namespace golden
