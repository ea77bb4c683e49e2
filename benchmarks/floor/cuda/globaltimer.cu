// nvcc -O3 -std=c++20 -arch=native globaltimer.cu -o globaltimer && ./globaltimer
//
// By how much %globaltimer moves on at once, and what reading it costs.

#include "floor.cuh"

namespace {

using namespace gyre_floor;

constexpr int steps = 2000;
constexpr int readings = 100'000;
constexpr std::uint64_t longest_ns = 5'000'000'000;

struct outcome {
  std::uint64_t reading_ns;
  std::uint64_t count;
  std::uint64_t step[steps];
};

__global__ void look(outcome* out) {
  if (threadIdx.x != 0) return;
  std::uint64_t const begin = now_ns();
  std::uint64_t last = begin;
  int found = 0;
  while (found < steps && last - begin < longest_ns) {
    std::uint64_t const now = now_ns();
    if (now == last) continue;
    out->step[found++] = now - last;
    last = now;
  }
  out->count = static_cast<std::uint64_t>(found);
  std::uint64_t const first = now_ns();
  std::uint64_t sum = 0;
  for (int i = 0; i < readings; ++i) sum += now_ns();
  out->reading_ns = now_ns() - first + (sum == 1 ? 1 : 0);
}

}  // namespace

int main() {
  take_device();
  auto* const out = on_device<outcome>(1);
  look<<<1, 32>>>(out);
  finish("look");
  static outcome found;
  check(cudaMemcpy(&found, out, sizeof found, cudaMemcpyDeviceToHost), "a copy");
  // The first step began before it was looked at.
  std::vector<double> ns(found.step + 1, found.step + std::max<std::uint64_t>(found.count, 1));
  if (ns.empty()) {
    not_measured("floor.globaltimer.step", "it stands still");
  } else {
    figure("floor.globaltimer.step", "ns").with(ns).print();
  }
  figure("floor.globaltimer.reading", "ns")
      .with("mean", static_cast<double>(found.reading_ns) / readings)
      .print();
}
