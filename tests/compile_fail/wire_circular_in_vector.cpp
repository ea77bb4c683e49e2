// expect: kind circular_reference has an identity, which a value has not
#include <gyre/wire.hpp>

// The first member is well; the second holds the same objects as values.
struct node {
  static constexpr auto wire_kind = gyre::wire::kind::circular_reference;
  std::shared_ptr<node> parent;
  std::vector<node> children;
};

gyre::wire::status f(std::shared_ptr<node> const& n, std::vector<std::byte>& out) {
  return gyre::wire::encode(n, out);
}
