#include <algorithm>
#include <chrono>
#include <utility>

#include "core/thread.hpp"
#include "keeper.hpp"

namespace gyre::cuda {
namespace {

/// Between two looks at kernels that stay.
constexpr auto stay_period = std::chrono::milliseconds(10);
/// Between two looks at a kernel that may leave at any time.
constexpr auto visit_period = std::chrono::microseconds(50);

}  // namespace

keeper::~keeper() { end_thread(); }

void keeper::end_thread() noexcept {
  if (!thread_.joinable()) return;
  ending_.store(true, std::memory_order_release);
  bell_.notify();
  thread_.join();
  ending_.store(false, std::memory_order_relaxed);
}

void keeper::wake() noexcept {
  woken_.store(true, std::memory_order_release);
  bell_.notify();
}

void keeper::add(std::shared_ptr<residence> kernel) {
  std::scoped_lock const thread(thread_mutex_);
  {
    std::scoped_lock const lock(mutex_);
    kernel->launched_in_grace = grace_;
    kernel->host.control->grace.store(grace_, std::memory_order_release);
    kernels_.push_back(std::move(kernel));
  }
  wake();
  if (thread_.joinable()) return;
  thread_ = detail::start_thread("gyre-cuda", [this] { run(); });
}

void keeper::remove(residence const& kernel) noexcept {
  std::scoped_lock const thread(thread_mutex_);
  bool last = false;
  {
    std::scoped_lock const lock(mutex_);
    std::erase_if(kernels_, [&](auto const& held) { return held.get() == &kernel; });
    last = kernels_.empty();
  }
  if (last) {
    end_thread();
  } else {
    wake();  // it lets go of what it looked at
  }
}

std::vector<std::shared_ptr<residence>> keeper::all() const {
  std::scoped_lock const lock(mutex_);
  return kernels_;
}

std::uint64_t keeper::begin_grace() {
  std::scoped_lock const lock(mutex_);
  ++grace_;
  for (auto const& k : kernels_) k->host.control->grace.store(grace_, std::memory_order_release);
  return grace_;
}

bool keeper::grace_over(std::uint64_t grace) const {
  std::scoped_lock const lock(mutex_);
  return std::all_of(kernels_.begin(), kernels_.end(),
                     [&](auto const& k) { return k->passed(grace); });
}

void keeper::run() {
  while (!ending_.load(std::memory_order_acquire)) {
    woken_.store(false, std::memory_order_relaxed);
    auto kernels = all();
    auto next = deadline();
    for (auto const& k : kernels) {
      k->tend();
      bool const visiting = k->leaves() && k->here();
      auto const period = visiting ? std::chrono::nanoseconds(visit_period) : stay_period;
      if (period < next.left()) next = deadline(period);
    }
    bell_.park(next, [&] {
      return ending_.load(std::memory_order_acquire) || woken_.load(std::memory_order_acquire) ||
             std::any_of(kernels.begin(), kernels.end(), [](auto const& k) { return k->wanted(); });
    });
  }
}

}  // namespace gyre::cuda
