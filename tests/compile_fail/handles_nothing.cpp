// expect: an actor handles at least one message
#include <gyre/gyre.hpp>

struct idler {
  using handles = gyre::handles<>;
};

auto f(gyre::runtime& rt) { return rt.launch<idler>("idlers"); }
