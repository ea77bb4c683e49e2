#include "hazard_kernels.hpp"

namespace gyre::gpu_test {
namespace {

__global__ void fill_kernel(std::uint32_t* to, std::uint32_t count, std::uint32_t value) {
  for (std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x; i < count;
       i += gridDim.x * blockDim.x) {
    to[i] = value;
  }
}

/// Another kernel, so that it is loaded by its own first launch.
__global__ void unloaded_fill_kernel(std::uint32_t* to, std::uint32_t count, std::uint32_t value) {
  for (std::uint32_t i = threadIdx.x; i < count; i += blockDim.x) to[i] = value;
}

}  // namespace

cudaError_t preload_fill() {
  cudaFuncAttributes attributes{};
  return cudaFuncGetAttributes(&attributes, fill_kernel);
}

cudaError_t fill(std::uint32_t* to, std::uint32_t count, std::uint32_t value, cudaStream_t stream) {
  fill_kernel<<<4, 128, 0, stream>>>(to, count, value);
  return cudaGetLastError();
}

cudaError_t fill_by_unloaded_kernel(std::uint32_t* to, std::uint32_t count, std::uint32_t value,
                                    cudaStream_t stream) {
  unloaded_fill_kernel<<<1, 128, 0, stream>>>(to, count, value);
  return cudaGetLastError();
}

}  // namespace gyre::gpu_test
