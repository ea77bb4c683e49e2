#pragma once

#include <gyre/core/type_name.hpp>
#include <gyre/engine/cuda/program.hpp>
#include <gyre/engine/cuda/warp.hpp>
#include <gyre/kernel/block/block.hpp>
#include <gyre/kernel/context.hpp>

#if defined(__CUDACC__)

namespace gyre::detail {

/// Threads of a block: control, the two that bring messages, and at most `greatest_workers`.
inline constexpr unsigned greatest_block_threads =
    (1 + block::sources + block::greatest_workers) * 32;

/// The ring kernel of one actor type: a block for each shard. Launched cooperatively, so that all
/// blocks are resident together. `view` lies in the device's memory.
template <class Actor>
__global__ void __launch_bounds__(greatest_block_threads, 1) ring_kernel(blocks_view const* view) {
  extern __shared__ __align__(16) unsigned char memory[];
  auto& shared = *reinterpret_cast<block::shared_block*>(memory);
  for (unsigned i = threadIdx.x; i < sizeof(block::shared_block) / 4; i += blockDim.x) {
    reinterpret_cast<unsigned*>(memory)[i] = 0;
  }
  __syncthreads();
  if (threadIdx.x == 0) block::initialise(shared, view->blocks[blockIdx.x].rest);
  __syncthreads();
  cuda_warp warp;
  run_block<Actor>(warp, threadIdx.x / cuda_warp::lanes, shared, *view, blockIdx.x);
}

}  // namespace gyre::detail

#endif

namespace gyre {

/// Says that an actor may live on the device, in the file that nvcc compiles for it:
/// `static gyre::on_device<account> const account_on_device;`. Compiled without CUDA it does
/// nothing, and the actor lives on the cpu engine.
template <actor_type Actor>
struct on_device {
  on_device() {
#if defined(__CUDACC__)
    add_cuda_program({type_name<Actor>(), gyre::detail::spelled_name<Actor>(),
                      reinterpret_cast<void const*>(&detail::ring_kernel<Actor>),
                      sizeof(block::shared_block)});
#endif
  }
};

}  // namespace gyre
