#include "driver.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <cuda_runtime.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gyre/engine/cuda/program.hpp>

namespace gyre::emulated {
namespace {

struct program {
  std::string actor;
  lane_body body = nullptr;
};

/// A kernel that was launched.
struct grid {
  blocks_view const* view = nullptr;
  program const* what = nullptr;
  std::uint32_t warps = 0;
  std::deque<block::shared_block> shared;
  std::atomic<std::uint32_t> running{0};
  std::atomic<bool> abandoned{false};
  std::vector<std::thread> threads;

  ~grid() {
    for (auto& t : threads) t.join();
  }
};

/// A piece of memory: a file, so that it can be mapped twice.
struct allocation {
  int file = -1;
  std::size_t bytes = 0;
};

struct state {
  std::mutex mutex;
  cudaError_t failure = cudaSuccess;
  int devices = 1;
  std::map<int, int> attributes;
  std::uint32_t seed = 1;
  std::uint64_t launches = 0;
  std::uint64_t hazards = 0;
  std::map<std::byte*, allocation> memory;
  std::map<cudaStream_t, std::shared_ptr<grid>> streams;  // null: nothing runs there
  std::uintptr_t next_stream = 1;
  std::vector<std::shared_ptr<grid>> lost;  // of a device that failed
  std::map<control_words const*, kernel_listener*> listeners;
};

/// Never destroyed: threads of stuck kernels outlive `main`.
state& all() {
  static auto& made = *new state;
  return made;
}

kernel_listener* listener_of(control_words const* kernel) {
  std::scoped_lock const lock(all().mutex);
  auto const found = all().listeners.find(kernel);
  return found == all().listeners.end() ? nullptr : found->second;
}

void run_block_of(grid& g, std::uint32_t shard, std::uint32_t seed) {
  stepper steps(seed + shard);
  block_state block;
  block.listener = listener_of(g.view->kernel.control);
  block::initialise(g.shared[shard], g.view->blocks[shard].rest);
  std::deque<warp_state<lanes>> warp_states(g.warps);
  for (std::uint32_t w = 0; w < g.warps; ++w) {
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      steps.add([&, w, lane] {
        g.what->body(block, warp_states[w], w, lane, g.shared[shard], *g.view, shard);
      });
    }
  }
  steps.run(block.busy, g.abandoned);
}

/// With the mutex held.
bool anything_runs() {
  for (auto const& [stream, g] : all().streams) {
    if (g != nullptr && g->running.load() != 0) return true;
  }
  return false;
}

/// What the call may not do while a kernel is resident.
cudaError_t refuse_while_resident() {
  std::scoped_lock const lock(all().mutex);
  if (all().failure != cudaSuccess) return all().failure;
  if (!anything_runs()) return cudaSuccess;
  ++all().hazards;
  return cudaErrorNotPermitted;
}

cudaError_t take(void** out, std::size_t bytes) {
  if (cudaError_t const status = refuse_while_resident(); status != cudaSuccess) return status;
  int const file = static_cast<int>(::syscall(SYS_memfd_create, "emulated", 0U));
  if (file < 0 || ::ftruncate(file, static_cast<off_t>(bytes)) != 0) {
    return cudaErrorMemoryAllocation;
  }
  void* const at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (at == MAP_FAILED) return cudaErrorMemoryAllocation;
  std::scoped_lock const lock(all().mutex);
  all().memory[static_cast<std::byte*>(at)] = {file, bytes};
  *out = at;
  return cudaSuccess;
}

cudaError_t give_back(void* at) {
  if (cudaError_t const status = refuse_while_resident();
      status != cudaSuccess && status != all().failure) {
    return status;
  }
  std::scoped_lock const lock(all().mutex);
  auto const found = all().memory.find(static_cast<std::byte*>(at));
  if (found == all().memory.end()) return cudaErrorInvalidValue;
  ::munmap(at, found->second.bytes);
  ::close(found->second.file);
  all().memory.erase(found);
  return cudaSuccess;
}

/// Whether the stream can do something now; a stream with a kernel on it would wait for that.
cudaError_t ready(cudaStream_t stream) {
  std::scoped_lock const lock(all().mutex);
  if (all().failure != cudaSuccess) return all().failure;
  auto const found = all().streams.find(stream);
  if (found == all().streams.end()) return cudaErrorInvalidResourceHandle;
  if (found->second == nullptr || found->second->running.load() == 0) return cudaSuccess;
  ++all().hazards;
  return cudaErrorNotPermitted;
}

}  // namespace

