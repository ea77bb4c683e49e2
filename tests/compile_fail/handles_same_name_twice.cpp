// expect: two messages of this actor have the same name
#include <gyre/gyre.hpp>

// A message's type travels as a hash of its name without namespaces.
namespace shop {
struct order {
  int n;
};
}  // namespace shop
namespace army {
struct order {
  int n;
};
}  // namespace army

struct clerk {
  using handles = gyre::handles<shop::order, army::order>;
  int on(shop::order const& m, auto&) { return m.n; }
  int on(army::order const& m, auto&) { return -m.n; }
};

auto f(gyre::runtime& rt) { return rt.launch<clerk>("clerks"); }
