// nvcc -O3 -std=c++20 -arch=native fence.cu -o fence && ./fence
//
// What a fence of system scope costs one warp that stores a word to pinned memory before it: on an
// idle device, and while another kernel writes device memory, or host memory, as fast as it can. In
// the default domain of memory synchronisation, and in the remote one (compute capability 9.0).

#include "floor.cuh"

namespace {

using namespace gyre_floor;

constexpr int fences = 2000;
constexpr std::uint64_t load_ns = 400'000'000;
constexpr std::size_t load_words = std::size_t{1} << 23;  // 64 MiB

__global__ void fence(std::uint64_t* to, std::uint64_t* ns) {
  if (threadIdx.x != 0) return;
  std::uint64_t const begin = now_ns();
  for (std::uint64_t i = 1; i <= fences; ++i) {
    store_sys(to, i);
    __threadfence_system();
  }
  *ns = now_ns() - begin;
}

/// The loop without the fence, which is taken off.
__global__ void store_alone(std::uint64_t* to, std::uint64_t* ns) {
  if (threadIdx.x != 0) return;
  std::uint64_t const begin = now_ns();
  for (std::uint64_t i = 1; i <= fences; ++i) store_sys(to, i);
  *ns = now_ns() - begin;
}

/// Writes all of the memory again and again, until its time is over; says when it has begun.
__global__ void write_all(std::uint64_t* to, std::size_t words, std::uint64_t* begun) {
  std::uint64_t const begin = now_ns();
  if (blockIdx.x == 0 && threadIdx.x == 0) store_sys(begun, 1);
  std::size_t const stride = std::size_t{gridDim.x} * blockDim.x;
  for (std::uint64_t round = 1; now_ns() - begin < load_ns; ++round) {
    for (std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x; i < words;
         i += stride) {
      to[i] = round;
    }
  }
}

struct place {
  char const* name;
  std::uint64_t* memory;  // null: idle
  std::size_t words;
};

void launch(void (*kernel)(std::uint64_t*, std::uint64_t*), bool remote, cudaStream_t stream,
            std::uint64_t* to, std::uint64_t* ns) {
  cudaLaunchAttribute how[1]{};
  how[0].id = cudaLaunchAttributeMemSyncDomain;
  how[0].val.memSyncDomain =
      remote ? cudaLaunchMemSyncDomainRemote : cudaLaunchMemSyncDomainDefault;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(1);
  config.blockDim = dim3(32);
  config.stream = stream;
  config.attrs = how;
  config.numAttrs = remote ? 1 : 0;
  check(cudaLaunchKernelEx(&config, kernel, to, ns), "a launch");
}

}  // namespace

int main() {
  auto const device = take_device();
  auto* const word = pinned<std::uint64_t>(16);
  auto* const ns = pinned<std::uint64_t>(16);
  auto* const begun = pinned<std::uint64_t>(16);
  place const loads[] = {
      {"idle", nullptr, 0},
      {"beside_writes_to_device", on_device<std::uint64_t>(load_words), load_words},
      {"beside_writes_to_host", pinned<std::uint64_t>(load_words), load_words}};
  cudaStream_t own = nullptr;
  cudaStream_t other = nullptr;
  check(cudaStreamCreateWithFlags(&own, cudaStreamNonBlocking), "a stream");
  check(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking), "a stream");
  // Room for the one that is measured.
  auto const blocks = static_cast<unsigned>(std::max(1, device.multiProcessorCount - 8));
  for (auto const& load : loads) {
    for (bool const remote : {false, true}) {
      std::string const name =
          std::string("floor.fence_sys.") + load.name + (remote ? ".remote" : ".default");
      if (remote && device.major < 9) {
        not_measured(name, "the device has one domain alone");
        continue;
      }
      set(*begun, 0);
      if (load.memory != nullptr) {
        write_all<<<blocks, 256, 0, other>>>(load.memory, load.words, begun);
        check(cudaGetLastError(), "a launch");
        std::uint64_t const since = host_ns();
        while (get(*begun) == 0 && host_ns() - since < 1'000'000'000) {
          (void)cudaStreamQuery(other);
        }
      }
      launch(fence, remote, own, word, ns);
      check(cudaStreamSynchronize(own), "a kernel");
      double const with_fence = static_cast<double>(get(*ns));
      // Otherwise part of the fences was measured on an idle device.
      bool const loaded = load.memory == nullptr || cudaStreamQuery(other) == cudaErrorNotReady;
      launch(store_alone, remote, own, word, ns);
      check(cudaStreamSynchronize(own), "a kernel");
      check(cudaStreamSynchronize(other), "the load");
      if (!loaded) {
        not_measured(name, "the load ended before the fences did");
        continue;
      }
      figure(name, "ns")
          .with("mean", with_fence / fences)
          .with("store_alone", static_cast<double>(get(*ns)) / fences)
          .print();
    }
  }
}
