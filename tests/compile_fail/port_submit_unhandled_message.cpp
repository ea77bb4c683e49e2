// expect: understands
#include <gyre/gyre.hpp>

struct question {
  int n;
};

struct oracle {
  using handles = gyre::handles<question>;
  int on(question const& m, auto&) { return m.n; }
};

auto f(gyre::port<oracle>& port) { return port.submit(0, 7); }
