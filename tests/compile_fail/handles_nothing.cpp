// expect: an actor handles at least one message
#include <gyre/gyre.hpp>

struct tick {
  int n;
};

struct idler {
  using handles = gyre::handles<>;
};

auto f(gyre::kernel<idler>& idlers) { return idlers.tell(0, tick{1}); }
