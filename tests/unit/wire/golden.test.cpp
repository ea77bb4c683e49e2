// Bytes that C# and TypeScript wrote must be read as what they were, and written again the same.

#include <cstring>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "csharp_types.hpp"
#include "golden_checks.hpp"

namespace golden {

namespace {

using any = std::unique_ptr<void, void (*)(void*)>;

int words_seen = 0;

/// A value in words is its bytes and zeros after them, and these bytes are the value.
void check_words(expectation const& e, bytes const& golden) {
  alignas(16) std::byte room[wire::words_limit + 16];
  std::memset(room, 0xA5, sizeof room);
  std::size_t const size = wire::detail::align_up(golden.size(), 16);
  ASSERT_LE(size, wire::words_limit);
  e.words->write(e.value.get(), room);
  EXPECT_EQ(test_data::to_hex(bytes(room, room + golden.size())), test_data::to_hex(golden));
  for (std::size_t i = golden.size(); i < size; ++i) EXPECT_EQ(room[i], std::byte{0});
  EXPECT_EQ(room[size], std::byte{0xA5}) << "written behind its room";
  any const got(e.type->make(), e.type->drop);
  EXPECT_TRUE(e.words->read(room, got.get()));
  EXPECT_TRUE(e.equal(got.get(), e.value.get()));
  ++words_seen;
}

}  // namespace

check check_of(expectation e) {
  return [e = std::move(e)](bytes const& golden) {
    any const got(e.type->make(), e.type->drop);
    wire::status const s = e.type->read(golden, got.get());
    ASSERT_TRUE(s) << wire::explain(s.code) << " at byte " << s.offset;
    EXPECT_TRUE(e.equal(got.get(), e.value.get()));
    bytes ours;
    e.type->write(e.value.get(), ours);
    EXPECT_EQ(test_data::to_hex(ours), test_data::to_hex(golden));
    if (e.words != nullptr) check_words(e, golden);
  };
}

check check_of_other_form(expectation e) {
  return [e = std::move(e)](bytes const& golden) {
    any const got(e.type->make(), e.type->drop);
    wire::status const s = e.type->read(golden, got.get());
    ASSERT_TRUE(s) << wire::explain(s.code) << " at byte " << s.offset;
    EXPECT_TRUE(e.equal(got.get(), e.value.get()));
    bytes ours;
    e.type->write(e.value.get(), ours);
    any const again(e.type->make(), e.type->drop);
    EXPECT_TRUE(e.type->read(ours, again.get()));
    EXPECT_TRUE(e.equal(again.get(), e.value.get()));
  };
}

int seen_in_words() { return words_seen; }

gyre::uuid guid(std::string_view text_form) { return gyre::uuid::parse(text_form).value(); }

}  // namespace golden

namespace {

namespace wire = gyre::wire;
using namespace csharp;
using std::string;

golden::checks all_checks() {
  golden::checks c;
  golden::add_numbers(c);
  golden::add_nullables(c);
  golden::add_collections(c);
  golden::add_objects(c);
  golden::add_graphs(c);
  return c;
}

/// Rows that are not a type of ours, and why.
std::map<string, string> const outside = {
    {"type", "resolves a type by name on reading: refused on purpose"},
    {"bitarray", "broken on .NET 10"},
    {"bitpack_bool3", "a custom formatter, not a type"},
    {"object_header_249", "a header without its object"},
    {"union_header_0", "a tag without its object"},
    {"union_header_249", "a tag without its object"},
    {"union_header_250", "a tag without its object"},
    {"union_header_65535", "a tag without its object"},
};

TEST(golden_vectors, are_read_and_written_as_csharp_does) {
  auto const all = all_checks();
  std::size_t checked = 0;
  for (auto const& row : test_data::load("vectors.json")) {
    string const name = row.at("name");
    SCOPED_TRACE(name);
    if (outside.contains(name)) continue;
    auto const found = all.find(name);
    ASSERT_NE(found, all.end()) << "a vector without a check";
    found->second(test_data::from_hex(row.at("hex").get<string>()));
    ++checked;
  }
  EXPECT_EQ(checked, all.size()) << "a check without a vector";
  EXPECT_GE(golden::seen_in_words(), 58) << "vectors of fixed layout that went by words too";
}

TEST(golden_vectors, wide_union_tags_are_three_bytes) {
  using one = holder<std::int32_t>;
  using two_ = holder<text>;
  using wide = wire::tagged_union<wire::alternative<249, one>, wire::alternative<65535, two_>>;
  EXPECT_EQ(test_data::to_hex(test_data::encoded(wide{one{5}})), "f90105000000");
  EXPECT_EQ(test_data::to_hex(test_data::encoded(wide{two_{}})), "faffff01ffffffff");
  wide got;
  EXPECT_TRUE(wire::decode(test_data::from_hex("faf9000105000000"), got)) << "wide small tag";
  EXPECT_EQ(got, wide{one{5}});
  EXPECT_EQ(wire::decode(test_data::from_hex("fb0105000000"), got).code, wire::fault::bad_tag);
}

TEST(golden_vectors, old_offsets_of_16_bits_keep_their_sign) {
  wire::date_time_offset got;
  ASSERT_TRUE(wire::decode(test_data::from_hex("d4fe00000000000080c89563690bdc08"), got));
  EXPECT_EQ(got, (wire::date_time_offset{-300, 0x08dc0b696395c880ULL}));
}

}  // namespace
