#include <gyre/engine/cuda/engine.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <cuda_runtime.h>

#include <gyre/engine/cuda/program.hpp>
#include <gyre/kernel/block/shared.hpp>

#include "../arena.hpp"
#include "device.hpp"
#include "layout.hpp"
#include "resident.hpp"

namespace gyre {
namespace {

using cuda::check;
using cuda::device_facts;
using cuda::residence;

/// A block's warps that are not workers.
constexpr std::uint32_t serving_warps = 1 + block::sources;
constexpr std::uint32_t warp_lanes = 32;
/// Worker warps of a block, where the options leave it to the engine.
constexpr std::uint32_t usual_workers = 4;
/// Actors of a shard, likewise.
constexpr std::uint64_t usual_actors_per_shard = 1024;

std::string named(device_facts const& d) {
  return d.name + ", compute capability " + std::to_string(d.major) + "." +
         std::to_string(d.minor) + ", " + std::to_string(d.multiprocessors) + " multiprocessors";
}

/// What the engine's kernels share: they may outlive it.
struct shared_state {
  device_facts device;
  cuda_options options;
  std::shared_ptr<arena> host_memory;
  std::shared_ptr<arena> device_memory;

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::shared_ptr<residence>> residents;  // guarded by mutex
  std::uint32_t multiprocessors_taken = 0;            // likewise
  bool ending = false;                                // likewise
};

/// Looks after resident kernels: a device that fails answers nobody.
void watch(std::shared_ptr<shared_state> const& state) {
  constexpr auto period = std::chrono::milliseconds(10);
  cudaSetDevice(state->device.index);
  std::unique_lock lock(state->mutex);
  while (!state->ending) {
    if (state->residents.empty()) {
      state->changed.wait(lock);
      continue;
    }
    auto const residents = state->residents;
    lock.unlock();
    for (auto const& r : residents) (void)r->gone();
    lock.lock();
    state->changed.wait_for(lock, period, [&] { return state->ending; });
  }
}

void forget(void* keeper, residence& gone) noexcept {
  auto& state = *static_cast<shared_state*>(keeper);
  std::scoped_lock const lock(state.mutex);
  state.multiprocessors_taken -= gone.multiprocessors;
  std::erase_if(state.residents, [&](auto const& held) { return held.get() == &gone; });
  cudaStreamDestroy(gone.stream);
  gone.memory.clear();
}

class cuda_engine final : public engine {
 public:
  explicit cuda_engine(std::shared_ptr<shared_state> state)
      : state_(std::move(state)), watcher_([s = state_] { watch(s); }) {}
  ~cuda_engine() override {
    {
      std::scoped_lock const lock(state_->mutex);
      state_->ending = true;
    }
    state_->changed.notify_all();
    watcher_.join();
  }

  engine_report report() const override {
    engine_report r;
    r.kind = engine_kind::cuda;
    r.built = r.found = true;
    r.detail = named(state_->device);
    r.greatest_shards = greatest_shards();
    r.greatest_lanes = block::greatest_workers * warp_lanes;
    return r;
  }

  result<launch_options> settle(launch_options options) const override {
    std::uint32_t const most = greatest_shards();
    if (options.shards == 0) {
      std::uint64_t const wanted =
          (options.actors + usual_actors_per_shard - 1) / usual_actors_per_shard;
      options.shards = static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, most));
    }
    if (options.lanes == 0) options.lanes = usual_workers * warp_lanes;
    if (options.shards > most) return refuse("shards", options.shards, "1 to " + text(most));
    if (options.shards > options.actors) {
      return refuse("shards", options.shards,
                    "at most the number of actors, " + text(options.actors));
    }
    if (options.lanes % warp_lanes != 0 || options.lanes > block::greatest_workers * warp_lanes) {
      return refuse("lanes", options.lanes,
                    "multiples of 32 up to " + text(block::greatest_workers * warp_lanes));
    }
    if (!options.pin.empty()) {
      return fail(errc::invalid_option, "pin is for the cpu engine; the engine is cuda");
    }
    return options;
  }

