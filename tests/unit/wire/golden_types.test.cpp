// Golden vectors must be read as the C# type that they say, with the value that they say, and be
// written again byte for byte: those that C# wrote on .NET 10, and vectors of any origin
// (GYRE_WIRE_VECTORS names the file), whose unknown types are told, not passed.

#include <cstdint>
#include <iostream>
#include <optional>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "test_data.hpp"
#include "vector_types.hpp"

namespace {

namespace wire = gyre::wire;
using nlohmann::json;
using std::string;
using test_data::bytes;

string without_spaces(string name) {
  std::erase(name, ' ');
  return name;
}

/// A length or an id as MemoryPack's varint. Of the unsigned forms ours writes those of ids alone:
/// `golden_vectors` has them.
string varint_fault(bytes const& golden, std::optional<string> const& value, bool written) {
  std::int64_t got = 0;
  std::byte const* const end = golden.data() + golden.size();
  if (wire::detail::get_varint(golden.data(), end, got) != end) return "not read";
  if (value && std::to_string(got) != *value) return "read as " + std::to_string(got);
  std::byte out[9];
  bytes const ours(out, wire::detail::put_varint(got, out));
  return !written || ours == golden ? "" : "written as " + test_data::to_hex(ours);
}

/// What is wrong with a row; none if its type is not known here.
std::optional<string> fault_of(json const& row, bool with_value) {
  string const type = without_spaces(row.at("csharp_type"));
  bytes const golden = test_data::from_hex(row.at("hex").get<string>());
  std::optional<string> value;
  if (with_value) value = row.at("value").get<string>();
  if (type.starts_with("WriteVarInt((")) {
    return varint_fault(golden, value, type.find("int)") == 13 || type.find("long)") == 13);
  }
  auto const& known = vector_types::known();
  auto const found = known.find(type);
  if (found == known.end()) return std::nullopt;
  return vector_types::fault_in(found->second, golden, value);
}

/// Reads all rows of one of our own files, none of which is unknown.
std::size_t check_file(char const* file) {
  auto const vectors = test_data::load(file);
  for (auto const& row : vectors) {
    EXPECT_EQ(fault_of(row, true).value_or("a type without an entry"), "")
        << row.at("name") << " (" << row.at("csharp_type") << ") " << row.at("hex");
  }
  return vectors.size();
}

TEST(golden_types, what_dotnet_10_wrote_is_read_value_for_value) {
  EXPECT_EQ(check_file("dotnet10.json"), 489U);
}

TEST(golden_types, tuples_lie_as_in_the_memory_of_dotnet_10) {
  EXPECT_EQ(check_file("value_tuples.json"), 28U);
}

TEST(golden_types, are_read_and_written_whoever_made_the_vectors) {
  std::set<string> unknown;
  std::size_t tried = 0;
  auto const vectors = test_data::load_others();
  for (auto const& row : vectors) {
    auto const fault = fault_of(row, false);
    if (fault) {
      ++tried;
      EXPECT_EQ(*fault, "") << row.at("name") << " (" << row.at("csharp_type") << ")";
    } else {
      unknown.insert(row.at("csharp_type"));
    }
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
