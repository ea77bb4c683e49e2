// expect: an optional of an optional
#include <gyre/wire.hpp>

struct message {
  std::optional<std::optional<int>> v;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
