// expect: a reply is trivially destructible
#include <string>

#include <gyre/gyre.hpp>

struct question {
  int n;
};
struct answer {
  std::string text;
};

struct oracle {
  using handles = gyre::handles<question>;
  answer on(question const&, auto&) { return {"perhaps"}; }
};

auto f(gyre::runtime& rt) { return rt.launch<oracle>("oracles"); }
