// expect: C# reorders the parts of an unmanaged ValueTuple
#include <gyre/wire.hpp>

struct message {
  std::tuple<std::uint8_t, int> t;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
