// nvcc -O3 -std=c++20 -arch=native l2_one_way.cu -o l2_one_way && ./l2_one_way
//
// How long a message needs from one multiprocessor to another by way of L2: half of a round trip,
// over several pairs of multiprocessors and several places in memory, for an L2 has near and far
// parts. As a tagged word, with no fence; as a payload, a fence, and a flag; with release and
// acquire.

#include "floor.cuh"

namespace {

using namespace gyre_floor;

constexpr int trips = 2000;
constexpr std::uint64_t longest_ns = 1'000'000'000;
/// Between the places that are tried: lines of different slices of the L2.
constexpr std::uint32_t place_words = 4096 / 8 + 16;
constexpr int places = 16;

enum class way { tagged, fenced, released };

struct outcome {
  std::uint64_t ns;
  std::uint64_t finished;
  std::uint64_t multiprocessor[2];  ///< Where the two played.
};

template <way Way>
__device__ void send(std::uint64_t* at, std::uint64_t n) {
  if constexpr (Way == way::tagged) {
    asm volatile("st.relaxed.gpu.v2.u64 [%0], {%1, %1};" : : "l"(at), "l"(n) : "memory");
  } else if constexpr (Way == way::fenced) {
    asm volatile("st.relaxed.gpu.u64 [%0], %1;" : : "l"(at + 1), "l"(n) : "memory");
    __threadfence();
    asm volatile("st.relaxed.gpu.u64 [%0], %1;" : : "l"(at), "l"(n) : "memory");
  } else {
    asm volatile("st.relaxed.gpu.u64 [%0], %1;" : : "l"(at + 1), "l"(n) : "memory");
    asm volatile("st.release.gpu.u64 [%0], %1;" : : "l"(at), "l"(n) : "memory");
  }
}

/// Whether message `n` is there, all of it.
template <way Way>
__device__ bool arrived(std::uint64_t const* at, std::uint64_t n) {
  std::uint64_t flag;
  std::uint64_t payload;
  if constexpr (Way == way::tagged) {
    asm volatile("ld.relaxed.gpu.v2.u64 {%0, %1}, [%2];"
                 : "=l"(flag), "=l"(payload)
                 : "l"(at)
                 : "memory");
    return flag == n && payload == n;
  } else if constexpr (Way == way::fenced) {
    asm volatile("ld.relaxed.gpu.u64 %0, [%1];" : "=l"(flag) : "l"(at) : "memory");
    if (flag != n) return false;
    __threadfence();
  } else {
    asm volatile("ld.acquire.gpu.u64 %0, [%1];" : "=l"(flag) : "l"(at) : "memory");
    if (flag != n) return false;
  }
  asm volatile("ld.relaxed.gpu.u64 %0, [%1];" : "=l"(payload) : "l"(at + 1) : "memory");
  return payload == n;
}

template <way Way>
__device__ bool wait(std::uint64_t const* at, std::uint64_t n, std::uint64_t begin) {
  for (unsigned turn = 1; !arrived<Way>(at, n); ++turn) {
    if ((turn & 0xFFFFU) == 0 && now_ns() - begin > longest_ns) return false;
  }
  return true;
}

/// Blocks 0 and `peer` play, the others leave at once. The numbers go on from `first`.
template <way Way>
__global__ void play(std::uint64_t* words, unsigned peer, std::uint64_t first, outcome* out) {
  if (threadIdx.x != 0 || (blockIdx.x != 0 && blockIdx.x != peer)) return;
  unsigned where;
  asm volatile("mov.u32 %0, %%smid;" : "=r"(where));
  out->multiprocessor[blockIdx.x == 0 ? 0 : 1] = where;
  std::uint64_t* const there = words;
  std::uint64_t* const back = words + 16;
  std::uint64_t const begin = now_ns();
  for (std::uint64_t n = first; n < first + trips; ++n) {
    if (blockIdx.x == 0) {
      send<Way>(there, n);
      if (!wait<Way>(back, n, begin)) return;
    } else {
      if (!wait<Way>(there, n, begin)) return;
      send<Way>(back, n);
    }
  }
  if (blockIdx.x != 0) return;
  out->ns = now_ns() - begin;
  out->finished = 1;
}

template <way Way>
void measure(char const* name, unsigned multiprocessors) {
  auto* const words = on_device<std::uint64_t>(place_words * places);
  auto* const out = pinned<outcome>(1);
  std::vector<double> ns;
  std::uint64_t first = 1;
  // As many blocks as multiprocessors: each usually gets one, and pairs that share one are left
  // out.
  for (unsigned peer = 1; peer < multiprocessors; peer = peer * 2 + 1) {
    for (int place = 0; place < places; ++place, first += trips) {
      out->finished = 0;
      play<Way><<<multiprocessors, 1024>>>(words + place * place_words, peer, first, out);
      finish(name);
      if (out->finished == 0 || out->multiprocessor[0] == out->multiprocessor[1]) continue;
      ns.push_back(static_cast<double>(out->ns) / trips / 2);
    }
  }
  if (ns.empty()) return not_measured(std::string("floor.l2_one_way.") + name, "no trip ended");
  figure(std::string("floor.l2_one_way.") + name, "ns").with(ns).print();
}

}  // namespace

int main() {
  auto const device = take_device();
  auto const all = static_cast<unsigned>(device.multiProcessorCount);
  measure<way::tagged>("tagged", all);
  measure<way::fenced>("fenced", all);
  measure<way::released>("release_acquire", all);
}
