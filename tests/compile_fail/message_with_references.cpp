// expect: need a table and an allocator, which a kernel has not
#include <gyre/gyre.hpp>

struct node {
  static constexpr auto wire_kind = gyre::wire::kind::circular_reference;
  std::shared_ptr<node> next;
};
struct graph {
  std::shared_ptr<node> root;
};

struct reader {
  using handles = gyre::handles<graph>;
  int on(graph const&, auto&) { return 0; }
};

auto f(gyre::runtime& rt) { return rt.launch<reader>("readers"); }
