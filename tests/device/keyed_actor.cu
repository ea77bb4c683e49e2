// A keyed actor without `on_activate` and `on_deactivate`: nvcc once compiled the calls none the
// less. Nothing here is run.

#include <cstdint>

#include <gyre/engine/cuda/on_device.hpp>

namespace {

struct charge {
  std::int64_t cents = 0;
};

struct card {
  using key = std::uint64_t;
  using handles = gyre::handles<charge>;
  std::int64_t cents = 0;

  GYRE_FN std::int64_t on(charge const& m, auto&) { return cents += m.cents; }
};

gyre::on_device<card> const cards_on_device;

}  // namespace
