// The loop, its rings and a real actor compile for the device: nothing here is run.

#include <cstddef>
#include <new>

#include <gyre/kernel/loop.hpp>

#include "../../examples/vector/vector_processor.hpp"

namespace {

/// The least that an engine on the device brings.
struct device_environment {
  using codec = gyre::tag8_codec<>;

  GYRE_FN static std::uint32_t lanes() { return gyre::platform::warp_lanes(); }
  GYRE_FN static std::uint32_t lane() { return gyre::platform::warp_lane(); }
  GYRE_FN void busy() {}
  GYRE_FN static bool interrupted(gyre::control_words const&) { return false; }
  template <class Ready>
  GYRE_FN void idle(std::uint64_t, Ready&&) {
    gyre::platform::pause();
  }
  GYRE_FN void ring_bell(gyre::doorbell) {}
  template <class F>
  GYRE_FN bool guard(F&& f, gyre::envelope const&) {
    f();
    return true;
  }
  GYRE_FN void bury(gyre::drop_reason, gyre::envelope const&) {}
  template <class F>
  GYRE_FN void with_scratch(std::size_t, F&& f) {
    f(scratch);
  }
  template <class... Args>
  GYRE_FN bool tell(Args const&...) {
    return false;
  }

  std::byte* scratch;
};

__global__ void run(gyre::kernel_view kernel, std::byte* scratch) {
  device_environment env{scratch};
  gyre::shard_loop<vector_processor, device_environment>(kernel, blockIdx.x, env).run();
}

}  // namespace

void launch(gyre::kernel_view const& kernel, std::byte* scratch) {
  run<<<1, 32>>>(kernel, scratch);
}
