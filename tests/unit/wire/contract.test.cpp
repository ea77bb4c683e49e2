// The contract's messages must have the contract's sizes, survive the trip, and tell what is wrong
// in the contract's words.

#include <type_traits>

#include <gtest/gtest.h>

#include "contract_messages.hpp"
#include "test_data.hpp"

namespace {

namespace wire = gyre::wire;
using contract::vector_add_request;
using contract::vector_add_response;
using test_data::bytes;

static_assert(wire::serializable<vector_add_request> && wire::serializable<vector_add_response>);
static_assert(wire::min_size<vector_add_request> == 79);
static_assert(wire::max_size<vector_add_request> == 79 + 4 * 50);
static_assert(wire::min_size<vector_add_response> == 67);
static_assert(wire::max_size<vector_add_response> == 67 + 4 + contract::error_bytes + 4 * 25);
static_assert(wire::member_count<vector_add_request> == 11);
static_assert(wire::member_names<vector_add_response>()[4] == "error_message");
static_assert(std::is_trivially_copyable_v<wire::status> && sizeof(wire::status) <= 32);

vector_add_request request(std::size_t a, std::size_t b) {
  vector_add_request r;
  r.message_id = gyre::uuid::random();
  r.length = static_cast<std::int32_t>(a);
  for (std::size_t i = 0; i < a; ++i) EXPECT_TRUE(r.inline_a.push_back(static_cast<float>(i)));
  for (std::size_t i = 0; i < b; ++i) EXPECT_TRUE(r.inline_b.push_back(2 * static_cast<float>(i)));
  return r;
}

TEST(contract_messages, have_the_contracts_sizes) {
  for (std::size_t a = 0; a <= 25; ++a) {
    for (std::size_t b = 0; b <= 25; ++b) {
      auto const r = request(a, b);
      EXPECT_EQ(wire::encoded_size(r), 79 + 4 * (a + b));
      EXPECT_EQ(test_data::encoded(r).size(), 79 + 4 * (a + b));
    }
  }
  vector_add_response r;
  EXPECT_EQ(wire::encoded_size(r), 67U);
  EXPECT_TRUE(r.inline_result.resize(25));
  EXPECT_EQ(wire::encoded_size(r), 167U);
  r.error_message = gyre::inplace_string<contract::error_bytes>::truncated("no");
  EXPECT_EQ(wire::encoded_size(r), 167U + 4 + 2);
}

TEST(contract_messages, survive_the_trip) {
  for (std::size_t n = 0; n <= 25; ++n) {
    auto r = request(n, 25 - n);
    r.priority = static_cast<std::uint8_t>(n);
    if (n % 2 == 0) r.correlation_id = gyre::uuid::random();
    r.operation = contract::vector_operation::divide;
    r.use_gpu_memory = n % 3 == 0;
    r.a = UINT64_MAX - n;
    vector_add_request got = request(25, 25);
    ASSERT_TRUE(wire::decode(test_data::encoded(r), got));
    EXPECT_EQ(got, r);
  }
}

TEST(contract_messages, do_not_overflow_the_output) {
  auto const r = request(5, 5);
  bytes out(79 + 40 + 8, std::byte{0x5A});
  std::size_t written = 0;
  EXPECT_EQ(wire::encode(r, std::span(out).first(79 + 39), written).code, wire::fault::no_room);
  EXPECT_EQ(written, 79U + 40U) << "how much room is needed";
  EXPECT_EQ(out, bytes(out.size(), std::byte{0x5A})) << "nothing is written";
  EXPECT_TRUE(wire::encode(r, std::span(out).first(79 + 40), written));
  EXPECT_EQ(written, 79U + 40U);
  EXPECT_EQ(bytes(out.end() - 8, out.end()), bytes(8, std::byte{0x5A}));
}

TEST(contract_messages, prefixes_are_read_and_trailing_bytes_are_not) {
  auto const r = request(1, 2);
  auto in = test_data::encoded(r);
  std::size_t const size = in.size();
  in.resize(size + 3);
  vector_add_request got;
  std::size_t consumed = 0;
  EXPECT_TRUE(wire::decode_prefix(in, got, consumed));
  EXPECT_EQ(consumed, size);
  EXPECT_EQ(got, r);
  wire::status const s = wire::decode(in, got);
  EXPECT_EQ(s.code, wire::fault::trailing_bytes);
  EXPECT_EQ(s.offset, size);
}

TEST(contract_messages, left_out_members_have_defaults_not_old_values) {
  auto in = test_data::encoded(request(3, 3));
  in.resize(18);
  in[0] = std::byte{2};
  in[17] = std::byte{9};
  vector_add_request got = request(25, 25);
  got.correlation_id = gyre::uuid::random();
  ASSERT_TRUE(wire::decode(in, got));
  vector_add_request expected;
  expected.message_id = got.message_id;
  expected.priority = 9;
  EXPECT_EQ(got, expected);
  in[0] = std::byte{1};
  in.resize(17);
  ASSERT_TRUE(wire::decode(in, got));
  EXPECT_EQ(got.priority, 128) << "the default that the struct states";
}

TEST(contract_messages, faults_name_the_member_and_the_place) {
  auto in = test_data::encoded(request(2, 2));
  auto const message_of = [&] {
    auto const got = wire::read<vector_add_request>(in);
    EXPECT_FALSE(got.has_value());
    EXPECT_EQ(got.error().code, gyre::errc::malformed);
    return got.error().context;
  };
  in[46] = std::byte{7};
  EXPECT_EQ(message_of(),
            "vector_add_request.use_gpu_memory at byte 46: A truth value or a null flag is neither "
            "0 nor 1.");
  in.resize(20);
  EXPECT_EQ(message_of(),
            "vector_add_request.correlation_id at byte 18: The bytes end inside a value.");
  in.clear();
  EXPECT_EQ(message_of(), "vector_add_request at byte 0: The bytes end inside a value.");
}

TEST(contract_messages, members_can_be_walked_with_their_names) {
  auto const names = wire::member_names<vector_add_request>();
  vector_add_request r;
  std::string walked;
  wire::for_each_member(r, [&](std::size_t i, auto& member) {
    walked += std::string(names[i]) + ":" + std::to_string(sizeof(member)) + " ";
  });
  EXPECT_TRUE(walked.starts_with("message_id:16 priority:1 correlation_id:17 length:4 ")) << walked;
}

}  // namespace
