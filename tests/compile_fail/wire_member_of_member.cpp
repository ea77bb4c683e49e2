// expect: a pointer means nothing to the reader
#include <gyre/wire.hpp>

struct inner {
  void* p;
};
struct message {
  std::vector<std::optional<inner>> deep;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
