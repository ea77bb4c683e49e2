// What a language cannot say is an error that names the member and the reason: never other output.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/wire.hpp>

namespace {

namespace wire = gyre::wire;
using wire::kind;

template <class T>
struct of {
  static constexpr std::string_view wire_name = "holder";
  T value{};
};
struct raw {
  static constexpr auto wire_kind = kind::unmanaged;
  std::int32_t a = 0;
};
struct tolerant {
  static constexpr auto wire_kind = kind::version_tolerant;
  std::int32_t a = 0;
};
struct circular {
  static constexpr auto wire_kind = kind::circular_reference;
  std::shared_ptr<circular> a;
};
enum class wide : std::uint64_t { none };

std::string error_of(gyre::result<std::string> const& r) {
  EXPECT_FALSE(r.has_value()) << *r;
  if (r) return {};
  EXPECT_EQ(r.error().code, gyre::errc::unsupported);
  return r.error().context;
}
template <class T>
std::string typescript() {
  return error_of(wire::typescript_declaration<T>());
}
template <class T>
std::string csharp() {
  return error_of(wire::csharp_declaration<T>());
}
/// The same for a member of this type.
template <class T>
std::string typescript_member() {
  std::string const text = typescript<of<T>>();
  constexpr std::string_view begin = "TypeScript cannot say holder.value: ";
  EXPECT_TRUE(text.starts_with(begin)) << text;
  return text.substr(text.starts_with(begin) ? begin.size() : 0);
}
template <class T>
std::string csharp_member() {
  std::string const text = csharp<of<T>>();
  constexpr std::string_view begin = "C# cannot say holder.value: ";
  EXPECT_TRUE(text.starts_with(begin)) << text;
  return text.substr(text.starts_with(begin) ? begin.size() : 0);
}

TEST(schema_refusals, typescript_says_only_what_its_profile_has) {
  EXPECT_EQ(typescript_member<raw>(), "an unmanaged struct; make it an object");
  EXPECT_EQ(typescript_member<std::vector<raw>>(), "an unmanaged struct; make it an object");
  EXPECT_EQ(typescript_member<std::optional<raw>>(), "an unmanaged struct; make it an object");
  EXPECT_EQ(typescript_member<tolerant>(), "a version-tolerant object");
  EXPECT_EQ(typescript_member<std::shared_ptr<circular>>(), "a circular reference");
  EXPECT_EQ(typescript_member<wide>(), "an enum of 64 bits");
  EXPECT_EQ(typescript_member<std::set<wide>>(), "an enum of 64 bits");
  EXPECT_EQ(typescript_member<char16_t>(), "a character; use a string");
  EXPECT_EQ(typescript_member<char32_t>(), "a character; use a string");
  EXPECT_EQ(typescript_member<wire::decimal>(), "it has no type decimal");
  EXPECT_EQ(typescript_member<wire::time_span>(), "it has no type time_span");
  EXPECT_EQ(typescript_member<wire::date_only>(), "it has no type date_only");
  EXPECT_EQ(typescript_member<wire::time_only>(), "it has no type time_only");
  EXPECT_EQ(typescript_member<wire::date_time_offset>(), "it has no type date_time_offset");
  EXPECT_EQ(typescript_member<wire::half>(), "it has no type half");
  EXPECT_EQ(typescript_member<wire::int128>(), "it has no type int128");
  EXPECT_EQ(typescript_member<wire::uint128>(), "it has no type uint128");
  EXPECT_EQ((typescript_member<std::pair<std::int32_t, std::string>>()), "a tuple; use an object");
  EXPECT_EQ((typescript_member<std::tuple<std::string>>()), "a tuple; use an object");
  EXPECT_EQ((typescript_member<wire::grid<float, 2>>()),
            "an array of several dimensions; use one, and its extents");
  EXPECT_EQ(typescript<raw>(), "TypeScript cannot say raw: an unmanaged struct; make it an object");
  EXPECT_EQ(typescript<tolerant>(), "TypeScript cannot say tolerant: a version-tolerant object");
  EXPECT_EQ(typescript<circular>(), "TypeScript cannot say circular: a circular reference");
  EXPECT_EQ(typescript<wide>(), "TypeScript cannot say wide: an enum of 64 bits");
  EXPECT_EQ((typescript<std::variant<of<bool>, tolerant>>()),
            "TypeScript cannot say tolerant: a version-tolerant object");
}

TEST(schema_refusals, typescript_maps_whose_entries_csharp_pads) {
  using gyre::uuid;
  using std::int32_t;
  using std::int64_t;
  using std::map;
  using std::optional;
  using std::uint8_t;
  std::string const padded = "a map whose entries C# pads: ";
  EXPECT_EQ((typescript_member<map<int32_t, int64_t>>()),
            padded + "int32 and int64 differ in alignment");
  EXPECT_EQ((typescript_member<map<uint8_t, int32_t>>()),
            padded + "uint8 and int32 differ in alignment");
  EXPECT_EQ((typescript_member<map<int64_t, bool>>()),
            padded + "int64 and bool differ in alignment");
  EXPECT_EQ((typescript_member<map<int32_t, optional<int64_t>>>()),
            padded + "int32 and optional differ in alignment");
  EXPECT_EQ((typescript_member<std::vector<map<bool, float>>>()),
            padded + "bool and float32 differ in alignment");
  // 16 bytes and 8 leave no gap; nor does what is no memory in C#.
  EXPECT_TRUE((wire::typescript_declaration<of<map<uuid, int64_t>>>().has_value()));
  EXPECT_TRUE((wire::typescript_declaration<of<map<std::string, int64_t>>>().has_value()));
}

TEST(schema_refusals, csharp_keys_are_not_null_and_tuples_have_an_end) {
  EXPECT_EQ((csharp_member<std::map<std::optional<std::int32_t>, bool>>()),
            "the key of a Dictionary is never null");
  using text = std::string;
  EXPECT_EQ((csharp_member<std::tuple<text, text, text, text, text, text, text, text>>()),
            "a tuple has 1 to 7 parts");
}

struct two_names {
  std::int32_t a_b = 0;
  std::int32_t aB = 0;
};
struct version {
  std::int32_t version_ = 0;
};
struct constructor_member {
  std::int32_t constructor = 0;
};
struct serialize_member {
  std::int32_t serialize = 0;
};
struct no_letter {
  std::int32_t _1 = 0;
};
struct guid {
  std::int32_t a = 0;
};
struct date_time_like {
  static constexpr std::string_view gyre_name = "Map";
  std::int32_t a = 0;
};
template <class T>
struct instance {
  T a{};
};
namespace other {
struct raw {
  std::int32_t b = 0;
};
}  // namespace other

TEST(schema_refusals, names_that_another_language_cannot_have) {
  EXPECT_EQ(csharp<two_names>(),
            "C# cannot say two_names.aB: there are two members AB; state other names in "
            "`wire_names`");
  EXPECT_EQ(typescript<two_names>(),
            "TypeScript cannot say two_names.aB: there are two members aB; state other names in "
            "`wire_names`");
  EXPECT_EQ(csharp<version>(),
            "C# cannot say version.version_: Version is taken there; state another name in "
            "`wire_names`");
  EXPECT_EQ(csharp<serialize_member>(),
            "C# cannot say serialize_member.serialize: Serialize is taken there; state another "
            "name in `wire_names`");
  EXPECT_EQ(typescript<constructor_member>(),
            "TypeScript cannot say constructor_member.constructor: constructor is taken there; "
            "state another name in `wire_names`");
  EXPECT_EQ(csharp<no_letter>(),
            "C# cannot say no_letter._1: it has no name there; state one in `wire_names`");
  EXPECT_EQ(csharp<guid>(),
            "C# cannot say guid: Guid is a type there already; state another name as `wire_name`");
  EXPECT_EQ(typescript<date_time_like>(),
            "TypeScript cannot say Map: Map is a type there already; state another name as "
            "`wire_name`");
  EXPECT_EQ(csharp<instance<bool>>(),
            "C# cannot say instance<bool>: it has no name there; state one as `wire_name`");
  EXPECT_EQ(csharp<std::int32_t>(),
            "C# cannot say int: there is nothing to declare: no struct, enum or union");
  std::string const twice = error_of(wire::csharp_declaration(wire::schema_of<raw, other::raw>()));
  EXPECT_TRUE(twice.starts_with("C# cannot say raw: it is called Raw, as is ")) << twice;
}

struct odd_defaults {
  gyre::uuid id{{1}};
};
struct odd_list {
  std::vector<std::int32_t> list{1};
};

TEST(schema_refusals, new_objects_that_another_language_would_not_have) {
  std::string const why = ": the value that it has in a new object";
  EXPECT_EQ(csharp<odd_defaults>(), "C# cannot say odd_defaults.id" + why);
  EXPECT_EQ(typescript<odd_list>(), "TypeScript cannot say odd_list.list" + why);
  EXPECT_NE(wire::schema_text<odd_list>().find("int32[] = …"), std::string::npos);
}

}  // namespace
