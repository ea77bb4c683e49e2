// expect: gyre::link::at takes the address that its actor has
#include <gyre/gyre.hpp>

struct ping {
  int n;
};

struct shelf {
  using key = gyre::uuid;
  using handles = gyre::handles<ping>;
  void on(ping const&, auto&) {}
};

struct speaker {
  using handles = gyre::handles<ping>;
  gyre::link<shelf> to{};
  void on(ping const& m, auto& self) { self.tell(to.at(7), m); }
};

auto f(gyre::runtime& rt) { return rt.launch<speaker>("speakers"); }
