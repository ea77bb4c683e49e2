// expect: is_default_constructible
#include <gyre/gyre.hpp>

struct tick {
  int n;
};

// A million of them are made at the launch, from nothing.
struct counter {
  using handles = gyre::handles<tick>;
  explicit counter(int from) : n(from) {}
  int n;
  int on(tick const& m, auto&) { return n += m.n; }
};

auto f(gyre::runtime& rt) { return rt.launch<counter>("counters"); }
