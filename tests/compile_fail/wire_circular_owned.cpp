// expect: kind circular_reference has an identity, which a value has not
#include <gyre/wire.hpp>

struct node {
  static constexpr auto wire_kind = gyre::wire::kind::circular_reference;
  std::unique_ptr<node> next;
};

std::size_t f(std::shared_ptr<node> const& n) { return gyre::wire::encoded_size(n); }
