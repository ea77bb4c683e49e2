// expect: an enum needs an underlying type
#include <gyre/wire.hpp>

enum colour { red, green };
struct message {
  colour c;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
