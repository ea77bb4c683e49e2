// nvcc -O3 -std=c++20 -arch=native atomics.cu -o atomics && ./atomics
//
// Relaxed additions to words of device memory, by all multiprocessors: to one word, to a word for
// each warp at several distances, with and without the old value, and combined by a warp before.
// And how long one takes to answer.

#include "floor.cuh"

namespace {

using namespace gyre_floor;

constexpr int rounds = 2000;
constexpr unsigned threads = 256;

struct outcome {
  std::uint64_t ns;
  std::uint64_t sum;
};

enum class kind { returning, silent, combined };

/// Each warp adds to the word at `distance` words times its number; 0: all to the first.
template <kind Kind>
__global__ void add(std::uint64_t* words, std::uint64_t distance, outcome* out) {
  std::uint64_t const warp = (std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x) / 32;
  std::uint64_t* const at = words + warp * distance;
  std::uint64_t const begin = now_ns();
  std::uint64_t sum = 0;
  for (int i = 0; i < rounds; ++i) {
    if constexpr (Kind == kind::returning) {
      std::uint64_t old;
      asm volatile("atom.relaxed.gpu.global.add.u64 %0, [%1], 1;" : "=l"(old) : "l"(at) : "memory");
      sum += old;
    } else if constexpr (Kind == kind::silent) {
      asm volatile("red.relaxed.gpu.global.add.u64 [%0], 1;" : : "l"(at) : "memory");
    } else {
      unsigned const all = __ballot_sync(0xFFFFFFFFU, true);
      std::uint64_t old = 0;
      if (threadIdx.x % 32 == 0) {
        asm volatile("atom.relaxed.gpu.global.add.u64 %0, [%1], %2;"
                     : "=l"(old)
                     : "l"(at), "l"(static_cast<std::uint64_t>(__popc(all)))
                     : "memory");
      }
      sum += __shfl_sync(0xFFFFFFFFU, old, 0);
    }
  }
  if (threadIdx.x == 0) out[blockIdx.x] = {now_ns() - begin, sum};
}

/// One lane; each addition waits for the one before.
__global__ void chain(std::uint64_t* word, outcome* out) {
  if (threadIdx.x != 0) return;
  std::uint64_t const begin = now_ns();
  std::uint64_t old = 0;
  for (int i = 0; i < rounds; ++i) {
    asm volatile("atom.relaxed.gpu.global.add.u64 %0, [%1], %2;"
                 : "=l"(old)
                 : "l"(word), "l"((old >> 63) + 1)
                 : "memory");
  }
  out[0] = {now_ns() - begin, old};
}

template <kind Kind>
void measure(std::string const& name, unsigned blocks, std::uint64_t* words, std::uint64_t distance,
             outcome* out) {
  for (int warm = 0; warm < 2; ++warm) {
    add<Kind><<<blocks, threads>>>(words, distance, out);
    finish("add");
  }
  double longest = 0;
  for (unsigned i = 0; i < blocks; ++i) {
    longest = std::max(longest, static_cast<double>(out[i].ns));
  }
  double const additions = static_cast<double>(blocks) * threads * rounds;
  figure("floor.atomics." + name, "1/s").with("additions", additions * 1e9 / longest).print();
}

}  // namespace

int main() {
  auto const device = take_device();
  auto const blocks = static_cast<unsigned>(device.multiProcessorCount);
  std::size_t const warps = std::size_t{blocks} * threads / 32;
  auto* const words = on_device<std::uint64_t>(warps * 32 + 32);
  auto* const out = pinned<outcome>(blocks);
  measure<kind::returning>("one_word.returning", blocks, words, 0, out);
  measure<kind::silent>("one_word.silent", blocks, words, 0, out);
  measure<kind::combined>("one_word.combined_by_warp", blocks, words, 0, out);
  for (unsigned const bytes : {8U, 32U, 128U, 256U}) {
    std::string const name = "word_a_warp_every_" + std::to_string(bytes) + "_bytes";
    measure<kind::returning>(name + ".returning", blocks, words, bytes / 8, out);
    measure<kind::combined>(name + ".combined_by_warp", blocks, words, bytes / 8, out);
  }
  chain<<<1, 32>>>(words, out);
  finish("chain");
  chain<<<1, 32>>>(words, out);
  finish("chain");
  figure("floor.atomics.answer", "ns")
      .with("mean", static_cast<double>(out[0].ns) / rounds)
      .print();
}
