// expect: the actor does not handle this message
#include <gyre/gyre.hpp>

struct ping {
  int n;
};
struct pong {
  int n;
};

struct speaker {
  using handles = gyre::handles<ping>;
  void on(ping const& m, auto& self) { self.tell(self.self(), pong{m.n}); }
};

auto f(gyre::runtime& rt) { return rt.launch<speaker>("speakers"); }
