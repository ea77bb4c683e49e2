// Bytes that are wrong must be refused, by a value that says what and where.

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "csharp_types.hpp"
#include "graph_types.hpp"
#include "test_data.hpp"

namespace {

namespace wire = gyre::wire;
using namespace csharp;
using test_data::bytes;
using test_data::from_hex;
using wire::fault;

template <class T>
fault read_as(bytes const& in) {
  T out{};
  return wire::decode(in, out).code;
}

/// The bytes as the id of a reference: the one unsigned varint of the format.
fault read_as_id(bytes const& in) {
  bytes reference{std::byte{0xfa}};
  reference.insert(reference.end(), in.begin(), in.end());
  return read_as<std::shared_ptr<graph::self>>(reference);
}

struct row {
  std::function<fault(bytes const&)> read;
  fault expected;
};

std::map<std::string, row> rows() {
  using int_string = two<std::int32_t, text>;
  using string = std::string;
  using one_int = tolerant<std::int32_t>;
  return {
      {"int_truncated", {read_as<std::int32_t>, fault::truncated}},
      {"utf16len_9999", {read_as<string>, fault::bad_length}},
      {"utf16len_too_small", {read_as<string>, fault::bad_length}},
      {"utf16len_slightly_large", {read_as<string>, fault::bad_length}},
      {"utf8_len_int_min", {read_as<string>, fault::bad_length}},
      {"array_len_too_big", {read_as<std::vector<std::int32_t>>, fault::bad_length}},
      {"object_fewer_members", {read_as<int_string>, fault::none}},
      {"object_zero_members", {read_as<int_string>, fault::none}},
      // The one row where we differ from C#, on purpose: the envelope knows a message's length.
      {"object_trailing_bytes", {read_as<holder<std::int32_t>>, fault::trailing_bytes}},
      {"union_unknown_tag", {read_as<moge_union>, fault::bad_tag}},
      {"union_wide_small_tag", {read_as<moge_union>, fault::none}},
      {"bool_2", {read_as<bool>, fault::bad_bool}},
      {"nullable_int_value_garbage_padding", {read_as<std::optional<std::int32_t>>, fault::none}},
      {"recursion_5000", {read_as<recursive>, fault::too_deep}},
      {"recursion_unbounded", {read_as<recursive>, fault::too_deep}},
      {"vt_negative_length", {read_as<one_int>, fault::bad_length}},
      {"vt_length_mismatch", {read_as<one_int>, fault::bad_length}},
      {"circ_unknown_id", {read_as<std::shared_ptr<graph::self>>, fault::bad_reference}},
      {"varint_negative_for_uint", {read_as_id, fault::bad_reference}},
      {"multidim_dims_vs_count", {read_as<wire::grid<std::int32_t, 2>>, fault::bad_length}},
  };
}

TEST(malformed_vectors, are_refused_for_the_right_reason) {
  auto const all = rows();
  std::size_t checked = 0;
  for (auto const& entry : test_data::load("malformed.json")) {
    std::string const name = entry.at("name");
    SCOPED_TRACE(name);
    auto const found = all.find(name);
    ASSERT_NE(found, all.end()) << "a vector without a check";
    bytes in;
    if (name.starts_with("recursion_")) {
      in.assign(name == "recursion_5000" ? 5000 : 1'000'000, std::byte{1});
      in.push_back(std::byte{255});
    } else {
      in = from_hex(entry.at("hex").get<std::string>());
    }
    EXPECT_EQ(found->second.read(in), found->second.expected);
    ++checked;
  }
  EXPECT_EQ(checked, all.size()) << "a check without a vector";
}

TEST(malformed, nesting_to_the_limit_is_read_and_one_more_is_not) {
  auto const nested_to = [](std::size_t levels) {
    bytes in(levels + 1, std::byte{1});
    in.push_back(std::byte{255});
    return in;
  };
  EXPECT_EQ(read_as<recursive>(nested_to(wire::depth_limit)), fault::none);
  EXPECT_EQ(read_as<recursive>(nested_to(wire::depth_limit + 1)), fault::too_deep);
}

TEST(malformed, lengths_of_an_unknown_member_may_not_run_past_the_end) {
  using vt = tolerant<std::int32_t>;
  EXPECT_EQ(read_as<vt>(from_hex("020400"
                                 "07000000")),
            fault::none);
  EXPECT_EQ(read_as<vt>(from_hex("020401"
                                 "0700000055")),
            fault::none)
      << "skips what it knows not";
  EXPECT_EQ(read_as<vt>(from_hex("020402"
                                 "0700000055")),
            fault::bad_length);
  EXPECT_EQ(read_as<vt>(from_hex("0204")), fault::truncated);
  EXPECT_EQ(read_as<vt>(from_hex("0100")), fault::none) << "length 0: the member has its default";
  EXPECT_EQ(read_as<vt>(from_hex("0103070000")), fault::truncated);
  EXPECT_EQ(read_as<vt>(from_hex("01"
                                 "80ffffffffffffff7f"
                                 "07000000")),
            fault::bad_length);
}

TEST(malformed, more_members_than_known_are_refused) {
  EXPECT_EQ(read_as<holder<std::int32_t>>(from_hex("020700000008000000")), fault::bad_header);
  EXPECT_EQ(read_as<holder<std::int32_t>>(from_hex("fa00")), fault::bad_header);
  EXPECT_EQ(read_as<holder<std::int32_t>>(from_hex("ff")), fault::null_not_allowed);
}

TEST(malformed, nulls_where_there_are_none_are_refused) {
  EXPECT_EQ(read_as<std::string>(from_hex("ffffffff")), fault::null_not_allowed);
  EXPECT_EQ(read_as<std::vector<std::int32_t>>(from_hex("ffffffff")), fault::null_not_allowed);
  EXPECT_EQ(read_as<moge_union>(from_hex("ff")), fault::null_not_allowed);
  EXPECT_EQ((read_as<std::map<std::int32_t, std::int32_t>>(from_hex("ffffffff"))),
            fault::null_not_allowed);
  EXPECT_EQ((read_as<wire::grid<std::int32_t, 2>>(from_hex("ff"))), fault::null_not_allowed);
}

TEST(malformed, flags_other_than_0_and_1_are_refused_wherever_they_stand) {
  EXPECT_EQ(read_as<std::optional<std::int32_t>>(from_hex("0200000005000000")), fault::bad_bool);
  EXPECT_EQ(read_as<std::optional<bool>>(from_hex("0102")), fault::bad_bool);
  EXPECT_EQ(read_as<std::vector<bool>>(from_hex("020000000102")), fault::bad_bool);
  EXPECT_EQ((read_as<std::array<bool, 2>>(from_hex("020000000103"))), fault::bad_bool);
  EXPECT_EQ((read_as<std::map<byte_enum, bool>>(from_hex("010000000109"))), fault::bad_bool);
}

TEST(malformed, text_must_be_unicode) {
  for (auto const* const bad : {"80", "c080", "c1bf", "e08080", "eda080", "f08080bf", "f4908080",
                                "f5808080", "c3", "e282", "f09f8c", "c328", "61626364656667ff"}) {
    auto text_bytes = from_hex(bad);
    bytes in = test_data::encoded(~static_cast<std::int32_t>(text_bytes.size()));
    in.resize(8, std::byte{0xff});
    in.insert(in.end(), text_bytes.begin(), text_bytes.end());
    EXPECT_EQ(read_as<std::string>(in), fault::bad_utf8) << bad;
    EXPECT_EQ(read_as<std::string_view>(in), fault::bad_utf8) << bad;
  }
  EXPECT_EQ(read_as<std::string>(from_hex("0100000000d8")), fault::bad_utf8) << "lone high half";
  EXPECT_EQ(read_as<std::string>(from_hex("0100000000dc")), fault::bad_utf8) << "lone low half";
  EXPECT_EQ(read_as<std::string>(from_hex("0200000000d84100")), fault::bad_utf8);
  EXPECT_EQ(read_as<char32_t>(from_hex("00d80000")), fault::bad_value);
  EXPECT_EQ(read_as<char32_t>(from_hex("00001100")), fault::bad_value);
}

TEST(malformed, what_does_not_fit_is_not_cut) {
  auto const five = test_data::encoded(std::string("hello"));
  EXPECT_EQ(read_as<gyre::inplace_string<5>>(five), fault::none);
  EXPECT_EQ(read_as<gyre::inplace_string<4>>(five), fault::over_capacity);
  auto const three = test_data::encoded(std::vector<std::int32_t>{1, 2, 3});
  EXPECT_EQ((read_as<gyre::inplace_vector<std::int32_t, 3>>(three)), fault::none);
  EXPECT_EQ((read_as<gyre::inplace_vector<std::int32_t, 2>>(three)), fault::over_capacity);
  EXPECT_EQ((read_as<std::array<std::int32_t, 2>>(three)), fault::over_capacity);
  EXPECT_EQ((read_as<std::array<std::int32_t, 4>>(three)), fault::bad_length);
}

TEST(malformed, keys_are_not_repeated) {
  EXPECT_EQ(read_as<std::set<std::int32_t>>(from_hex("020000000500000005000000")),
            fault::duplicate_key);
  EXPECT_EQ((read_as<std::map<std::uint8_t, std::uint8_t>>(from_hex("0200000001020103"))),
            fault::duplicate_key);
}

TEST(malformed, values_that_csharp_has_not_are_refused) {
  EXPECT_EQ(read_as<wire::time_only>(from_hex("ffffffffffffffff")), fault::bad_value);
  EXPECT_EQ(read_as<wire::date_only>(from_hex("ffffffff")), fault::bad_value);
  EXPECT_EQ(read_as<wire::date_time>(from_hex("ffffffffffffff3f")), fault::bad_value);
  EXPECT_EQ(read_as<wire::decimal>(from_hex("00001d00000000000000000000000000")), fault::bad_value);
}

TEST(malformed, views_do_not_borrow_what_would_have_to_be_copied) {
  EXPECT_EQ(read_as<std::string_view>(from_hex("03000000610062006300")), fault::not_borrowable);
}

}  // namespace
