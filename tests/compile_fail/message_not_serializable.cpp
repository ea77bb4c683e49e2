// expect: a message is a plain aggregate of scalars
#include <gyre/gyre.hpp>

// An address of this process means nothing where the kernel runs.
struct note {
  char const* text;
};

struct reader {
  using handles = gyre::handles<note>;
  int on(note const&, auto&) { return 0; }
};

auto f(gyre::runtime& rt) { return rt.launch<reader>("readers"); }
