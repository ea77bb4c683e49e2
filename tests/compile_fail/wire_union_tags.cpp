// expect: the tags of a union must differ
#include <gyre/wire.hpp>

struct one {
  int a;
};
struct two {
  int a;
};
using message =
    gyre::wire::tagged_union<gyre::wire::alternative<1, one>, gyre::wire::alternative<1, two>>;

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
