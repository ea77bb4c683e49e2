// expect: is_trivially_copyable
#include <string>

#include <gyre/gyre.hpp>

struct change {
  int id;
};

// The state lives where the kernel runs: nobody moves a string's characters there.
struct customer {
  using handles = gyre::handles<change>;
  std::string name;
  int on(change const& m, auto&) { return m.id; }
};

auto f(gyre::runtime& rt) { return rt.launch<customer>("customers"); }
