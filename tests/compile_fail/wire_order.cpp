// expect: wire_order must be ascending
#include <gyre/wire.hpp>

struct message {
  static constexpr auto wire_kind = gyre::wire::kind::version_tolerant;
  using wire_order = gyre::wire::order<2, 1>;
  int a;
  int b;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
