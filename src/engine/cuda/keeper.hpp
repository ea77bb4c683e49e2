#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <gyre/core/event.hpp>

#include "residence.hpp"

namespace gyre::cuda {

/// A thread that looks after the kernels of an engine: a device that fails answers nobody, dead
/// letters are to be passed on, and kernels that left are launched again when something comes.
/// There while there are kernels. Thread-safe.
class keeper {
 public:
  keeper() = default;
  ~keeper();
  keeper(keeper const&) = delete;
  keeper& operator=(keeper const&) = delete;

  void add(std::shared_ptr<residence> kernel);
  void remove(residence const& kernel) noexcept;
  /// What senders ring when a kernel may have left.
  [[nodiscard]] event& bell() noexcept { return bell_; }
  /// Has it look at once.
  void wake() noexcept;

  /// A new number, which every resident kernel is asked to repeat (`control_words::grace`).
  std::uint64_t begin_grace();
  [[nodiscard]] bool grace_over(std::uint64_t grace) const;

 private:
  void run();
  void end_thread() noexcept;
  [[nodiscard]] std::vector<std::shared_ptr<residence>> all() const;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<residence>> kernels_;  // guarded by mutex_
  std::uint64_t grace_ = 0;                          // guarded by mutex_
  event bell_;
  std::atomic<bool> woken_{false};
  std::atomic<bool> ending_{false};
  std::mutex thread_mutex_;
  std::thread thread_;  // guarded by thread_mutex_
};

}  // namespace gyre::cuda
