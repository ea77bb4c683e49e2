#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include <cuda_runtime.h>

#include <gyre/engine/cuda/program.hpp>

#include "device.hpp"

namespace gyre::cuda {
namespace {

class local_device;

/// Every device of this process: their kernels get into the way of what others of them want.
struct siblings {
  std::mutex mutex;
  std::vector<local_device*> all;
};
siblings& process() {
  static auto& made = *new siblings;
  return made;
}

class local_device final : public device {
 public:
  explicit local_device(device_facts facts) : facts_(std::move(facts)) {
    std::scoped_lock const lock(process().mutex);
    process().all.push_back(this);
  }
  ~local_device() override {
    {
      std::scoped_lock const lock(process().mutex);
      std::erase(process().all, this);
    }
    // What waits for a kernel that still runs would wait for ever: the process's end frees it.
    for (cudaStream_t s : streams_) {
      if (s != nullptr && cudaStreamQuery(s) == cudaErrorNotReady) return;
    }
    for (cudaStream_t s : streams_) {
      if (s != nullptr) cudaStreamDestroy(s);
    }
    if (device_.data() != nullptr) cudaFree(device_.data());
    if (host_.data() == nullptr) return;
    if (owns_host_) {
      cudaFreeHost(host_.data());
    } else {
      cudaHostUnregister(host_.data());
    }
  }

  result<void> take(host_region host, std::uint64_t device_bytes) {
    if (auto r = choose(); !r) return r;
    if (kernels_beside()) {
      return fail(errc::wrong_state,
                  "a kernel of another runtime of this process is on the device: to take memory "
                  "beside it may wait for it for ever; make the runtimes before they launch");
    }
    if (host.data != nullptr) {
      int same = 0;
      cudaDeviceGetAttribute(&same, cudaDevAttrCanUseHostPointerForRegisteredMem, facts_.index);
      if (same == 0) {
        return fail(errc::unsupported, facts_.name +
                                           ": shared memory cannot be mapped at its own address, "
                                           "which cuda.worker_process wants");
      }
    }
    void* data = host.data;
    cudaError_t status = cudaSuccess;
    owns_host_ = data == nullptr;
    if (owns_host_) {
      status = cudaHostAlloc(&data, host.bytes, cudaHostAllocMapped | cudaHostAllocPortable);
    } else {
      status =
          cudaHostRegister(data, host.bytes, cudaHostRegisterMapped | cudaHostRegisterPortable);
    }
    if (status != cudaSuccess) return no_memory(host.bytes, "pinned", status);
    host_ = {static_cast<std::byte*>(data), host.bytes};
    void* memory = nullptr;
    status = cudaMalloc(&memory, device_bytes);
    if (status != cudaSuccess) return no_memory(device_bytes, "device", status);
    device_ = {static_cast<std::byte*>(memory), device_bytes};
    return warm_up();
  }

  device_facts const& facts() const noexcept override { return facts_; }
  std::span<std::byte> host_memory() const noexcept override { return host_; }
  std::span<std::byte> device_memory() const noexcept override { return device_; }

  result<stream_id> open_stream() override {
    if (auto r = choose(); !r) return tl::unexpected<error>(std::move(r.error()));
    cudaStream_t made = nullptr;
    auto r = check(cudaStreamCreateWithFlags(&made, cudaStreamNonBlocking), "making a stream");
    if (!r) return tl::unexpected<error>(std::move(r.error()));
    std::scoped_lock const lock(mutex_);
    auto const free = std::find(streams_.begin(), streams_.end(), nullptr);
    if (free != streams_.end()) {
      *free = made;
      return static_cast<stream_id>(free - streams_.begin());
    }
    streams_.push_back(made);
    return static_cast<stream_id>(streams_.size() - 1);
  }
  void close_stream(stream_id on) noexcept override {
    std::scoped_lock const lock(mutex_);
    cudaStreamDestroy(std::exchange(streams_[on], nullptr));
  }

  result<void> copy_in(stream_id on, std::byte* to, std::byte const* from,
                       std::uint64_t bytes) override {
    return copy(on, to, from, bytes, cudaMemcpyHostToDevice, "a copy to the device");
  }
  result<void> copy_out(stream_id on, std::byte* to, std::byte const* from,
                        std::uint64_t bytes) override {
    return copy(on, to, from, bytes, cudaMemcpyDeviceToHost, "a copy from the device");
  }
  result<void> clear(stream_id on, std::byte* at, std::uint64_t bytes) override {
    if (auto r = choose(); !r || bytes == 0) return r;
    cudaStream_t const s = stream(on);
    if (auto r = check(cudaMemsetAsync(at, 0, bytes, s), "clearing device memory"); !r) return r;
    return check(cudaStreamSynchronize(s), "clearing device memory");
  }

