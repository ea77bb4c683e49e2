// expect: an optional of an optional has one null too many
#include <gyre/wire.hpp>

struct node {
  static constexpr auto wire_kind = gyre::wire::kind::circular_reference;
  std::shared_ptr<node> next;
};

std::size_t f(std::optional<std::shared_ptr<node>> const& n) { return gyre::wire::encoded_size(n); }