void know(std::string_view actor, std::string_view spelled, lane_body body) {
  // As code is: for ever.
  static auto& made = *new std::deque<program>;
  static std::mutex mutex;
  std::scoped_lock const lock(mutex);
  made.push_back({std::string(actor), body});
  program const& p = made.back();
  add_cuda_program({p.actor, spelled, &p, sizeof(block::shared_block)});
}

void driver::listen(control_words const* kernel, kernel_listener& listener) {
  std::scoped_lock const lock(all().mutex);
  all().listeners[kernel] = &listener;
}

void driver::fail(int code) {
  std::scoped_lock const lock(all().mutex);
  all().failure = static_cast<cudaError_t>(code);
  for (auto const& [stream, g] : all().streams) {
    if (g != nullptr) g->abandoned.store(true);
  }
}

void driver::repair() {
  std::scoped_lock const lock(all().mutex);
  all().failure = cudaSuccess;
  all().attributes.clear();
  all().devices = 1;
  for (auto& [stream, g] : all().streams) {
    if (g != nullptr && g->abandoned.load()) all().lost.push_back(std::exchange(g, nullptr));
  }
}

void driver::set_attribute(int which, int value) {
  std::scoped_lock const lock(all().mutex);
  all().attributes[which] = value;
}

void driver::set_devices(int count) {
  std::scoped_lock const lock(all().mutex);
  all().devices = count;
}

void driver::set_seed(std::uint32_t seed) {
  std::scoped_lock const lock(all().mutex);
  all().seed = seed;
}

std::uint32_t driver::blocks_running() {
  std::scoped_lock const lock(all().mutex);
  std::uint32_t n = 0;
  for (auto const& [stream, g] : all().streams) n += g == nullptr ? 0 : g->running.load();
  return n;
}

std::uint64_t driver::launches() {
  std::scoped_lock const lock(all().mutex);
  return all().launches;
}

std::uint64_t driver::allocations() {
  std::scoped_lock const lock(all().mutex);
  return all().memory.size();
}

std::uint64_t driver::hazards() {
  std::scoped_lock const lock(all().mutex);
  return all().hazards;
}

}  // namespace gyre::emulated

/// Maps a piece of device memory once more, for tests/emulated/gdrapi. Null if it is none.
extern "C" void* gyre_emulated_map_again(void* at, std::size_t bytes) {
  std::scoped_lock const lock(gyre::emulated::all().mutex);
  auto* const wanted = static_cast<std::byte*>(at);
  for (auto const& [begin, piece] : gyre::emulated::all().memory) {
    if (wanted < begin || wanted + bytes > begin + piece.bytes) continue;
    void* const again = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, piece.file,
                               static_cast<off_t>(wanted - begin));
    return again == MAP_FAILED ? nullptr : again;
  }
  return nullptr;
}

// --- CUDA's runtime, as far as the engine calls it
// ------------------------------------------------

using gyre::emulated::all;

cudaError_t cudaGetDeviceCount(int* count) {
  std::scoped_lock const lock(all().mutex);
  if (all().devices < 0) return cudaErrorInsufficientDriver;
  *count = all().devices;
  return all().devices == 0 ? cudaErrorNoDevice : cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* out, int) {
  *out = cudaDeviceProp{};
  std::strcpy(out->name, "emulated lanes");
  out->major = 9;
  out->multiProcessorCount = 72;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* out, cudaDeviceAttr which, int) {
  std::scoped_lock const lock(all().mutex);
  auto const found = all().attributes.find(which);
  *out = found != all().attributes.end()         ? found->second
         : which == cudaDevAttrKernelExecTimeout ? 0
                                                 : 1;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int) {
  std::scoped_lock const lock(all().mutex);
  return all().failure;
}

