#include <gyre/bridge/service.hpp>

#include <algorithm>
#include <chrono>

#include <gyre/bridge/bridge.hpp>

#include "core/thread.hpp"

namespace gyre {

bridge_service::~bridge_service() {
  stop_.store(true, std::memory_order_release);
  kick();
  if (thread_.joinable()) thread_.join();
}

void bridge_service::add(std::shared_ptr<bridge> const& b) {
  std::scoped_lock const lock(mutex_);
  bridges_.push_back(b);
  if (!thread_.joinable()) {
    thread_ = detail::start_thread("gyre-bridge", [this] { run(); });
  }
}

void bridge_service::remove(bridge const& b) {
  std::scoped_lock const lock(mutex_);
  std::erase_if(bridges_, [&](auto const& held) { return held.get() == &b; });
}

void bridge_service::kick() noexcept {
  kicks_.fetch_add(1, std::memory_order_release);
  rest_.notify();
  bell_.notify();
}

bool bridge_service::pump_all(bool& needed) noexcept {
  std::scoped_lock const lock(mutex_);
  bool moved = false;
  needed = false;
  for (auto const& b : bridges_) {
    if (!b->needs_pump()) continue;
    needed = true;
    moved = b->pump() || moved;
  }
  return moved;
}

void bridge_service::run() {
  // A message that waits for room in an inbox full of others' messages gets no bell of its own.
  constexpr std::chrono::nanoseconds look_again = std::chrono::milliseconds(1);
  backoff pause;
  while (!stop_.load(std::memory_order_acquire)) {
    std::uint64_t const seen = kicks_.load(std::memory_order_acquire);
    bool needed = false;
    if (pump_all(needed)) {
      pause = backoff();
      continue;
    }
    pause.step();
    if (needed && !pause.exhausted()) continue;
    auto const called = [&] {
      return stop_.load(std::memory_order_acquire) ||
             kicks_.load(std::memory_order_acquire) != seen;
    };
    if (needed) {
      bool still = false;
      bell_.park(deadline(look_again), [&] { return called() || pump_all(still); });
    } else {
      rest_.park(deadline(), called);
    }
    pause = backoff();
  }
}

}  // namespace gyre