  ring_format format() const noexcept override { return ring_format::tag8; }
  bool has_device_buffers() const noexcept override { return false; }

  std::uint64_t available_memory() const override {
    return state_->host_memory->free_bytes() + state_->device_memory->free_bytes();
  }

  std::uint64_t bytes_beside(kernel_image const& image, launch_options const& options,
                             ring_geometry const& inbox) const override {
    return cuda::device_bytes(image, options, inbox);
  }

  result<memory_block> allocate(std::uint64_t bytes) override {
    auto block = state_->host_memory->allocate(bytes);
    if (!block) {
      block.error().context = "pinned host memory (cuda.host_bytes): " + block.error().context;
      return block;
    }
    std::memset(block->data(), 0, block->bytes());
    return block;
  }

  result<std::unique_ptr<resident_kernel>> start(kernel_image const& image,
                                                 kernel_view const& kernel,
                                                 launch_options const& options,
                                                 kernel_listener& listener) override {
    cuda_program const* const program = find_cuda_program(image.name);
    if (program == nullptr) {
      return fail(errc::unsupported, "actor '" + std::string(image.name) +
                                         "' was not compiled for the device: nvcc must see a "
                                         "gyre::on_device of it");
    }
    auto where = std::make_shared<residence>();
    where->host = kernel;
    where->listener = &listener;
    where->multiprocessors = kernel.shard_count;
    if (auto r = take_multiprocessors(kernel.shard_count); !r) {
      return tl::unexpected<error>(std::move(r.error()));
    }
    if (auto r = launch(*program, image, options, *where); !r) {
      forget(state_.get(), *where);
      return tl::unexpected<error>(std::move(r.error()));
    }
    {
      std::scoped_lock const lock(state_->mutex);
      state_->residents.push_back(where);
    }
    state_->changed.notify_all();
    return cuda::make_resident(std::move(where), state_, &forget);
  }

 private:
  static std::string text(std::uint64_t n) { return std::to_string(n); }
  static tl::unexpected<error> refuse(char const* option, std::uint64_t value,
                                      std::string const& allowed) {
    return fail(errc::invalid_option, std::string(option) + " is " + text(value) +
                                          ", allowed on the cuda engine: " + allowed);
  }

  [[nodiscard]] std::uint32_t greatest_shards() const noexcept {
    std::uint32_t const reserved = state_->options.reserved_multiprocessors;
    std::uint32_t const all = state_->device.multiprocessors;
    return all > reserved ? all - reserved : 1;
  }

  /// A block has a multiprocessor to itself.
  result<void> take_multiprocessors(std::uint32_t wanted) {
    std::scoped_lock const lock(state_->mutex);
    std::uint32_t const left = greatest_shards() - state_->multiprocessors_taken;
    if (wanted > left) {
      return fail(errc::engine_failed, text(wanted) + " shards wanted, multiprocessors free: " +
                                           text(left) + " of " + text(greatest_shards()));
    }
    state_->multiprocessors_taken += wanted;
    return {};
  }

  /// Lays the kernel out on the device, launches it, and waits until each shard is in its loop.
  result<void> launch(cuda_program const& program, kernel_image const& image,
                      launch_options const& options, residence& where) {
    if (auto r = check(cudaSetDevice(state_->device.index), "choosing the device"); !r) return r;
    if (auto r = check(cudaStreamCreateWithFlags(&where.stream, cudaStreamNonBlocking),
                       "making a stream");
        !r) {
      return r;
    }
    auto view = cuda::lay_out(image, options, *state_->device_memory, where);
    if (!view) return tl::unexpected<error>(std::move(view.error()));

    // Loaded before anything waits for it: a first launch loads code, and that may wait for others.
    cudaFuncAttributes attributes{};
    if (auto r = check(cudaFuncGetAttributes(&attributes, program.kernel), "loading the kernel");
        !r) {
      return r;
    }
    if (auto r =
            check(cudaFuncSetAttribute(program.kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                       static_cast<int>(program.shared_bytes)),
                  "a block's " + text(program.shared_bytes) + " bytes of shared memory");
        !r) {
      return r;
    }
    cudaLaunchAttribute how[2]{};
    how[0].id = cudaLaunchAttributeCooperative;
    how[0].val.cooperative = 1;
    // Its fences then do not wait for other kernels' writes.
    how[1].id = cudaLaunchAttributeMemSyncDomain;
    how[1].val.memSyncDomain = cudaLaunchMemSyncDomainRemote;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(where.host.shard_count);
    config.blockDim = dim3(serving_warps * warp_lanes + options.lanes);
    config.dynamicSmemBytes = program.shared_bytes;
    config.stream = where.stream;
    config.attrs = how;
    config.numAttrs = state_->device.major >= 9 ? 2 : 1;
    blocks_view const* argument = *view;
    void* arguments[] = {&argument};
    if (auto r = check(cudaLaunchKernelExC(&config, program.kernel, arguments), "the launch"); !r) {
      return r;
    }
    return wait_until_resident(where);
  }

