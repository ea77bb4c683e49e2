// expect: a pointer means nothing to the reader
#include <gyre/wire.hpp>

struct node {
  static constexpr auto wire_kind = gyre::wire::kind::circular_reference;
  node* parent;
};

bool f(std::span<std::byte const> in, std::shared_ptr<node>& n) {
  return static_cast<bool>(gyre::wire::decode(in, n));
}
