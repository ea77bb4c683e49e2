// expect: char is not a number or a character of the format
#include <gyre/wire.hpp>

struct message {
  char c;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
