#include <cstdint>
#include <memory>

#include <gtest/gtest.h>

#include "contract_messages.hpp"
#include "csharp_types.hpp"
#include "golden_checks.hpp"

namespace golden {

using namespace csharp;
using std::optional;
using std::string;
using std::vector;
using i32 = std::int32_t;
using i64 = std::int64_t;
using contract::vector_add_request;
using contract::vector_add_response;

namespace {

all_convertable all_of_them() {
  all_convertable all{};
  all.my_bool = true;
  all.my_byte = 200;
  all.my_sbyte = -5;
  all.my_short = -2;
  all.my_int = 42;
  all.my_long = -1234567890123;
  all.my_ushort = 65535;
  all.my_uint = 4294967295U;
  all.my_ulong = 18446744073709551615ULL;
  all.my_float = 1.5F;
  all.my_double = -2.25;
  all.my_guid = guid();
  all.my_date = {0x08dc0b3f7b2734e0ULL};
  all.my_enum1 = byte_enum::grape;
  all.my_enum2 = ushort_enum::saitama;
  all.null_bool = true;
  all.null_byte = 7;
  all.null_short = -2;
  all.null_int = 1234;
  all.null_ushort = 9;
  all.null_ulong = 5;
  all.null_float = 1.5F;
  all.null_date = {{0x08dc0b3f7b2734e0ULL}};
  all.null_enum1 = byte_enum::orange;
  all.my_string = "あ";
  all.my_bytes = {{1, 2, 3}};
  all.my_ints = {{1, -1}};
  all.my_strings = {{"x", std::nullopt}};
  all.my_list = {{9}};
  all.my_dictionary = {{{1, 10}}};
  all.my_set = {{5}};
  all.nested_nested = {{{{3, {{text("q")}}}}}};
  all.dict_check2 = {{{byte_enum::orange, true}}};
  all.dict_check3 = {{{guid(), std::nullopt}}};
  all.dict_check4 = {{{4, "four"}}};
  all.nested1 = nested{6, "n"};
  all.union1 = moge_union{union_1{8}};
  return all;
}

vector_add_request request(std::uint8_t priority, contract::vector_operation op, int n,
                           float step) {
  vector_add_request r;
  r.message_id = guid();
  r.priority = priority;
  r.length = n;
  r.operation = op;
  for (int i = 1; i <= n; ++i) {
    EXPECT_TRUE(r.inline_a.push_back(static_cast<float>(i)));
    EXPECT_TRUE(r.inline_b.push_back(step * static_cast<float>(i)));
  }
  return r;
}

}  // namespace

void add_objects(checks& c) {
  c["version_1_2"] = is(version{1, 2, -1, -1});
  c["version_1_3_4_5"] = is(version{1, 3, 4, 5});
  c["struct_padded"] = is(padded{0x7f, 0x12345678});
  c["object_with_padded_struct"] = is(with_padded{9, {1, 2}, 8});
  c["struct_managed"] = is(holder<text>{"9"});
  c["nullable_struct_managed"] = is(optional<holder<holder<text>>>({{"9"}}));
  c["nullable_struct_managed_null"] = is(optional<holder<holder<text>>>());
  c["object_null"] = is(optional<holder<i32>>());
  c["object_empty"] = is(empty{});
  c["object_one_int"] = is(holder<i32>{7});
  c["object_int_string"] = is(two<i32, string>{42, "Ada"});
  two<nested, vector<i32>> with_inner;
  with_inner.a = {9, "inner"};
  with_inner.b = {1, 2, 3};
  c["object_nested"] = is(with_inner);
  c["object_mixed_scalars"] = is(mixed_scalars{true, 200, -5, -2});
  recursive r;
  r.id = std::make_unique<recursive>();
  c["object_recursive"] = is(std::move(r));
  c["object_explicit_order"] = is(two<i32, string>{7, "gap"});
  c["object_inheritance"] = is(four_ints{1, 2, 3, 4});
  c["object_all_convertable"] = is(all_of_them());
  c["union_null"] = is(optional<moge_union>());
  c["union_tag0_nullable_int"] = is(moge_union{union_1{5}});
  c["union_tag1_string"] = is(moge_union{union_2{"hello"}});
  c["union_value_null"] = is(optional<moge_union>());
  c["vt_empty"] = is(tolerant<>{});
  c["vt_null"] = is(optional<tolerant<>>());
  c["vt_int_string"] = is(tolerant<i32, string>{7, "new"});
  c["vt_null_string"] = is(tolerant<text>{});
  c["vt_len_127"] = is(tolerant<vector<std::uint8_t>>{vector<std::uint8_t>(123, 0xAA)});
  c["vector_add_request_10"] = is(request(128, contract::vector_operation::add, 10, 2));
  auto r25 = request(200, contract::vector_operation::multiply, 25, 3);
  r25.correlation_id = guid("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
  c["vector_add_request_25"] = is(r25);
  vector_add_response response;
  response.message_id = guid();
  response.correlation_id = r25.correlation_id;
  response.success = true;
  response.processed_elements = 25;
  for (int i = 1; i <= 25; ++i) {
    EXPECT_TRUE(response.inline_result.push_back(4.0F * static_cast<float>(i)));
  }
  response.processing_time_ns = 1234;
  c["vector_add_response_25"] = is(response);
}

}  // namespace golden
