#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "resident.hpp"

namespace gyre::cuda {
namespace {

/// To blocks, which count themselves what came in by their doors.
class block_link final : public kernel_link {
 public:
  explicit block_link(std::shared_ptr<seen_from_afar const> there) : there_(std::move(there)) {}
  kernel_view const* target() const noexcept override { return &there_->at->kernel; }
  void* way() noexcept override { return const_cast<block::far_kernel*>(there_->at); }

 private:
  std::shared_ptr<seen_from_afar const> const there_;
};

class cuda_kernel final : public resident_kernel {
 public:
  cuda_kernel(std::shared_ptr<residence> where, std::shared_ptr<engine_state> state)
      : where_(std::move(where)), state_(std::move(state)) {}

  ~cuda_kernel() override {
    state_->kernels->remove(*where_);
    where_->tend();
    if (!where_->ended()) {
      // Still in a handler: what it stands on must stay, for as long as the process lives.
      static auto& kept =
          *new std::vector<std::pair<std::shared_ptr<residence>, std::shared_ptr<engine_state>>>;
      static std::mutex mutex;
      std::scoped_lock const lock(mutex);
      kept.emplace_back(where_, state_);
      return;
    }
    if (!where_->failed()) where_->on->close_stream(where_->stream);
    std::scoped_lock const lock(state_->mutex);
    state_->multiprocessors_taken -= where_->host.shard_count;
  }

  void wake() noexcept override {
    if (!where_->leaves()) return;  // its control warps look by themselves
    where_->call();
    state_->kernels->wake();
  }

  bool join(deadline until) noexcept override {
    for (;;) {
      where_->tend();
      if (where_->ended()) return true;
      if (until.expired()) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }

  std::uint64_t bury_tells() noexcept override { return where_->bury_tells(); }

  std::shared_ptr<kernel_link> way_from(resident_kernel const& other,
                                        std::uint32_t) const override {
    auto const* const from = dynamic_cast<cuda_kernel const*>(&other);
    bool const beside = from != nullptr && from->state_ == state_ && from->where_->shown != nullptr;
    if (!beside || where_->shown == nullptr) return nullptr;
    return std::make_shared<block_link>(where_->shown);
  }
  void shut_out_others() noexcept override { where_->shut_out_others(); }

 private:
  std::shared_ptr<residence> where_;
  std::shared_ptr<engine_state> state_;
};

}  // namespace

std::unique_ptr<resident_kernel> make_resident(std::shared_ptr<residence> where,
                                               std::shared_ptr<engine_state> state) {
  return std::make_unique<cuda_kernel>(std::move(where), std::move(state));
}

}  // namespace gyre::cuda
