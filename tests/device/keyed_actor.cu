// Keyed actors without and with `on_activate` and `on_deactivate`. Without them, nvcc once compiled
// the calls none the less. Nothing here is run.

#include <cstdint>

#include <gyre/engine/cuda/on_device.hpp>

namespace {

struct charge {
  std::int64_t cents = 0;
};

struct plain_card {
  using key = std::uint64_t;
  using handles = gyre::handles<charge>;
  std::int64_t cents = 0;

  GYRE_FN std::int64_t on(charge const& m, auto&) { return cents += m.cents; }
};

struct card_with_hooks : plain_card {
  std::uint32_t begun = 0;
  std::uint32_t rested = 0;

  GYRE_FN void on_activate(auto&) { ++begun; }
  GYRE_FN void on_deactivate(auto&) { ++rested; }
};

gyre::on_device<plain_card> const plain_on_device;
gyre::on_device<card_with_hooks> const hooks_on_device;

}  // namespace
