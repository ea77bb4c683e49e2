#include <chrono>
#include <thread>
#include <utility>

#include <gyre/core/options.hpp>

#include "resident.hpp"

namespace gyre::cuda {

bool residence::gone() {
  cudaError_t const status = cudaStreamQuery(stream);
  if (status == cudaErrorNotReady) return false;
  if (status != cudaSuccess && !failed.exchange(true)) listener->failed(cudaGetErrorString(status));
  return true;
}

namespace {

class cuda_kernel final : public resident_kernel {
 public:
  cuda_kernel(std::shared_ptr<residence> where, std::shared_ptr<void> keeper,
              void (*left)(void*, residence&) noexcept)
      : where_(std::move(where)), keeper_(std::move(keeper)), left_(left) {}

  ~cuda_kernel() override {
    if (where_->gone()) {
      left_(keeper_.get(), *where_);
      return;
    }
    // Still in a handler: what it stands on must stay.
    static auto& kept =
        *new std::vector<std::pair<std::shared_ptr<residence>, std::shared_ptr<void>>>;
    static std::mutex mutex;
    std::scoped_lock const lock(mutex);
    kept.emplace_back(where_, keeper_);
  }

  /// The control warps look by themselves.
  void wake() noexcept override {}

  bool join(deadline until) noexcept override {
    // Every shard says so, then the grid ends; or the device has failed.
    while (!where_->gone()) {
      if (until.expired()) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
    return true;
  }

  std::uint64_t bury_tells() noexcept override {
    if (where_->failed.load()) return 0;
    std::uint64_t n = 0;
    try {
      for (std::uint32_t i = 0; i < where_->blocks.size(); ++i) n += bury_tells_of(i);
    } catch (...) {  // no memory to look into them: they are not counted
    }
    return n;
  }

 private:
  std::uint64_t bury_tells_of(std::uint32_t shard) {
    ring_memory<> const& on_device = where_->blocks[shard].tells;
    std::vector<std::byte> slots(on_device.geometry.bytes() + cache_line);
    ring_memory<> copy = on_device;
    auto const misfit = reinterpret_cast<std::uintptr_t>(slots.data()) % cache_line;
    copy.slots = slots.data() + (misfit == 0 ? 0 : cache_line - misfit);
    ring_words<> words;
    copy.words = &words;
    cudaMemcpyAsync(copy.slots, on_device.slots, on_device.geometry.bytes(), cudaMemcpyDeviceToHost,
                    where_->stream);
    if (cudaStreamSynchronize(where_->stream) != cudaSuccess) return 0;
    std::vector<std::byte> scratch(limits::greatest_payload + 2 * sizeof(envelope));
    auto const taken = where_->host.shards[shard].words->tells_taken.load();
    any_reader rest(ring_format::tag8, copy, scratch.data(), scratch.size(), taken);
    std::uint64_t n = 0;
    for (message_view m; rest.peek(m); rest.pop(m), ++n) {
      where_->listener->buried(drop_reason::terminated, m.head);
    }
    return n;
  }

  std::shared_ptr<residence> where_;
  std::shared_ptr<void> keeper_;
  void (*left_)(void*, residence&) noexcept;
};

}  // namespace

std::unique_ptr<resident_kernel> make_resident(std::shared_ptr<residence> where,
                                               std::shared_ptr<void> keeper,
                                               void (*left)(void*, residence&) noexcept) {
  return std::make_unique<cuda_kernel>(std::move(where), std::move(keeper), left);
}

}  // namespace gyre::cuda
