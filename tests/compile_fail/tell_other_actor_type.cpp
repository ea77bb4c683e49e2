// expect: a handler tells actors of its own kernel
#include <gyre/gyre.hpp>

struct ping {
  int n;
};

struct listener {
  using handles = gyre::handles<ping>;
  void on(ping const&, auto&) {}
};

struct speaker {
  using handles = gyre::handles<ping>;
  void on(ping const& m, auto& self) { self.tell(gyre::actor<listener>{1}, m); }
};

auto f(gyre::runtime& rt) { return rt.launch<speaker>("speakers"); }
