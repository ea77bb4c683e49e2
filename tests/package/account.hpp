#pragma once

#include <cstdint>

#include <gyre/kernel/handles.hpp>

struct deposit {
  std::int64_t cents = 0;
};
struct balance {
  std::int64_t cents = 0;
};

struct account {
  using handles = gyre::handles<deposit>;
  std::int64_t cents = 0;

  GYRE_FN balance on(deposit const& m, auto&) { return {cents += m.cents}; }
};