  result<void> load(std::string const& actor) override {
    auto const program = find_cuda_program(actor);
    if (!program) return tl::unexpected<error>(program.error());
    if (auto r = choose(); !r) return r;
    // A first launch loads code, and that may wait for kernels that stay.
    cudaFuncAttributes attributes{};
    auto r = check(cudaFuncGetAttributes(&attributes, (*program)->kernel), "loading the kernel");
    if (!r) return r;
    auto const bytes = static_cast<int>((*program)->shared_bytes);
    return check(cudaFuncSetAttribute((*program)->kernel,
                                      cudaFuncAttributeMaxDynamicSharedMemorySize, bytes),
                 "a block's " + std::to_string(bytes) + " bytes of shared memory");
  }

  result<void> launch(stream_id on, std::string const& actor, blocks_view const* view,
                      std::uint32_t shards, std::uint32_t threads) override {
    auto const program = find_cuda_program(actor);
    if (!program) return tl::unexpected<error>(program.error());
    if (auto r = choose(); !r) return r;
    cudaLaunchAttribute how[2]{};
    how[0].id = cudaLaunchAttributeCooperative;
    how[0].val.cooperative = 1;
    // Its fences then do not wait for other kernels' writes.
    how[1].id = cudaLaunchAttributeMemSyncDomain;
    how[1].val.memSyncDomain = cudaLaunchMemSyncDomainRemote;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(shards);
    config.blockDim = dim3(threads);
    config.dynamicSmemBytes = (*program)->shared_bytes;
    config.stream = stream(on);
    config.attrs = how;
    config.numAttrs = facts_.major >= 9 ? 2 : 1;
    void* arguments[] = {&view};
    return check(cudaLaunchKernelExC(&config, (*program)->kernel, arguments), "the launch");
  }

  sighting look(stream_id on) override {
    if (auto r = choose(); !r) return {presence::failed, r.error().context};
    switch (cudaError_t const status = cudaStreamQuery(stream(on)); status) {
      case cudaSuccess: return {presence::left, {}};
      case cudaErrorNotReady: return {presence::resident, {}};
      default: return {presence::failed, cudaGetErrorString(status)};
    }
  }

  result<void> revive() override {
    return fail(errc::engine_failed,
                "the device failed, and with it all that this process has on it; with the option "
                "cuda.worker_process it could be started again");
  }

 private:
  static result<void> no_memory(std::uint64_t bytes, char const* kind, cudaError_t status) {
    return fail(errc::no_memory, std::to_string(bytes) + " bytes of " + kind +
                                     " memory: " + cudaGetErrorString(status));
  }
  /// Whether any device of this process has a kernel on it now.
  static bool kernels_beside() {
    std::scoped_lock const lock(process().mutex);
    for (local_device* d : process().all) {
      std::scoped_lock const streams(d->mutex_);
      for (cudaStream_t s : d->streams_) {
        if (s != nullptr && cudaStreamQuery(s) == cudaErrorNotReady) return true;
      }
    }
    return false;
  }
  /// Each thread says for itself which device it means.
  [[nodiscard]] result<void> choose() const {
    return check(cudaSetDevice(facts_.index), "choosing the device");
  }
  [[nodiscard]] cudaStream_t stream(stream_id id) const {
    std::scoped_lock const lock(mutex_);
    return streams_[id];
  }
  result<void> copy(stream_id on, std::byte* to, std::byte const* from, std::uint64_t bytes,
                    cudaMemcpyKind kind, char const* what) {
    if (auto r = choose(); !r || bytes == 0) return r;
    cudaStream_t const s = stream(on);
    if (auto r = check(cudaMemcpyAsync(to, from, bytes, kind, s), what); !r) return r;
    return check(cudaStreamSynchronize(s), what);
  }
  /// What the driver does by kernels of its own, it loads at their first use, and that would wait
  /// for kernels that stay: so they are used now.
  result<void> warm_up() {
    auto const s = open_stream();
    if (!s) return tl::unexpected<error>(s.error());
    result<void> done;
    for (std::uint64_t bytes : {std::uint64_t{1}, std::uint64_t{4}, std::uint64_t{24},
                                std::uint64_t{4096}, std::uint64_t{1} << 20}) {
      bytes = std::min<std::uint64_t>({bytes, host_.size(), device_.size()});
      if (done) done = clear(*s, device_.data(), bytes);
      if (done) done = copy_in(*s, device_.data(), host_.data(), bytes);
      if (done) done = copy_out(*s, host_.data(), device_.data(), bytes);
    }
    close_stream(*s);
    return done;
  }

  device_facts const facts_;
  bool owns_host_ = true;
  std::span<std::byte> host_;
  std::span<std::byte> device_;
  mutable std::mutex mutex_;
  std::vector<cudaStream_t> streams_;  // guarded by mutex_; null: free
};

}  // namespace

result<std::unique_ptr<device>> make_local_device(int index, host_region host,
                                                  std::uint64_t device_bytes) {
  auto facts = inspect(index);
  if (!facts) return tl::unexpected<error>(std::move(facts.error()));
  auto made = std::make_unique<local_device>(std::move(*facts));
  if (auto r = made->take(host, device_bytes); !r) {
    return tl::unexpected<error>(std::move(r.error()));
  }
  return made;
}

}  // namespace gyre::cuda
