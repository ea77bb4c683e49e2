#include <cstring>

#include <gyre/core/platform.hpp>
#include <gyre/engine/cuda/on_device.hpp>

#include "../floor/machine.hpp"
#include "cuda_actor.hpp"
#include "cuda_floors.hpp"
#include "player.hpp"

namespace gyre::tool {

#if defined(__CUDACC__)

namespace {

gyre::on_device<cuda_adder> const adder_on_device;
gyre::on_device<player> const player_on_device;

constexpr std::uint64_t game_over = UINT64_MAX;
/// A kernel that nobody ends does so by itself.
constexpr std::uint64_t longest_game_ns = 120'000'000'000;
constexpr std::uint32_t line_words = 8;
constexpr std::uint32_t lines = 16'384;  // 1 MiB
constexpr unsigned all_lanes = 0xFFFFFFFFU;
/// Of the two words that two blocks play over.
constexpr std::size_t table_bytes = 256;
/// Copies that are waited for together.
constexpr int copies_at_once = 64;

/// What host and device share, in pinned memory. The host writes `ping`, the device the rest.
struct shared_words {
  alignas(cache_line) std::uint64_t ping;
  alignas(cache_line) std::uint64_t pong;
  alignas(cache_line) std::uint64_t count;
  std::uint64_t elapsed_ns;
};

__device__ std::uint64_t load_word(std::uint64_t const* at) {
  std::uint64_t v;
  asm volatile("ld.relaxed.sys.u64 %0, [%1];" : "=l"(v) : "l"(at) : "memory");
  return v;
}
__device__ void store_word(std::uint64_t* at, std::uint64_t v) {
  asm volatile("st.relaxed.sys.u64 [%0], %1;" : : "l"(at), "l"(v) : "memory");
}

/// One warp; its first lane plays. Answers each number as it comes.
__global__ void play(shared_words* words) {
  if (threadIdx.x != 0) return;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t answered = 0;
  for (std::uint32_t turn = 1;; ++turn) {
    std::uint64_t const seen = load_word(&words->ping);
    if (seen == game_over) return;
    if (seen != answered) {
      store_word(&words->pong, seen);
      answered = seen;
    }
    if ((turn & 0xFFFFU) == 0 && platform::clock_ns() - begin > longest_game_ns) return;
  }
}

/// Two blocks of one warp; their first lanes play, `trips` there and back, over two words of the
/// device's memory that lie 128 bytes apart. The first says how long it took.
__global__ void hop(std::uint64_t* table, shared_words* words, std::uint64_t trips) {
  if (threadIdx.x != 0) return;
  cuda::atomic_ref<std::uint64_t, cuda::thread_scope_device> there(table[0]);
  cuda::atomic_ref<std::uint64_t, cuda::thread_scope_device> back(table[16]);
  std::uint64_t const begin = platform::clock_ns();
  bool const first = blockIdx.x == 0;
  for (std::uint64_t i = 1; i <= trips; ++i) {
    if (first) there.store(i, cuda::memory_order_relaxed);
    auto const& mine = first ? back : there;
    for (std::uint32_t turn = 1; mine.load(cuda::memory_order_relaxed) != i; ++turn) {
      if ((turn & 0xFFFFU) == 0 && platform::clock_ns() - begin > longest_game_ns) return;
    }
    if (!first) back.store(i, cuda::memory_order_relaxed);
  }
  if (!first) return;
  words->count = trips;
  words->elapsed_ns = platform::clock_ns() - begin;
}

/// A kernel for one message: takes it, and answers.
__global__ void answer(shared_words* words) {
  if (threadIdx.x == 0) store_word(&words->pong, load_word(&words->ping));
}

/// One warp: four loads of 16 bytes in flight for each lane, 32 lines together, round and round.
__global__ void fetch(std::uint64_t const* from, shared_words* words, std::uint64_t ns) {
  std::uint32_t const lane = threadIdx.x;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  std::uint64_t fetched = 0;
  std::uint64_t sum = 0;
  while (__any_sync(all_lanes, now - begin < ns)) {
    for (std::uint32_t i = 0; i < 16; ++i) {
      std::uint64_t v[8];
      for (std::uint32_t k = 0; k < 4; ++k) {
        std::uint64_t const line = (fetched + k * 8 + lane / 4) % lines;
        asm volatile("ld.relaxed.sys.v2.u64 {%0, %1}, [%2];"
                     : "=l"(v[2 * k]), "=l"(v[2 * k + 1])
                     : "l"(from + line * line_words + lane % 4 * 2)
                     : "memory");
      }
      for (std::uint32_t k = 0; k < 8; ++k) sum += v[k];
      fetched += 32;
    }
    now = platform::clock_ns();
  }
  // A use of the sum, so that the compiler must load.
  if (sum == 1) store_word(&words->pong, sum);
  if (lane == 0) {
    words->count = fetched;
    words->elapsed_ns = now - begin;
  }
}

/// One warp, eight lanes to a line, a word each: as replies are written.
__global__ void post(std::uint64_t* to, shared_words* words, std::uint64_t ns) {
  std::uint32_t const lane = threadIdx.x;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  std::uint64_t posted = 0;
  while (__any_sync(all_lanes, now - begin < ns)) {
    for (std::uint32_t i = 0; i < 64; ++i) {
      std::uint64_t const line = (posted + lane / 8) % lines;
      store_word(to + line * line_words + lane % 8, posted);
      posted += 4;
    }
    now = platform::clock_ns();
  }
  __threadfence_system();
  if (lane == 0) {
    words->count = posted;
    words->elapsed_ns = platform::clock_ns() - begin;
  }
}

/// Everything that the floors use.
struct equipment {
  cudaStream_t stream = nullptr;
  shared_words* words = nullptr;
  std::uint64_t* region = nullptr;  ///< Of `lines` lines, pinned, all zero.
  std::uint64_t* table = nullptr;   ///< Between blocks, on the device.
  std::byte* copy_from = nullptr;
  std::byte* copy_to = nullptr;
  cudaGraphExec_t graph = nullptr;
  std::uint64_t number = 0;
  std::string wrong;

