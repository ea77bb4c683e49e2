// expect: not an aggregate
#include <gyre/wire.hpp>

struct message {
  explicit message(int v) : a(v) {}
  int a;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
