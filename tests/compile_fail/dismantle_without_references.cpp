// expect: has_circular_references
#include <gyre/wire.hpp>

struct message {
  int n;
};

bool f(message& m) { return static_cast<bool>(gyre::wire::dismantle(m)); }
