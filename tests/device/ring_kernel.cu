// The ring kernel of an actor as nvcc makes it, and its roles each alone, so that a script can look
// at their code (tests/codegen/ring_kernel.py). Nothing here is run.

#include <cstdint>

#include <gyre/engine/cuda/on_device.hpp>

namespace {

struct deposit {
  std::int64_t cents = 0;
};
struct withdraw {
  std::int64_t cents = 0;
};
struct balance {
  std::int64_t cents = 0;
};

struct account {
  using handles = gyre::handles<deposit, withdraw>;
  std::int64_t cents = 0;

  GYRE_FN balance on(deposit const& m, auto&) { return {cents += m.cents}; }
  GYRE_FN gyre::reply<balance> on(withdraw const& m, auto& self) {
    if (m.cents > cents) return self.reject(1, cents);
    return balance{cents -= m.cents};
  }
};

// Both compilers spell a type's name alike: messages are told apart by a hash of it.
static_assert(gyre::type_name<deposit>() == "deposit");

gyre::on_device<account> const account_on_device;

}  // namespace

using gyre::cuda_warp;

extern "C" __global__ void ingress_alone(gyre::block::shared_block* shared,
                                         gyre::blocks_view const* view) {
  cuda_warp warp;
  gyre::block::ingress<cuda_warp>(warp, *shared, *view, blockIdx.x, gyre::block::from_host).run();
}

extern "C" __global__ void worker_alone(gyre::block::shared_block* shared,
                                        gyre::blocks_view const* view) {
  cuda_warp warp;
  gyre::block::worker<account, cuda_warp>(warp, *shared, *view, blockIdx.x, threadIdx.x / 32).run();
}

extern "C" __global__ void control_alone(gyre::block::shared_block* shared,
                                         gyre::blocks_view const* view) {
  cuda_warp warp;
  gyre::block::control<cuda_warp>(warp, *shared, *view, blockIdx.x).run();
}