char const* cudaGetErrorString(cudaError_t status) {
  switch (status) {
    case cudaErrorIllegalAddress: return "an illegal memory access was encountered";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorNotPermitted: return "would have waited for a resident kernel";
    default: return "an error of the emulated driver";
  }
}

cudaError_t cudaMalloc(void** out, std::size_t bytes) { return gyre::emulated::take(out, bytes); }
cudaError_t cudaHostAlloc(void** out, std::size_t bytes, unsigned) {
  return gyre::emulated::take(out, bytes);
}
cudaError_t cudaFree(void* at) { return gyre::emulated::give_back(at); }
cudaError_t cudaFreeHost(void* at) { return gyre::emulated::give_back(at); }
cudaError_t cudaHostRegister(void*, std::size_t, unsigned) {
  return gyre::emulated::refuse_while_resident();
}
cudaError_t cudaHostUnregister(void*) { return gyre::emulated::refuse_while_resident(); }

cudaError_t cudaMemset(void* at, int value, std::size_t bytes) {
  if (cudaError_t const s = gyre::emulated::refuse_while_resident(); s != cudaSuccess) return s;
  std::memset(at, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* out, unsigned flags) {
  std::scoped_lock const lock(all().mutex);
  if (all().failure != cudaSuccess) return all().failure;
  if (flags != cudaStreamNonBlocking) return cudaErrorInvalidValue;
  *out = reinterpret_cast<cudaStream_t>(all().next_stream++);
  all().streams[*out] = nullptr;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  std::shared_ptr<gyre::emulated::grid> last;
  std::scoped_lock const lock(all().mutex);
  auto const found = all().streams.find(stream);
  if (found == all().streams.end()) return cudaErrorInvalidResourceHandle;
  last = std::move(found->second);
  all().streams.erase(found);
  if (last != nullptr && last->running.load() != 0) {
    ++all().hazards;
    all().lost.push_back(last);
  }
  return cudaSuccess;
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  std::scoped_lock const lock(all().mutex);
  if (all().failure != cudaSuccess) return all().failure;
  auto const found = all().streams.find(stream);
  if (found == all().streams.end()) return cudaErrorInvalidResourceHandle;
  bool const running = found->second != nullptr && found->second->running.load() != 0;
  return running ? cudaErrorNotReady : cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) { return gyre::emulated::ready(stream); }

cudaError_t cudaMemcpyAsync(void* to, void const* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (cudaError_t const s = gyre::emulated::ready(stream); s != cudaSuccess) return s;
  if (kind == cudaMemcpyDeviceToHost) gyre::emulated::see_fibers();
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* at, int value, std::size_t bytes, cudaStream_t stream) {
  if (cudaError_t const s = gyre::emulated::ready(stream); s != cudaSuccess) return s;
  std::memset(at, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* out, void const*) {
  *out = cudaFuncAttributes{};
  return cudaSuccess;
}
cudaError_t cudaFuncSetAttribute(void const*, cudaFuncAttribute, int) { return cudaSuccess; }

cudaError_t cudaLaunchKernelExC(cudaLaunchConfig_t const* config, void const* function,
                                void** arguments) {
  if (cudaError_t const s = gyre::emulated::ready(config->stream); s != cudaSuccess) return s;
  if (config->numAttrs < 1 || config->attrs[0].id != cudaLaunchAttributeCooperative) {
    return cudaErrorInvalidConfiguration;
  }
  auto g = std::make_shared<gyre::emulated::grid>();
  g->what = static_cast<gyre::emulated::program const*>(function);
  g->view = *static_cast<gyre::blocks_view const* const*>(arguments[0]);
  g->warps = config->blockDim.x / 32;
  g->shared.resize(config->gridDim.x);
  g->running.store(config->gridDim.x);
  std::scoped_lock const lock(all().mutex);
  ++all().launches;
  for (std::uint32_t i = 0; i < config->gridDim.x; ++i) {
    g->threads.emplace_back([raw = g.get(), i, seed = all().seed] {
      gyre::emulated::run_block_of(*raw, i, seed);
      raw->running.fetch_sub(1);
    });
    ::pthread_setname_np(g->threads.back().native_handle(), "emulated-block");
  }
  all().streams[config->stream] = std::move(g);
  return cudaSuccess;
}
