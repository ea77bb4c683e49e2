// expect: C arrays cannot be reflected
#include <gyre/wire.hpp>

struct message {
  int a;
  int values[3];
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
