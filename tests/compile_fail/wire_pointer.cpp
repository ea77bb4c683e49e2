// expect: a pointer means nothing to the reader
#include <gyre/wire.hpp>

struct message {
  int* p;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
