// expect: that it has no handler for
#include <gyre/gyre.hpp>

struct ping {
  int n;
};

struct account {
  using handles = gyre::handles<ping>;
  void on(ping const&) {}
};

auto f(gyre::runtime& rt) { return rt.launch<account>("accounts"); }
