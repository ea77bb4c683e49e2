#include "fuzz/wire/inputs.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include <gyre/wire.hpp>

#include "fuzz/wire/check.hpp"
#include "unit/wire/contract_messages.hpp"
#include "unit/wire/csharp_types.hpp"
#include "unit/wire/graph_types.hpp"

namespace fuzz {
namespace {

/// The views of a message borrow its bytes.
struct borrowed {
  std::string_view text;
  std::span<std::byte const> data;
  std::optional<std::string_view> maybe;
};
struct leaf_tree {
  std::int32_t id = 0;
  std::vector<leaf_tree> children;
};
struct gap {
  static constexpr auto wire_kind = wire::kind::version_tolerant;
  using wire_order = wire::order<0, 2>;
  std::int32_t a = 0;
  std::optional<std::string> c;
};
struct clocks {
  wire::date_time at;
  wire::date_time_offset offset;
  wire::date_only day;
  wire::time_only time;
  wire::decimal price;
  char32_t rune{};
  csharp::byte_enum e{};
};
struct padded_all {
  static constexpr auto wire_kind = wire::kind::unmanaged;
  bool flag = false;
  std::optional<std::int32_t> maybe;
  gyre::uuid id;
  csharp::padded in;
  double d = 0;
  std::uint8_t last = 0;
};
/// `graph::everything` without the set, whose order is that of addresses.
struct web {
  std::shared_ptr<graph::self> strong;
  std::weak_ptr<graph::self> weak;
  std::vector<std::shared_ptr<graph::self>> list;
  std::map<std::int32_t, std::shared_ptr<graph::tree>> trees;
  std::variant<graph::named, graph::tolerant> either;
  graph::tolerant versioned;
  std::unique_ptr<graph::named> owned;
  wire::grid<std::shared_ptr<graph::gap>, 2> cells;
};

/// A value to begin with, where the default has too little in it.
template <class T>
T sample_of() {
  return {};
}
template <>
std::shared_ptr<graph::self> sample_of() {
  auto last = std::make_shared<graph::self>(graph::self{2, nullptr});
  auto first = std::make_shared<graph::self>(graph::self{1, last});
  last->next = first;
  return first;
}
template <>
std::vector<std::shared_ptr<graph::tree>> sample_of() {
  auto root = std::make_shared<graph::tree>();
  root->children = {{std::make_shared<graph::tree>(), nullptr}};
  root->children->front()->parent = root;
  return {root, root->children->front(), root};
}
template <>
std::vector<std::shared_ptr<graph::diamond>> sample_of() {
  auto low = std::make_shared<graph::diamond>();
  auto middle = std::make_shared<graph::diamond>(graph::diamond{low, low});
  return {std::make_shared<graph::diamond>(graph::diamond{middle, low}), low};
}
template <>
std::vector<std::shared_ptr<graph::gap>> sample_of() {
  auto leaf = std::make_shared<graph::pure>(graph::pure{1, 2});
  return {std::make_shared<graph::gap>(graph::gap{leaf, leaf}),
          std::make_shared<graph::gap>(graph::gap{nullptr, leaf})};
}
template <>
web sample_of() {
  auto const one = sample_of<std::shared_ptr<graph::self>>();
  web w;
  w.strong = one;
  w.weak = one->next;
  w.list = {one, nullptr, one->next};
  w.trees = {{7, sample_of<std::vector<std::shared_ptr<graph::tree>>>()[0]}, {8, nullptr}};
  w.either = graph::tolerant{"t", one};
  w.versioned = {"v", one};
  w.owned = std::make_unique<graph::named>(graph::named{"n", one});
  w.cells = {{1, 2}, sample_of<std::vector<std::shared_ptr<graph::gap>>>()};
  return w;
}
template <>
leaf_tree sample_of() {
  return {1, {{2, {{3, {}}}}, {4, {}}}};
}
template <>
borrowed sample_of() {
  static constexpr std::byte data[] = {std::byte{1}, std::byte{2}};
  return {"text", data, "more"};
}
template <>
gap sample_of() {
  return {7, "seven"};
}

template <class T>
constexpr entry of(std::string_view name, form known = form::free) {
  return {name, known, &check<T>,
          [](bytes_view in) {
            owned<T> out;
            return static_cast<bool>(wire::decode(in, out.value));
          },
          [] {
            bytes out;
            owned<T> some{sample_of<T>()};
            (void)wire::encode(some.value, out);
            return out;
          }};
}

using i32 = std::int32_t;
using text = csharp::text;
using wide_union = wire::tagged_union<wire::alternative<3, csharp::union_1>,
                                      wire::alternative<249, csharp::union_2>,
                                      wire::alternative<65535, csharp::nested>>;

/// Every shape of the format. New ones go to the end: the place is an input's first byte.
constexpr std::array list{
    of<bool>("bool", form::canonical),
    of<std::uint16_t>("ushort", form::canonical),
    of<double>("double", form::canonical),
    of<gyre::uuid>("Guid", form::canonical),
    of<clocks>("clocks"),
    of<std::optional<std::int64_t>>("long?"),
    of<std::string>("string"),
    of<text>("string?"),
    of<gyre::inplace_string<16>>("inplace_string"),
    of<borrowed>("views"),
    of<std::vector<i32>>("int[]", form::canonical),
    of<std::vector<bool>>("bool[]", form::canonical),
    of<std::optional<std::vector<text>>>("string[]"),
    of<std::vector<std::optional<i32>>>("int?[]"),
    of<std::vector<std::vector<std::uint8_t>>>("byte[][]", form::canonical),
    of<std::array<double, 2>>("array", form::canonical),
    of<gyre::inplace_vector<std::uint16_t, 5>>("inplace_vector", form::canonical),
    of<std::set<i32>>("set"),
    of<std::unordered_set<std::string>>("unordered_set", form::unordered),
    of<std::map<i32, i32>>("map of unmanaged"),
    of<std::map<std::uint8_t, std::int64_t>>("map, padded"),
    of<std::map<std::string, text>>("map"),
    of<std::unordered_map<i32, csharp::nested>>("unordered_map", form::unordered),
    of<std::vector<std::pair<i32, std::string>>>("pairs"),
    of<std::pair<std::uint8_t, std::int64_t>>("KeyValuePair"),
    of<std::tuple<i32, std::string, bool>>("tuple"),
    of<csharp::four_ints>("object of ints", form::canonical),
    of<std::optional<csharp::nested>>("object?"),
    of<csharp::two<csharp::nested, std::vector<i32>>>("nested object"),
    of<csharp::mixed_scalars>("mixed scalars", form::canonical),
    of<csharp::with_padded>("object with struct"),
    of<padded_all>("unmanaged struct"),
    of<std::vector<csharp::empty>>("empty objects"),
    of<csharp::moge_union>("union"),
    of<std::optional<wide_union>>("wide union"),
    of<wire::grid<i32, 2>>("int[,]", form::canonical),
    of<std::optional<wire::grid<text, 3>>>("string[,,]"),
    of<csharp::recursive>("owned pointers"),
    of<leaf_tree>("tree"),
    of<csharp::tolerant<i32, text>>("version tolerant"),
    of<gap>("version tolerant with a gap"),
    of<std::vector<csharp::tolerant<std::vector<std::uint8_t>>>>("version tolerant[]"),
    of<csharp::all_convertable>("AllConvertableType"),
    of<contract::vector_add_request>("vector_add_request"),
    of<contract::vector_add_response>("vector_add_response"),
    of<std::shared_ptr<graph::self>>("circular"),
    of<std::vector<std::shared_ptr<graph::tree>>>("circular tree"),
    of<std::vector<std::shared_ptr<graph::diamond>>>("circular diamond"),
    of<std::vector<std::shared_ptr<graph::gap>>>("circular with a gap"),
    of<web>("circular web"),
    of<graph::everything>("circular everything", form::unordered),
};
static_assert(list.size() <= 256, "an input's first byte picks the type");

}  // namespace

std::span<entry const> entries() { return list; }

}  // namespace fuzz
