// expect: std::shared_ptr and std::weak_ptr hold structs of kind circular_reference
#include <gyre/wire.hpp>

// A plain C# class has no identity on the wire: a shared one would arrive twice.
struct part {
  int n;
};
struct message {
  std::shared_ptr<part> left;
  std::shared_ptr<part> right;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
