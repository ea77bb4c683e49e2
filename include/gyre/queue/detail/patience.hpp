#pragma once

#include <gyre/core/chrono.hpp>
#include <gyre/core/deadline.hpp>

namespace gyre::detail {

/// How long an operation may wait: a deadline, or a timeout that becomes one only where there is a
/// wait, so that the fast path reads no clock.
class patience {
 public:
  explicit patience(deadline until) noexcept : until_(until) {}
  explicit patience(std::chrono::nanoseconds timeout) noexcept
      : timeout_(timeout), started_(timeout == forever) {}

  /// Whether there may be no wait at all.
  [[nodiscard]] bool none() const noexcept {
    return started_ ? until_.expired() : timeout_.count() <= 0;
  }

  /// The deadline; a timeout runs from the first call.
  [[nodiscard]] deadline start() noexcept {
    if (!started_) until_ = deadline(timeout_);
    started_ = true;
    return until_;
  }

 private:
  std::chrono::nanoseconds timeout_{};
  deadline until_{};
  bool started_ = true;
};

}  // namespace gyre::detail
