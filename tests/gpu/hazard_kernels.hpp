#pragma once

#include <cstdint>

#include <cuda_runtime.h>

namespace gyre::gpu_test {

/// Loads the code of `fill`, so that its first launch need not.
[[nodiscard]] cudaError_t preload_fill();
/// Writes `value` to `count` words of device memory, or of mapped memory, in the stream's order.
[[nodiscard]] cudaError_t fill(std::uint32_t* to, std::uint32_t count, std::uint32_t value,
                               cudaStream_t stream);
/// The same by a kernel that nothing has loaded.
[[nodiscard]] cudaError_t fill_by_unloaded_kernel(std::uint32_t* to, std::uint32_t count,
                                                  std::uint32_t value, cudaStream_t stream);

}  // namespace gyre::gpu_test
