// expect: an unmanaged struct is copied as memory
#include <gyre/wire.hpp>

struct message {
  static constexpr auto wire_kind = gyre::wire::kind::unmanaged;
  std::string text;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
