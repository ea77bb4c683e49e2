// expect: understands
#include <gyre/gyre.hpp>

struct deposit {
  int cents;
};
struct withdraw {
  int cents;
};

struct account {
  using handles = gyre::handles<deposit>;
  int cents = 0;
  int on(deposit const& m, auto&) { return cents += m.cents; }
};

auto f(gyre::kernel<account>& bank) { return bank.tell(42, withdraw{5}); }
