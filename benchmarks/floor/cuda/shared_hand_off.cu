// nvcc -O3 -std=c++20 -arch=native shared_hand_off.cu -o shared_hand_off && ./shared_hand_off
//
// How long a message needs from one warp to another of its block, by way of shared memory: half of
// a round trip. As a tagged word, and as 64 bytes behind a flag that is released and acquired.

#include "floor.cuh"

namespace {

using namespace gyre_floor;

constexpr int trips = 100'000;
constexpr int repetitions = 20;
constexpr std::uint64_t longest_ns = 1'000'000'000;

struct outcome {
  std::uint64_t ns;
  std::uint64_t finished;
};

/// A mailbox: its flag, and 64 bytes.
struct mailbox {
  unsigned flag;
  unsigned payload[16];
};

__device__ unsigned shared_address(void const* at) {
  return static_cast<unsigned>(__cvta_generic_to_shared(at));
}

template <bool WithPayload>
__device__ void send(mailbox& box, unsigned n) {
  unsigned const lane = threadIdx.x % 32;
  unsigned const flag = shared_address(&box.flag);
  if constexpr (WithPayload) {
    if (lane < 16) {
      asm volatile("st.relaxed.cta.shared.u32 [%0], %1;"
                   :
                   : "r"(shared_address(&box.payload[lane])), "r"(n + lane)
                   : "memory");
    }
    __syncwarp();
    if (lane == 0) {
      asm volatile("st.release.cta.shared.u32 [%0], %1;" : : "r"(flag), "r"(n) : "memory");
    }
  } else if (lane == 0) {
    asm volatile("st.relaxed.cta.shared.u32 [%0], %1;" : : "r"(flag), "r"(n) : "memory");
  }
}

template <bool WithPayload>
__device__ bool receive(mailbox const& box, unsigned n, std::uint64_t begin) {
  unsigned const lane = threadIdx.x % 32;
  unsigned const at = shared_address(&box.flag);
  for (unsigned turn = 1;; ++turn) {
    unsigned flag;
    if constexpr (WithPayload) {
      asm volatile("ld.acquire.cta.shared.u32 %0, [%1];" : "=r"(flag) : "r"(at) : "memory");
    } else {
      asm volatile("ld.relaxed.cta.shared.u32 %0, [%1];" : "=r"(flag) : "r"(at) : "memory");
    }
    if (__all_sync(0xFFFFFFFFU, flag == n)) break;
    if ((turn & 0xFFFFU) == 0 && __any_sync(0xFFFFFFFFU, now_ns() - begin > longest_ns)) {
      return false;
    }
  }
  if constexpr (WithPayload) {
    unsigned got = n + lane;
    if (lane < 16) {
      asm volatile("ld.relaxed.cta.shared.u32 %0, [%1];"
                   : "=r"(got)
                   : "r"(shared_address(&box.payload[lane]))
                   : "memory");
    }
    return __all_sync(0xFFFFFFFFU, got == n + lane);
  }
  return true;
}

/// Two warps.
template <bool WithPayload>
__global__ void play(outcome* out) {
  __shared__ mailbox there;
  __shared__ mailbox back;
  if (threadIdx.x == 0) there.flag = back.flag = 0;
  __syncthreads();
  bool const first = threadIdx.x < 32;
  std::uint64_t const begin = now_ns();
  for (unsigned n = 1; n <= trips; ++n) {
    if (first) {
      send<WithPayload>(there, n);
      if (!receive<WithPayload>(back, n, begin)) return;
    } else {
      if (!receive<WithPayload>(there, n, begin)) return;
      send<WithPayload>(back, n);
    }
  }
  if (threadIdx.x == 0) *out = {now_ns() - begin, 1};
}

template <bool WithPayload>
void measure(char const* name) {
  auto* const out = pinned<outcome>(1);
  std::vector<double> ns;
  for (int i = 0; i < repetitions; ++i) {
    out->finished = 0;
    play<WithPayload><<<1, 64>>>(out);
    finish(name);
    if (out->finished != 0) ns.push_back(static_cast<double>(out->ns) / trips / 2);
  }
  if (ns.empty()) {
    return not_measured(std::string("floor.shared_hand_off.") + name,
                        "a message was lost, or its payload came late");
  }
  figure(std::string("floor.shared_hand_off.") + name, "ns").with(ns).print();
}

}  // namespace

int main() {
  take_device();
  measure<false>("word");
  measure<true>("64_bytes_released");
}