  static result<void> wait_until_resident(residence& where) {
    deadline const until(std::chrono::seconds(10));
    for (std::uint32_t i = 0; i < where.host.shard_count; ++i) {
      auto const& phase = where.host.shards[i].words->phase;
      while (phase.load(std::memory_order_acquire) == shard_phase::starting) {
        // The driver may need a call to push the work out.
        cudaError_t const status = cudaStreamQuery(where.stream);
        if (status != cudaErrorNotReady) {
          return check(status == cudaSuccess ? cudaErrorUnknown : status, "the kernel's start");
        }
        if (until.expired()) {
          return fail(errc::engine_failed, "shard " + text(i) + " did not start within 10 s");
        }
      }
    }
    return {};
  }

  std::shared_ptr<shared_state> state_;
  std::thread watcher_;
};

}  // namespace

engine_report report_on_cuda() {
  engine_report r;
  r.kind = engine_kind::cuda;
  r.built = true;
  auto const device = cuda::inspect(0);
  if (!device) {
    r.detail = device.error().context;
    return r;
  }
  r.found = true;
  r.detail = named(*device);
  r.greatest_shards = device->multiprocessors;
  r.greatest_lanes = block::greatest_workers * warp_lanes;
  return r;
}

result<std::shared_ptr<engine>> make_cuda_engine(cuda_options const& options) {
  constexpr std::uint64_t least = std::uint64_t{1} << 20;
  if (options.host_bytes < least || options.device_bytes < least) {
    return fail(errc::invalid_option, "cuda.host_bytes is " + std::to_string(options.host_bytes) +
                                          ", cuda.device_bytes " +
                                          std::to_string(options.device_bytes) +
                                          ", allowed: " + std::to_string(least) + " and more");
  }
  auto device = cuda::inspect(options.device);
  if (!device) return tl::unexpected<error>(std::move(device.error()));
  auto state = std::make_shared<shared_state>();
  state->device = *device;
  state->options = options;
  if (auto r = check(cudaSetDevice(device->index), "choosing the device"); !r) {
    return tl::unexpected<error>(std::move(r.error()));
  }
  void* host = nullptr;
  if (auto const s =
          cudaHostAlloc(&host, options.host_bytes, cudaHostAllocMapped | cudaHostAllocPortable);
      s != cudaSuccess) {
    return fail(errc::no_memory, std::to_string(options.host_bytes) +
                                     " bytes of pinned memory: " + cudaGetErrorString(s));
  }
  state->host_memory =
      std::make_shared<arena>(static_cast<std::byte*>(host), options.host_bytes,
                              [](std::byte* data) noexcept { cudaFreeHost(data); });
  void* memory = nullptr;
  if (auto const s = cudaMalloc(&memory, options.device_bytes); s != cudaSuccess) {
    return fail(errc::no_memory, std::to_string(options.device_bytes) +
                                     " bytes of device memory: " + cudaGetErrorString(s));
  }
  state->device_memory =
      std::make_shared<arena>(static_cast<std::byte*>(memory), options.device_bytes,
                              [](std::byte* data) noexcept { cudaFree(data); });
  return std::make_shared<cuda_engine>(std::move(state));
}

}  // namespace gyre
