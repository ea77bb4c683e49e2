#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <cuda_runtime.h>

#include <gyre/engine/engine.hpp>
#include <gyre/kernel/block/view.hpp>

#include "device.hpp"

namespace gyre::cuda {

/// What one resident kernel holds on the device. Given back when the kernel has left it; one that
/// does not leave keeps it, for as long as the process lives.
struct residence {
  kernel_view host{};                ///< As the host sees it.
  std::vector<block_view> blocks;    ///< With addresses on the device.
  std::vector<memory_block> memory;  ///< Of the device.
  cudaStream_t stream = nullptr;
  kernel_listener* listener = nullptr;
  std::uint32_t multiprocessors = 0;
  /// Set by whoever first sees that the device has failed.
  std::atomic<bool> failed{false};

  /// Whether the kernel is gone: it ended, or the device failed. Any thread.
  [[nodiscard]] bool gone();
};

/// The kernel's handle on the device. `left` is called once, when the residence is given back.
[[nodiscard]] std::unique_ptr<resident_kernel> make_resident(
    std::shared_ptr<residence> where, std::shared_ptr<void> keeper,
    void (*left)(void* keeper, residence& where) noexcept);

}  // namespace gyre::cuda
