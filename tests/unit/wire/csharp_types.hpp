#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <gyre/core/uuid.hpp>
#include <gyre/wire.hpp>

/// The C# types that the golden vectors were written from, as C++ sees them.
namespace csharp {

using gyre::wire::kind;

template <class T>
struct holder {
  T value{};
  friend bool operator==(holder const&, holder const&) = default;
};

template <class A, class B>
struct two {
  A a{};
  B b{};
  friend bool operator==(two const&, two const&) = default;
};

struct empty {
  friend bool operator==(empty const&, empty const&) = default;
};

struct mixed_scalars {
  bool a = false;
  std::uint8_t b = 0;
  std::int8_t c = 0;
  std::int16_t d = 0;
  friend bool operator==(mixed_scalars const&, mixed_scalars const&) = default;
};

struct padded {
  static constexpr auto wire_kind = kind::unmanaged;
  std::uint8_t a = 0;
  std::int32_t b = 0;
  friend bool operator==(padded const&, padded const&) = default;
};

struct with_padded {
  std::uint8_t x = 0;
  padded s;
  std::uint8_t y = 0;
  friend bool operator==(with_padded const&, with_padded const&) = default;
};

template <class E, std::size_t N>
struct numbers;
template <class E>
struct numbers<E, 2> {
  static constexpr auto wire_kind = kind::unmanaged;
  E a{}, b{};
  friend bool operator==(numbers const&, numbers const&) = default;
};
template <class E>
struct numbers<E, 3> {
  static constexpr auto wire_kind = kind::unmanaged;
  E a{}, b{}, c{};
  friend bool operator==(numbers const&, numbers const&) = default;
};

struct version {
  std::int32_t major = -1, minor = -1, build = -1, revision = -1;
  friend bool operator==(version const&, version const&) = default;
};

struct four_ints {
  std::int32_t a = 0, b = 0, c = 0, d = 0;
  friend bool operator==(four_ints const&, four_ints const&) = default;
};

/// class Rec { Rec Id }
struct recursive {
  std::unique_ptr<recursive> id;
  friend bool operator==(recursive const& x, recursive const& y) {
    if (!x.id || !y.id) return !x.id && !y.id;
    return *x.id == *y.id;
  }
};

template <class... Ms>
struct tolerant;
template <>
struct tolerant<> {
  static constexpr auto wire_kind = kind::version_tolerant;
  friend bool operator==(tolerant const&, tolerant const&) = default;
};
template <class A>
struct tolerant<A> {
  static constexpr auto wire_kind = kind::version_tolerant;
  A a{};
  friend bool operator==(tolerant const&, tolerant const&) = default;
};
template <class A, class B>
struct tolerant<A, B> {
  static constexpr auto wire_kind = kind::version_tolerant;
  A a{};
  B b{};
  friend bool operator==(tolerant const&, tolerant const&) = default;
};

enum class byte_enum : std::uint8_t { apple, orange, grape };
enum class ushort_enum : std::uint16_t { tokyo = 10, chiba = 100, saitama = 1000 };
enum class int_enum : std::int32_t { zero, one, two };

using text = std::optional<std::string>;
using nested = two<std::int32_t, text>;
using union_1 = holder<std::optional<std::int32_t>>;
using union_2 = holder<text>;
using moge_union = std::variant<union_1, union_2>;

/// sandbox/SandboxWebApp/Models.cs of Cysharp/MemoryPack: every type that TypeScript supports.
struct all_convertable {
  bool my_bool = false;
  std::uint8_t my_byte = 0;
  std::int8_t my_sbyte = 0;
  std::int16_t my_short = 0;
  std::int32_t my_int = 0;
  std::int64_t my_long = 0;
  std::uint16_t my_ushort = 0;
  std::uint32_t my_uint = 0;
  std::uint64_t my_ulong = 0;
  float my_float = 0;
  double my_double = 0;
  gyre::uuid my_guid;
  gyre::wire::date_time my_date;
  byte_enum my_enum1{};
  ushort_enum my_enum2{};
  std::optional<bool> null_bool;
  std::optional<std::uint8_t> null_byte;
  std::optional<std::int8_t> null_sbyte;
  std::optional<std::int16_t> null_short;
  std::optional<std::int32_t> null_int;
  std::optional<std::int64_t> null_long;
  std::optional<std::uint16_t> null_ushort;
  std::optional<std::uint32_t> null_uint;
  std::optional<std::uint64_t> null_ulong;
  std::optional<float> null_float;
  std::optional<double> null_double;
  std::optional<gyre::uuid> null_guid;
  std::optional<gyre::wire::date_time> null_date;
  std::optional<byte_enum> null_enum1;
  std::optional<ushort_enum> null_enum2;
  text my_string;
  std::optional<std::vector<std::uint8_t>> my_bytes;
  std::optional<std::vector<std::int32_t>> my_ints;
  std::optional<std::vector<text>> my_strings;
  std::optional<std::vector<std::int32_t>> my_list;
  std::optional<std::map<std::int32_t, std::int32_t>> my_dictionary;
  std::optional<std::set<std::int32_t>> my_set;
  std::optional<std::vector<std::map<std::int32_t, std::set<std::vector<text>>>>> nested_nested;
  std::optional<std::map<byte_enum, bool>> dict_check2;
  std::optional<std::map<gyre::uuid, std::optional<std::int32_t>>> dict_check3;
  std::optional<std::map<std::int32_t, text>> dict_check4;
  std::optional<nested> nested1;
  std::optional<moge_union> union1;

  friend bool operator==(all_convertable const&, all_convertable const&) = default;
};

}  // namespace csharp
