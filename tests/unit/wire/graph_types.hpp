#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <gyre/wire.hpp>

/// Objects that refer to one another: C# classes of GenerateType.CircularReference.
namespace graph {

using gyre::wire::kind;

/// class Self { int Value; Self Next; }
struct self {
  static constexpr auto wire_kind = kind::circular_reference;
  std::int32_t value = 0;
  std::shared_ptr<self> next;
};

/// class Pure { int A; ulong B; }
struct pure {
  static constexpr auto wire_kind = kind::circular_reference;
  std::int32_t a = 0;
  std::uint64_t b = 0;
};

/// class Node { Node Parent; Node[] Children; }, with the parent not owned.
struct tree {
  static constexpr auto wire_kind = kind::circular_reference;
  std::weak_ptr<tree> parent;
  std::optional<std::vector<std::shared_ptr<tree>>> children;
};

/// Slot 1 was removed.
struct gap {
  static constexpr auto wire_kind = kind::circular_reference;
  using wire_order = gyre::wire::order<0, 2>;
  std::shared_ptr<pure> first;
  std::shared_ptr<pure> last;
};

/// What `gap` was in an older version.
struct old_gap {
  static constexpr auto wire_kind = kind::circular_reference;
  std::shared_ptr<pure> first;
};

/// Two ways to the next.
struct diamond {
  static constexpr auto wire_kind = kind::circular_reference;
  std::shared_ptr<diamond> left;
  std::shared_ptr<diamond> right;
};

/// Has the address of another object, which is not a member on the wire.
struct wrapper {
  static constexpr auto wire_kind = kind::circular_reference;
  pure inner;
  std::int32_t n = 0;
  using wire_members = gyre::wire::members<&wrapper::n>;
};

/// A plain object, a version-tolerant one and each container, with references inside.
struct tolerant {
  static constexpr auto wire_kind = kind::version_tolerant;
  std::string name;
  std::shared_ptr<self> one;
};
struct named {
  std::string name;
  std::shared_ptr<self> one;
};
struct everything {
  std::shared_ptr<self> strong;
  std::weak_ptr<self> weak;
  std::vector<std::shared_ptr<self>> list;
  std::array<std::shared_ptr<pure>, 2> pair;
  std::map<std::int32_t, std::shared_ptr<self>> by_number;
  std::optional<std::map<std::string, std::vector<std::shared_ptr<pure>>>> by_name;
  std::set<std::shared_ptr<pure>> unordered;
  std::tuple<std::string, std::shared_ptr<self>> both;
  std::variant<named, tolerant> either;
  gyre::wire::tagged_union<gyre::wire::alternative<7, named>,
                           gyre::wire::alternative<300, tolerant>>
      wide;
  std::unique_ptr<named> owned;
  gyre::wire::grid<std::shared_ptr<pure>, 2> cells;
  tolerant versioned;
  std::int32_t last = 0;
};

static_assert(gyre::wire::serializable<everything>);

}  // namespace graph
