// expect: typename Actor::handles
#include <gyre/gyre.hpp>

struct tick {
  int n;
};

struct counter {
  int n = 0;
  int on(tick const& m, auto&) { return n += m.n; }
};

auto f(gyre::runtime& rt) { return rt.launch<counter>("counters"); }
