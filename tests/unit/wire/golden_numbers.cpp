#include <cstdint>

#include "csharp_types.hpp"
#include "golden_checks.hpp"

namespace golden {

using namespace csharp;
using std::optional;
using std::string;
using std::vector;
using i32 = std::int32_t;
using i64 = std::int64_t;

void add_numbers(checks& c) {
  c["bool_true"] = is(true);
  c["bool_false"] = is(false);
  c["byte_200"] = is(std::uint8_t{200});
  c["sbyte_-5"] = is(std::int8_t{-5});
  c["short_-2"] = is(std::int16_t{-2});
  c["ushort_65535"] = is(std::uint16_t{65535});
  c["int_42"] = is(42);
  c["int_min"] = is(i32{INT32_MIN});
  c["long_-1234567890123"] = is(i64{-1234567890123});
  c["ulong_max"] = is(std::uint64_t{UINT64_MAX});
  c["float_1.5"] = is(1.5F);
  c["char_A"] = is(u'A');
  c["half_1.5"] = is(wire::half{0x3e00});
  c["int128_neg"] = is(wire::int128{0x3c8c1f11b1c0f52eULL, static_cast<i64>(0xfffffffe7116f009)});
  c["uint128_max"] = is(wire::uint128{UINT64_MAX, UINT64_MAX});
  c["rune_1F600"] = is(U'\U0001F600');
  c["enum_byte"] = is(byte_enum::grape);
  c["enum_byte_expert"] = is(static_cast<byte_enum>(7));
  c["enum_int"] = is(int_enum::two);
  c["guid"] = is(guid());
  c["datetime_unspecified"] = is(wire::date_time{0x08dc0b3f7b2734e0ULL});
  c["datetime_unix_epoch"] = is(
      wire::date_time::of(wire::date_time::unix_epoch_ticks, wire::date_time::zone::unspecified));
  c["datetime_utc"] = is(wire::date_time::from_unix_nanos(1704164645678000000));
  c["datetime_utc_638e15"] =
      is(wire::date_time::of(638000000000000000, wire::date_time::zone::utc));
  c["timespan"] = is(wire::time_span{123456789});
  c["datetimeoffset_plus5_30"] = is(wire::date_time_offset{330, 0x08db356de30c5200ULL});
  c["datetimeoffset_minus5"] = is(wire::date_time_offset{-300, 0x08dc0b696395c880ULL});
  c["dateonly"] = is(wire::date_only{738614});
  c["timeonly"] = is(wire::time_only{220280000000});
  c["decimal_123456789.0123"] = is(wire::decimal{4U << 16U, 0, 1234567890123});
  c["decimal_-1.5"] = is(wire::decimal{0x80010000U, 0, 15});
  c["complex"] = is(numbers<double, 2>{1.5, -2.25});
  c["vector3"] = is(numbers<float, 3>{1, 2, 3});
}

void add_nullables(checks& c) {
  c["nullable_bool_true"] = is(optional<bool>(true));
  c["nullable_bool_false"] = is(optional<bool>(false));
  c["nullable_bool_null"] = is(optional<bool>());
  c["nullable_short_-2"] = is(optional<std::int16_t>(-2));
  c["nullable_int_1234"] = is(optional<i32>(1234));
  c["nullable_int_null"] = is(optional<i32>());
  c["nullable_long_5"] = is(optional<i64>(5));
  c["nullable_long_null"] = is(optional<i64>());
  c["nullable_float_1.5"] = is(optional<float>(1.5F));
  c["nullable_guid"] = is(optional<gyre::uuid>(guid()));
  c["nullable_datetime"] = is(optional(wire::date_time{0x08dc0b3f7b2734e0ULL}));
  c["nullable_decimal"] = is(optional(wire::decimal{0x80010000U, 0, 15}));
  c["string_null"] = is(text());
  c["string_empty"] = is(text(""));
  c["string_ascii"] = is(text("hello"));
  c["string_unicode"] = is(string("héllo 🌍"));
  c["string_utf16_abc"] = reads_as(string("abc"));
  c["string_utf8_unknown_len"] = reads_as(string("abc"));
  c["stringbuilder"] = reads_as(string("hello builder"));
  c["uri"] = is(string("https://example.com/a?q=1"));
  c["cultureinfo"] = is(gyre::inplace_string<8>::truncated("en-US"));
}

}  // namespace golden
