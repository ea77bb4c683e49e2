// nvcc -O3 -std=c++20 -arch=native egress.cu -o egress && ./egress
//
// Lines of 64 bytes that warps store to pinned host memory, eight lanes to a line and a tagged word
// each, as replies are written: against how many multiprocessors have such a warp.

#include "floor.cuh"

namespace {

using namespace gyre_floor;

constexpr std::uint64_t run_ns = 200'000'000;
constexpr std::uint32_t lines_each = 1024;

struct outcome {
  std::uint64_t lines;
  std::uint64_t ns;
};

/// One block, of one warp, for each multiprocessor; each writes lines of its own.
__global__ void post(std::uint64_t* to, outcome* out) {
  std::uint64_t* const mine = to + std::uint64_t{blockIdx.x} * lines_each * 8;
  std::uint64_t const begin = now_ns();
  std::uint64_t now = begin;
  std::uint64_t done = 0;
  while (__any_sync(0xFFFFFFFFU, now - begin < run_ns)) {
    for (int i = 0; i < 64; ++i) {
      std::uint64_t const line = (done + threadIdx.x / 8) % lines_each;
      store_sys(mine + line * 8 + threadIdx.x % 8, done << 8 | (done / lines_each & 0xFF));
      done += 4;
    }
    now = now_ns();
  }
  __threadfence_system();
  if (threadIdx.x == 0) out[blockIdx.x] = {done, now_ns() - begin};
}

}  // namespace

int main() {
  auto const device = take_device();
  unsigned const all = static_cast<unsigned>(device.multiProcessorCount);
  auto* const region = pinned<std::uint64_t>(std::size_t{all} * lines_each * 8);
  auto* const out = pinned<outcome>(all);
  // So much shared memory that two blocks never share a multiprocessor.
  int const memory = static_cast<int>(device.sharedMemPerBlockOptin);
  check(cudaFuncSetAttribute(post, cudaFuncAttributeMaxDynamicSharedMemorySize, memory),
        "shared memory");
  std::vector<unsigned> counts;
  for (unsigned n = 1; n < all; n *= 2) counts.push_back(n);
  counts.push_back(all);
  for (unsigned const blocks : counts) {
    post<<<blocks, 32, static_cast<std::size_t>(memory)>>>(region, out);
    finish("post");
    double lines = 0;
    double longest = 0;
    for (unsigned i = 0; i < blocks; ++i) {
      lines += static_cast<double>(out[i].lines);
      longest = std::max(longest, static_cast<double>(out[i].ns));
    }
    figure("floor.egress.multiprocessors_" + std::to_string(blocks), "1/s")
        .with("lines_of_64_bytes", lines * 1e9 / longest)
        .with("GB_a_second", lines * 64 / longest)
        .print();
  }
}
