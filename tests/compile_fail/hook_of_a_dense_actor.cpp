// expect: called for keyed actors alone
#include <gyre/gyre.hpp>

struct ping {
  int n;
};

struct account {
  using handles = gyre::handles<ping>;
  void on(ping const&, auto&) {}
  void on_activate(auto&) {}
};

auto f(gyre::runtime& rt) { return rt.launch<account>("accounts"); }
