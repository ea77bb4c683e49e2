// expect: a span can borrow only single bytes
#include <gyre/wire.hpp>

struct message {
  std::span<float const> values;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
