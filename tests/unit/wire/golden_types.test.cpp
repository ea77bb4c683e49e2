// Golden vectors of any origin (GYRE_WIRE_VECTORS names the file) must be read as the C# type that
// they say, and be written again byte for byte. Types that are not known here are told, not passed.

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "contract_messages.hpp"
#include "csharp_types.hpp"
#include "graph_types.hpp"
#include "test_data.hpp"

namespace {

namespace wire = gyre::wire;
using namespace csharp;
using std::optional;
using std::string;
using std::vector;
using test_data::bytes;

/// Empty if all is well, else what is wrong.
using probe = std::function<string(bytes const&)>;

/// C# writes UTF-16 lengths; bytes that it was handed as UTF-8 have none.
template <class T>
bool is_written_as(T const& value, bytes const& golden) {
  return test_data::encoded(value, wire::utf16_length_exact{}) == golden ||
         test_data::encoded(value) == golden;
}

template <class T>
string read_and_write(bytes const& golden, bool other_form) {
  T value{};
  wire::status const s = wire::decode(golden, value);
  if (!s) return "at byte " + std::to_string(s.offset) + ": " + string(wire::explain(s.code));
  string wrong;
  if (wire::encoded_size(value) != test_data::encoded(value).size()) wrong = "wrong size";
  if (!is_written_as(value, golden)) {
    // Another form of the same value: what we write must be read as what it was.
    bytes const ours = test_data::encoded(value);
    T again{};
    if (!other_form || !wire::decode(ours, again) || test_data::encoded(again) != ours) {
      wrong = "written as " + test_data::to_hex(ours);
    }
    if constexpr (wire::has_circular_references<T>) (void)wire::dismantle(again);
  }
  if constexpr (wire::has_circular_references<T>) (void)wire::dismantle(value);
  return wrong;
}

/// Written as it was read.
template <class T>
probe as() {
  return [](bytes const& golden) { return read_and_write<T>(golden, false); };
}
/// We have a form of our own for it: UTF-8 instead of UTF-16, an offset of 32 bits.
template <class T>
probe of_other_form() {
  return [](bytes const& golden) { return read_and_write<T>(golden, true); };
}

probe varint(bool written) {
  return [written](bytes const& golden) -> string {
    std::int64_t value = 0;
    std::byte const* const end = golden.data() + golden.size();
    if (wire::detail::get_varint(golden.data(), end, value) != end) return "not read";
    std::byte out[9];
    bytes const ours(out, wire::detail::put_varint(value, out));
    return !written || ours == golden ? "" : "written as " + test_data::to_hex(ours);
  };
}

using registry = std::map<string, probe>;

string without_spaces(string name) {
  std::erase(name, ' ');
  return name;
}

/// The collections that a type may be in. Pairs instead of maps: they keep C#'s order.
template <class T>
void add_collections(registry& all, string const& name) {
  probe const sequence = as<optional<vector<T>>>();
  all[name + "[]"] = sequence;
  for (auto const* const collection :
       {"List", "Queue", "Stack", "HashSet", "SortedSet", "LinkedList", "IEnumerable", "IList",
        "ICollection", "IReadOnlyList", "Collection", "ImmutableArray", "Memory", "ArraySegment"}) {
    all[collection + ("<" + name + ">")] = sequence;
  }
  for (auto const* const map : {"Dictionary", "SortedDictionary", "IDictionary"}) {
    string const head = string(map) + "<";
    all[head + "int," + name + ">"] = as<optional<vector<std::pair<std::int32_t, T>>>>();
    all[head + "string," + name + ">"] = as<optional<vector<std::pair<string, T>>>>();
  }
}

/// An unmanaged type, what may be null of it, and collections of both.
template <class T>
void add(registry& all, string const& name) {
  all[name] = as<T>();
  all[name + "?"] = as<optional<T>>();
  add_collections<T>(all, name);
  all[name + "?[]"] = as<optional<vector<optional<T>>>>();
  all["List<" + name + "?>"] = all[name + "?[]"];
}

void add_unmanaged(registry& all) {
  add<bool>(all, "bool");
  add<std::uint8_t>(all, "byte");
  add<std::int8_t>(all, "sbyte");
  add<std::int16_t>(all, "short");
  add<std::uint16_t>(all, "ushort");
  add<std::int32_t>(all, "int");
  add<std::uint32_t>(all, "uint");
  add<std::int64_t>(all, "long");
  add<std::uint64_t>(all, "ulong");
  add<float>(all, "float");
  add<double>(all, "double");
  add<char16_t>(all, "char");
  add<gyre::uuid>(all, "Guid");
  add<wire::date_time>(all, "DateTime");
  add<wire::time_span>(all, "TimeSpan");
  add<wire::decimal>(all, "decimal");
  all["Half"] = as<wire::half>();
  all["Rune"] = as<char32_t>();
  all["Int128"] = as<wire::int128>();
  all["UInt128"] = as<wire::uint128>();
  all["DateOnly"] = as<wire::date_only>();
  all["TimeOnly"] = as<wire::time_only>();
  all["DateTimeOffset"] = of_other_form<wire::date_time_offset>();
  all["Complex"] = as<numbers<double, 2>>();
  all["Vector2"] = as<numbers<float, 2>>();
  all["Vector3"] = as<numbers<float, 3>>();
  all["enum:byte"] = as<byte_enum>();
  all["enum(int)"] = as<int_enum>();
  all["Dictionary<Guid,int?>"] = as<vector<std::pair<gyre::uuid, optional<std::int32_t>>>>();
  all["Dictionary<byte,int>"] = as<vector<std::pair<std::uint8_t, std::int32_t>>>();
  all["KeyValuePair<byte,long>"] = as<std::pair<std::uint8_t, std::int64_t>>();
  all["struct{byteA;intB}"] = as<padded>();
}

void add_strings(registry& all) {
  all["string"] = as<text>();
  all["string?"] = all["string"];
  add_collections<text>(all, "string");
  all["string(MemoryPackSerializerOptions.Utf16/[Utf16StringFormatter])"] = of_other_form<text>();
  all["stringviawriter.WriteUtf8(ReadOnlySpan<byte>)"] = as<text>();
  all["StringBuilder"] = of_other_form<text>();
  for (auto const* const name : {"Uri", "CultureInfo", "TimeZoneInfo"}) all[name] = as<text>();
}

void add_objects(registry& all) {
  using i32 = std::int32_t;
  all["(int,string,bool)"] = as<std::tuple<i32, text, bool>>();
  all["(int,string,bool,float)"] = as<std::tuple<i32, text, bool, float>>();
  all["(int,int)"] = as<std::tuple<i32, i32>>();
  all["Tuple<int,int>"] = as<optional<two<i32, i32>>>();
  all["Lazy<int>"] = as<optional<holder<i32>>>();
  all["int[,]"] = as<optional<wire::grid<i32, 2>>>();
  all["int[,,]"] = as<optional<wire::grid<i32, 3>>>();
  all["int[,,,]"] = as<optional<wire::grid<i32, 4>>>();
  all["string[,]"] = as<optional<wire::grid<text, 2>>>();
  all["Version"] = as<optional<version>>();
  all["class{byteX;struct{byteA;intB}S;byteY}"] = as<optional<with_padded>>();
  all["struct{string}"] = as<holder<text>>();
  all["struct{stringMyProperty}"] = all["struct{string}"];
  all["(struct{string})?"] = as<optional<holder<holder<text>>>>();
  all["class"] = as<optional<empty>>();
  all["class{}"] = as<optional<empty>>();
  all["class{intMyProperty}"] = as<optional<holder<i32>>>();
  all["class{int;string}"] = as<optional<two<i32, text>>>();
  all["class[SerializeLayout.Explicit]{0:int;1:string}"] = all["class{int;string}"];
  all["class{BasicInner;int[]Values}"] =
      as<optional<two<optional<nested>, optional<vector<i32>>>>>();
  all["class{bool;byte;sbyte;short}"] = as<optional<mixed_scalars>>();
  all["classRec{RecId}"] = as<std::unique_ptr<recursive>>();
  all["classDerived1:StandardBase"] = as<optional<four_ints>>();
  all["classAllConvertableType(43members,SandboxWebApp/Models.cs)"] =
      as<optional<all_convertable>>();
  all["union"] = as<optional<moge_union>>();
  all["interfaceunion"] = all["union"];
  all["interfaceunion,tag0class{int?}"] = all["union"];
  all["interfaceunion,tag1class{string}"] = all["union"];
  all["[VersionTolerant]class"] = as<optional<tolerant<>>>();
  all["[VersionTolerant]class{}"] = all["[VersionTolerant]class"];
  all["[VersionTolerant]{0:int;1:string}"] = as<optional<tolerant<i32, text>>>();
  all["[VersionTolerant]{0:string}"] = as<optional<tolerant<text>>>();
  all["[VersionTolerant]{0:byte[]}"] = as<optional<tolerant<optional<vector<std::uint8_t>>>>>();
  all["[CircularReference]{0:intValue;1:selfNext}"] = as<std::shared_ptr<graph::self>>();
  all["[CircularReference]{0:int;1:ulong}"] = as<std::shared_ptr<graph::pure>>();
  all["[CircularReference]Node{0:Parent;1:Children}"] = as<std::shared_ptr<graph::tree>>();
  all["vector_add_request"] = as<contract::vector_add_request>();
  all["vector_add_response"] = as<contract::vector_add_response>();
}

registry known_types() {
  registry all;
  add_unmanaged(all);
  add_strings(all);
  add_objects(all);
  for (auto const* const type : {"int", "long"}) {
    all["WriteVarInt((" + string(type) + ")x)"] = varint(true);
  }
  // Of the unsigned forms ours writes those of ids alone: `golden_vectors` has them.
  for (auto const* const type : {"uint", "ulong", "byte", "ushort"}) {
    all["WriteVarInt((" + string(type) + ")x)"] = varint(false);
  }
  return all;
}

TEST(golden_types, are_read_and_written_whoever_made_the_vectors) {
  auto const known = known_types();
  std::set<string> unknown;
  std::size_t tried = 0;
  auto const vectors = test_data::load_others();
  for (auto const& row : vectors) {
    string const type = row.at("csharp_type");
    auto const found = known.find(without_spaces(type));
    if (found == known.end()) {
      unknown.insert(type);
      continue;
    }
    ++tried;
    EXPECT_EQ(found->second(test_data::from_hex(row.at("hex").get<string>())), "")
        << row.at("name") << " (" << type << ")";
  }
  std::cout << "golden vectors: " << tried << " of " << vectors.size() << " tried\n"
            << "unknown types, not tried: ";
  if (unknown.empty()) std::cout << "none";
  char const* separator = "";
  for (string const& type : unknown) {
    std::cout << separator << type;
    separator = ", ";
  }
  std::cout << '\n';
  EXPECT_GT(tried, 0U) << "no vector of a known type";
}

}  // namespace
