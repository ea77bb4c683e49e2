#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "csharp_types.hpp"
#include "golden_checks.hpp"

namespace golden {

using namespace csharp;
using std::optional;
using std::string;
using std::vector;
using i32 = std::int32_t;
using i64 = std::int64_t;

void add_collections(checks& c) {
  c["array_int"] = is(vector<i32>{1, 2, 3});
  c["array_null"] = is(optional<vector<i32>>());
  c["array_empty"] = is(optional<vector<i32>>(vector<i32>{}));
  c["bytes"] = is(vector<std::uint8_t>{0, 1, 2, 255});
  c["array_string"] = is(vector<text>{"a", std::nullopt, ""});
  c["array_bool"] = is(vector<bool>{true, false, true});
  c["array_double"] = is(std::array<double, 2>{0.5, -1});
  c["array_guid"] = is(vector<gyre::uuid>{guid()});
  c["list_int"] = is(vector<i32>{5, 6, 7});
  c["stack_int"] = is(std::set<i32>{5, 6, 7});
  c["dict_int_int"] = is(std::map<i32, i32>{{1, 10}, {2, 20}});
  c["dict_int_string"] = is(std::map<i32, text>{{1, "one"}, {2, "two"}});
  c["dict_empty"] = is(std::unordered_map<i32, text>{});
  c["dict_guid_nullable_int"] = is(std::map<gyre::uuid, optional<i32>>{{guid(), 5}});
  c["dict_int_long_PADDED"] = is(std::map<i32, i64>{{1, 2}});
  c["dict_byte_int_PADDED"] = is(std::unordered_map<std::uint8_t, i32>{{std::uint8_t{1}, 2}});
  c["kvp_byte_long"] = is(std::pair<std::uint8_t, i64>(std::uint8_t{1}, 2));
  c["valuetuple3_managed"] = is(std::tuple<i32, string, bool>(7, "seven", true));
  c["valuetuple4_managed"] = is(std::tuple<i32, text, bool, float>(7, "seven", true, 1.5F));
  c["valuetuple2_byte_int_AUTO"] = is(std::tuple<std::uint8_t, i32>(std::uint8_t{1}, 2));
  c["valuetuple2_int_int"] = is(std::tuple<i32, i32>(1, 2));
  c["tuple2_class"] = is(two<i32, i32>{1, 2});
  c["tuple_class_null"] = is(optional<two<i32, i32>>());
  c["lazy_int"] = is(holder<i32>{100});
  c["array2d_int"] = is(wire::grid<i32, 2>{{2, 2}, {1, 2, 3, 4}});
  c["array3d_int"] = is(wire::grid<i32, 3>{{2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}});
  c["array2d_string"] = is(wire::grid<text, 2>{{1, 2}, {"a", std::nullopt}});
  c["array2d_null"] = is(optional<wire::grid<i32, 2>>());
}

}  // namespace golden
