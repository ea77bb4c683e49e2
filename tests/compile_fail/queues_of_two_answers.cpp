// expect: named queues are for an actor that answers exactly one of its messages
#include <gyre/gyre.hpp>

struct deposit {
  int cents;
};
struct withdraw {
  int cents;
};
struct balance {
  int cents;
};

struct account {
  using handles = gyre::handles<deposit, withdraw>;
  int cents = 0;
  balance on(deposit const& m, auto&) { return {cents += m.cents}; }
  balance on(withdraw const& m, auto&) { return {cents -= m.cents}; }
};

auto f(gyre::kernel<account>& bank) { return bank.requests(); }