  bool check(cudaError_t status, char const* what) {
    if (wrong.empty() && status != cudaSuccess) {
      wrong = std::string(what) + ": " + cudaGetErrorString(status);
    }
    return wrong.empty();
  }
  bool load(void const* kernel) {
    cudaFuncAttributes attributes{};
    return check(cudaFuncGetAttributes(&attributes, kernel), "loading a kernel");
  }
  bool make();
};

bool equipment::make() {
  constexpr unsigned mapped = cudaHostAllocMapped | cudaHostAllocPortable;
  constexpr std::size_t region_bytes = std::size_t{lines} * line_words * sizeof(std::uint64_t);
  if (!check(cudaSetDevice(0), "choosing the device") ||
      !check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream") ||
      !check(cudaHostAlloc(&words, sizeof *words, mapped), "pinned memory") ||
      !check(cudaHostAlloc(&region, region_bytes, mapped), "pinned memory") ||
      !check(cudaMalloc(&table, table_bytes), "device memory") ||
      !check(cudaMalloc(&copy_from, cuda_copy_traffic / 2), "device memory") ||
      !check(cudaMalloc(&copy_to, cuda_copy_traffic / 2), "device memory") ||
      !check(cudaMemsetAsync(copy_from, 0, cuda_copy_traffic / 2, stream), "device memory")) {
    return false;
  }
  std::memset(static_cast<void*>(words), 0, sizeof *words);
  std::memset(region, 0, region_bytes);
  for (void const* kernel :
       {reinterpret_cast<void const*>(&play), reinterpret_cast<void const*>(&answer),
        reinterpret_cast<void const*>(&fetch), reinterpret_cast<void const*>(&post),
        reinterpret_cast<void const*>(&hop)}) {
    if (!load(kernel)) return false;
  }
  cudaGraph_t captured = nullptr;
  if (!check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "a capture")) {
    return false;
  }
  answer<<<1, 32, 0, stream>>>(words);
  return check(cudaStreamEndCapture(stream, &captured), "a capture") &&
         check(cudaGraphInstantiate(&graph, captured, 0), "a graph") &&
         check(cudaGraphLaunch(graph, stream), "a graph's launch") &&
         check(cudaStreamSynchronize(stream), "a graph");
}

equipment& gear() {
  static auto& made = *new equipment;
  static bool const tried = (made.make(), true);
  (void)tried;
  return made;
}

repetition failed(std::string const& why) {
  repetition r;
  r.error = why;
  return r;
}

std::uint64_t get(std::uint64_t const& word) { return __atomic_load_n(&word, __ATOMIC_RELAXED); }
void set(std::uint64_t& word, std::uint64_t value) {
  __atomic_store_n(&word, value, __ATOMIC_RELAXED);
}

/// Sends number `n`, and waits for it. False if it did not come back within a second.
bool trip(shared_words& words, std::uint64_t n) {
  set(words.ping, n);
  for (std::uint32_t spins = 1; get(words.pong) != n; ++spins) {
    if ((spins & 0xFFFFFU) != 0) continue;
    std::uint64_t const begin = platform::clock_ns();
    while (get(words.pong) != n) {
      if (platform::clock_ns() - begin > 1'000'000'000) return false;
    }
    return true;
  }
  return true;
}

/// A number for each message, never the same and never `game_over`.
template <class Operation>
repetition time_messages(bench_effort const& effort, Operation&& operation) {
  equipment& g = gear();
  if (!g.wrong.empty()) return failed(g.wrong);
  pinned const here(cores_for_bench().client);
  repetition r = time_each(effort, [&] { return operation(g, ++g.number); });
  if (!r.error.empty() && !g.wrong.empty()) r.error = g.wrong;
  return r;
}

std::uint64_t span_of(bench_effort const& effort) {
  return static_cast<std::uint64_t>(effort.time.count());
}

/// What a kernel counted in the time that it took by its own clock; `each` of them are one.
repetition counted(equipment& g, std::uint32_t each) {
  if (!g.check(cudaGetLastError(), "a launch") ||
      !g.check(cudaStreamSynchronize(g.stream), "a kernel")) {
    return failed(g.wrong);
  }
  repetition r;
  if (g.words->elapsed_ns == 0) return failed("the device's clock stood still");
  r.n = g.words->count / each;
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(g.words->elapsed_ns);
  return r;
}

}  // namespace

std::string prepare_cuda_floors() { return gear().wrong; }

repetition run_cuda_ping_pong(bench_effort const& effort) {
  equipment& g = gear();
  if (!g.wrong.empty()) return failed(g.wrong);
  set(g.words->ping, 0);
  set(g.words->pong, 0);
  play<<<1, 32, 0, g.stream>>>(g.words);
  if (!g.check(cudaGetLastError(), "a launch")) return failed(g.wrong);
  // The driver may need a call to push the work out.
  (void)cudaStreamQuery(g.stream);
  repetition r =
      time_messages(effort, [](equipment& with, std::uint64_t n) { return trip(*with.words, n); });
  set(g.words->ping, game_over);
  (void)g.check(cudaStreamSynchronize(g.stream), "the polling warp");
  if (r.error.empty() && !g.wrong.empty()) r.error = g.wrong;
  return r;
}

repetition run_cuda_launch(bench_effort const& effort) {
  return time_messages(effort, [](equipment& g, std::uint64_t n) {
    set(g.words->ping, n);
    answer<<<1, 32, 0, g.stream>>>(g.words);
    return g.check(cudaGetLastError(), "a launch") &&
           g.check(cudaStreamSynchronize(g.stream), "a kernel") && get(g.words->pong) == n;
  });
}

repetition run_cuda_graph(bench_effort const& effort) {
  return time_messages(effort, [](equipment& g, std::uint64_t n) {
    set(g.words->ping, n);
    return g.check(cudaGraphLaunch(g.graph, g.stream), "a graph's launch") &&
           g.check(cudaStreamSynchronize(g.stream), "a graph") && get(g.words->pong) == n;
  });
}

repetition run_cuda_fetch(bench_effort const& effort, std::uint32_t lines_each) {
  equipment& g = gear();
  if (!g.wrong.empty()) return failed(g.wrong);
  fetch<<<1, 32, 0, g.stream>>>(g.region, g.words, span_of(effort));
  return counted(g, lines_each);
}

repetition run_cuda_block_hop(bench_effort const& effort) {
  constexpr std::uint64_t trips = 2000;
  equipment& g = gear();
  if (!g.wrong.empty()) return failed(g.wrong);
  samples times(1U << 16);
  std::uint64_t const begin = platform::clock_ns();
  while (!times.full() && platform::clock_ns() - begin < span_of(effort)) {
    if (!g.check(cudaMemsetAsync(g.table, 0, table_bytes, g.stream), "device memory")) break;
    hop<<<2, 32, 0, g.stream>>>(g.table, g.words, trips);
    repetition const one = counted(g, 1);
    if (!one.error.empty()) return one;
    times.add(g.words->elapsed_ns / (2 * trips));
  }
  return g.wrong.empty() ? times.summary(0) : failed(g.wrong);
}

repetition run_cuda_post(bench_effort const& effort) {
  equipment& g = gear();
  if (!g.wrong.empty()) return failed(g.wrong);
  post<<<1, 32, 0, g.stream>>>(g.region, g.words, span_of(effort));
  return counted(g, 1);
}

repetition run_cuda_copy(bench_effort const& effort) {
  equipment& g = gear();
  if (!g.wrong.empty()) return failed(g.wrong);
  repetition r;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t now = begin;
  while (now - begin < span_of(effort)) {
    for (int i = 0; i < copies_at_once; ++i) {
      if (!g.check(cudaMemcpyAsync(g.copy_to, g.copy_from, cuda_copy_traffic / 2,
                                   cudaMemcpyDeviceToDevice, g.stream),
                   "a copy")) {
        return failed(g.wrong);
      }
    }
    if (!g.check(cudaStreamSynchronize(g.stream), "a copy")) return failed(g.wrong);
    r.n += copies_at_once;
    now = platform::clock_ns();
  }
  r.rate = static_cast<double>(r.n * cuda_copy_traffic) / static_cast<double>(now - begin);
  return r;
}

#else

namespace {

repetition absent() {
  repetition r;
  r.error = prepare_cuda_floors();
  return r;
}

}  // namespace

std::string prepare_cuda_floors() { return "this build has no CUDA"; }
repetition run_cuda_ping_pong(bench_effort const&) { return absent(); }
repetition run_cuda_launch(bench_effort const&) { return absent(); }
repetition run_cuda_graph(bench_effort const&) { return absent(); }
repetition run_cuda_fetch(bench_effort const&, std::uint32_t) { return absent(); }
repetition run_cuda_block_hop(bench_effort const&) { return absent(); }
repetition run_cuda_post(bench_effort const&) { return absent(); }
repetition run_cuda_copy(bench_effort const&) { return absent(); }

#endif

}  // namespace gyre::tool
