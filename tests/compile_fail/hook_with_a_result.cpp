// expect: on_deactivate would never be called
#include <gyre/gyre.hpp>

struct ping {
  int n;
};

struct account {
  using key = std::uint64_t;
  using handles = gyre::handles<ping>;
  void on(ping const&, auto&) {}
  bool on_deactivate(auto&) { return true; }
};

auto f(gyre::runtime& rt) { return rt.launch<account>("accounts"); }
