// nvcc -O3 -std=c++20 -arch=native ping_pong.cu -o ping_pong && ./ping_pong
//
// A number from the host to a polling warp and back, both words in pinned memory: with relaxed
// loads and stores, with acquire and release, and with 2, 4 and 8 warps whose polls are in flight
// at different times.

#include "floor.cuh"

namespace {

using namespace gyre_floor;

constexpr std::uint64_t game_over = UINT64_MAX;
constexpr std::uint64_t longest_ns = 5'000'000'000;
constexpr int warm = 1000;
constexpr std::uint64_t measured_ns = 500'000'000;
/// About one poll over the bus: the polls of several warps begin this far apart, divided by them.
constexpr unsigned poll_ns = 1000;

/// The host writes `ping`, the device `pong`.
struct words {
  alignas(128) std::uint64_t ping;
  alignas(128) std::uint64_t pong;
};

/// The first lane of each warp polls; of those that see a number, the first answers.
template <bool Ordered>
__global__ void play(words* w) {
  __shared__ unsigned long long answered;
  if (threadIdx.x == 0) answered = 0;
  __syncthreads();
  if (threadIdx.x % 32 != 0) return;
  unsigned const warps = blockDim.x / 32;
  __nanosleep(threadIdx.x / 32 * (poll_ns / warps));
  std::uint64_t const begin = now_ns();
  std::uint64_t known = 0;
  for (unsigned turn = 1;; ++turn) {
    std::uint64_t seen;
    if constexpr (Ordered) {
      asm volatile("ld.acquire.sys.u64 %0, [%1];" : "=l"(seen) : "l"(&w->ping) : "memory");
    } else {
      seen = load_sys(&w->ping);
    }
    if (seen == game_over) return;
    if (seen != known) {
      known = seen;
      bool const first = warps == 1 || atomicMax(&answered, seen) < seen;
      if (first) {
        if constexpr (Ordered) {
          asm volatile("st.release.sys.u64 [%0], %1;" : : "l"(&w->pong), "l"(seen) : "memory");
        } else {
          store_sys(&w->pong, seen);
        }
      }
    }
    if ((turn & 0xFFFU) == 0 && now_ns() - begin > longest_ns) return;
  }
}

bool trip(words& w, std::uint64_t n) {
  set(w.ping, n);
  for (std::uint32_t spins = 1; get(w.pong) != n; ++spins) {
    if (spins == 0x1000'0000) return false;
  }
  return true;
}

template <bool Ordered>
void measure(char const* name, unsigned warps) {
  words* const w = pinned<words>(1);
  play<Ordered><<<1, warps * 32>>>(w);
  check(cudaGetLastError(), name);
  (void)cudaStreamQuery(nullptr);  // pushes the work out
  std::vector<double> ns;
  std::uint64_t n = 0;
  bool there = true;
  for (int i = 0; i < warm && there; ++i) there = trip(*w, ++n);
  std::uint64_t const begin = host_ns();
  for (std::uint64_t before = begin; there && before - begin < measured_ns;) {
    there = trip(*w, ++n);
    std::uint64_t const now = host_ns();
    ns.push_back(static_cast<double>(now - before));
    before = now;
  }
  set(w->ping, game_over);
  finish(name);
  if (there) {
    figure(std::string("floor.ping_pong.") + name, "ns").with(ns).print();
  } else {
    not_measured(std::string("floor.ping_pong.") + name, "the device did not answer");
  }
}

}  // namespace

int main() {
  take_device();
  measure<false>("relaxed", 1);
  measure<true>("acquire_release", 1);
  measure<false>("relaxed_2_staggered", 2);
  measure<false>("relaxed_4_staggered", 4);
  measure<false>("relaxed_8_staggered", 8);
}
