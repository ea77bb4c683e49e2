// expect: calling a __host__ function\("gyre::wire::status gyre::wire::decode
#include <gyre/wire.hpp>

// Objects with references need a table and an allocator: they are read on the host.
struct node {
  static constexpr auto wire_kind = gyre::wire::kind::circular_reference;
  std::shared_ptr<node> next;
};

__global__ void read(std::byte const* in, std::size_t size, std::shared_ptr<node>* out) {
  if (!gyre::wire::decode(std::span<std::byte const>(in, size), *out)) __trap();
}
