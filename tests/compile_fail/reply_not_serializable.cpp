// expect: a message is a plain aggregate of scalars
#include <gyre/gyre.hpp>

struct question {
  int n;
};
struct answer {
  int* where;
};

struct oracle {
  using handles = gyre::handles<question>;
  answer on(question const&, auto&) { return {nullptr}; }
};

auto f(gyre::runtime& rt) { return rt.launch<oracle>("oracles"); }
