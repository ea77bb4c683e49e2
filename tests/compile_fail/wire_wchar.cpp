// expect: wchar_t differs between platforms
#include <gyre/wire.hpp>

struct message {
  wchar_t c;
};

std::size_t f(message const& m) { return gyre::wire::encoded_size(m); }
