// expect: the alternatives of a union
#include <gyre/wire.hpp>

struct message {
  std::variant<int, float> v;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
