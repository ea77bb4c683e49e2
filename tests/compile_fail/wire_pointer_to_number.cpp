// expect: what std::unique_ptr points to
#include <gyre/wire.hpp>

struct message {
  std::unique_ptr<int> p;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
