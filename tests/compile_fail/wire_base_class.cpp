// expect: base classes cannot be reflected
#include <gyre/wire.hpp>

struct base {
  int a;
};
struct message : base {
  int b;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
