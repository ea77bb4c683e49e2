// expect: no such number in the format
#include <gyre/wire.hpp>

struct message {
  long double x;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
