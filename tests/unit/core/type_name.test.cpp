#include <cstdint>
#include <string_view>

#include <gtest/gtest.h>

#include <gyre/core/type_name.hpp>

namespace named {

struct order {};

namespace inner {
struct order {};
template <class T>
struct box {};
template <class T, class U>
struct pair {};
enum class colour { red };
}  // namespace inner

struct outer {
  struct part {};
};

struct renamed_since {
  static constexpr std::string_view gyre_name = "TradeRequest";
};

struct literal_name {
  static constexpr char const* gyre_name = "Literal";
};

}  // namespace named

namespace gyre {
namespace {

TEST(type_name, namespaces_do_not_show) {
  static_assert(type_name<named::order>() == "order");
  static_assert(type_name<named::inner::order>() == "order");
  static_assert(type_name<named::inner::colour>() == "colour");
  static_assert(type_name<named::outer::part>() == "part");
  EXPECT_EQ(type_name<double>(), "double");
  EXPECT_EQ(type_name<int>(), "int");
}

struct local {};

TEST(type_name, unnamed_namespace_does_not_show) { EXPECT_EQ(type_name<local>(), "local"); }

// Only the template's own namespaces go: cutting at the last "::" would leave "order>".
TEST(type_name, arguments_of_a_template_are_not_taken_for_its_namespace) {
  EXPECT_EQ(type_name<named::inner::box<int>>(), "box<int>");
  std::string_view const name = type_name<named::inner::box<named::order>>();
  EXPECT_EQ(name.substr(0, 4), "box<") << name;
  EXPECT_EQ(name.back(), '>') << name;
  std::string_view const two = type_name<named::inner::pair<named::order, named::inner::order>>();
  EXPECT_EQ(two.substr(0, 5), "pair<") << two;
}

TEST(type_name, stated_name_outlives_a_rename) {
  static_assert(type_name<named::renamed_since>() == "TradeRequest");
  static_assert(type_name<named::literal_name>() == "Literal");
  EXPECT_EQ(type_id_of<named::renamed_since>, detail::fnv1a("TradeRequest") | 1U);
}

TEST(type_name, enclosing_type_is_left_out_as_a_namespace_is) {
  EXPECT_EQ(type_name<named::outer>(), "outer");
  EXPECT_EQ(type_name<named::outer::part>(), "part");
}

// From the published test vectors: a hash that drifts would no longer agree with another build's.
TEST(type_id, hash_is_fnv1a_and_nothing_else) {
  EXPECT_EQ(detail::fnv1a(""), 0xCBF29CE484222325ULL);
  EXPECT_EQ(detail::fnv1a("a"), 0xAF63DC4C8601EC8CULL);
  EXPECT_EQ(detail::fnv1a("foobar"), 0x85944171F73967E8ULL);
}

TEST(type_id, is_never_zero_and_differs_by_name) {
  static_assert(type_id_of<named::order> != 0);
  static_assert((type_id_of<named::order> & 1U) == 1);
  EXPECT_NE(type_id_of<named::order>, type_id_of<named::outer>);
  EXPECT_NE(type_id_of<named::inner::box<int>>, type_id_of<named::inner::box<double>>);
  EXPECT_EQ(type_id_of<named::order>, type_id_of<named::inner::order>)
      << "the name is the identity";
}

}  // namespace
}  // namespace gyre
