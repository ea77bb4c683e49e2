// nvcc -O3 -std=c++20 -arch=native fetch_depth.cu -o fetch_depth && ./fetch_depth
//
// What one warp fetches from pinned host memory, against how many batches of 512 bytes (16 bytes a
// lane) it has in flight.

#include "floor.cuh"

namespace {

using namespace gyre_floor;

constexpr std::uint64_t run_ns = 300'000'000;
constexpr std::uint32_t region_bytes = 1U << 22;
constexpr std::uint32_t batch_words = 64;  // 512 bytes

struct outcome {
  std::uint64_t batches;
  std::uint64_t ns;
  std::uint64_t sum;
};

template <int Depth>
__global__ void fetch(std::uint64_t const* from, outcome* out) {
  constexpr std::uint32_t batches = region_bytes / 512;
  std::uint64_t const* const mine = from + threadIdx.x * 2;
  std::uint64_t const begin = now_ns();
  std::uint64_t now = begin;
  std::uint64_t done = 0;
  std::uint64_t sum = 0;
  while (__any_sync(0xFFFFFFFFU, now - begin < run_ns)) {
    for (int i = 0; i < 8; ++i) {
      two_words v[Depth];
#pragma unroll
      for (int k = 0; k < Depth; ++k) {
        v[k] = load_pair_sys(mine + (done + static_cast<std::uint64_t>(k)) % batches * batch_words);
      }
#pragma unroll
      for (int k = 0; k < Depth; ++k) sum += v[k].first + v[k].second;
      done += Depth;
    }
    now = now_ns();
  }
  if (threadIdx.x == 0) *out = {done, now - begin, sum};
}

template <int Depth>
void measure(std::uint64_t const* region, outcome* out) {
  fetch<Depth><<<1, 32>>>(region, out);
  finish("fetch");
  double const seconds = static_cast<double>(out->ns) * 1e-9;
  double const bytes = static_cast<double>(out->batches) * 512;
  figure("floor.fetch.depth_" + std::to_string(Depth), "1/s")
      .with("lines_of_64_bytes", bytes / 64 / seconds)
      .with("GB_a_second", bytes * 1e-9 / seconds)
      .print();
}

}  // namespace

int main() {
  take_device();
  auto const* const region = pinned<std::uint64_t>(region_bytes / 8);
  auto* const out = pinned<outcome>(1);
  measure<1>(region, out);
  measure<2>(region, out);
  measure<4>(region, out);
  measure<8>(region, out);
  measure<16>(region, out);
  measure<32>(region, out);
}
