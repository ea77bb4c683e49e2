// expect: that it has no handler for
#include <gyre/gyre.hpp>

struct ping {
  int n;
};

class account {
 public:
  using handles = gyre::handles<ping>;

 private:
  void on(ping const&, auto&) {}
};

auto f(gyre::runtime& rt) { return rt.launch<account>("accounts"); }
