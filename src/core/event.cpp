#include <gyre/core/event.hpp>

#include <cerrno>
#include <chrono>
#include <climits>
#include <ctime>
#include <thread>

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gyre {

namespace detail {

namespace {

/// Longer than any store waits on its way to memory, by orders of magnitude.
constexpr std::chrono::milliseconds until_stores_are_seen{10};

enum class barrier : std::uint8_t {
  usable,   ///< As far as is known.
  leaving,  ///< Refused; threads may not have seen yet that they must fence.
  gone,     ///< Every thread fences.
};
std::atomic<barrier> state{barrier::usable};

bool membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0) == 0; }

bool fence_everybody() noexcept {
  if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) return true;
  // Refused as well where this process is not registered.
  return errno == EPERM && membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
         membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

}  // namespace

bool has_membarrier() noexcept {
  // Registered once; every later barrier reaches all threads of the process that run.
  if (state.load(std::memory_order_relaxed) != barrier::usable) return false;
  if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)) return true;
  state.store(barrier::gone, std::memory_order_relaxed);
  return false;
}

void heavy_fence() noexcept {
  barrier seen = state.load(std::memory_order_seq_cst);
  if (seen == barrier::usable && fence_everybody()) [[likely]]
    return;
  if (seen != barrier::gone) {
    light_fences.store(false, std::memory_order_seq_cst);
    seen = barrier::usable;
    state.compare_exchange_strong(seen, barrier::leaving, std::memory_order_seq_cst);
    platform::full_fence();
    // Whoever comes meanwhile waits as long: it must not trust in fences that others leave out. A
    // waker that was interrupted has had its stores brought to memory by that.
    std::this_thread::sleep_for(until_stores_are_seen);
    state.store(barrier::gone, std::memory_order_seq_cst);
  }
  platform::full_fence();
}

}  // namespace detail

namespace {

long futex(std::atomic<std::uint32_t>* word, int operation, std::uint32_t value,
           timespec const* until) noexcept {
  static_assert(sizeof(*word) == 4, "a futex is a 32-bit word");
  return ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(word), operation, value, until,
                   nullptr, FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

void event::wake() noexcept {
  // Whoever takes the 1 pays for the system call; the others go on.
  if (parked_.exchange(0, std::memory_order_acq_rel) != 0) {
    futex(&parked_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr);
  }
}

bool event::sleep(deadline until) noexcept {
  timespec at{};
  timespec const* at_or_never = nullptr;
  if (!until.is_never()) {
    // steady_clock is CLOCK_MONOTONIC, the clock of FUTEX_WAIT_BITSET's absolute time.
    auto const since = until.when().time_since_epoch();
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    at.tv_sec = static_cast<std::time_t>(seconds.count());
    at.tv_nsec = static_cast<long>(std::chrono::nanoseconds(since - seconds).count());
    at_or_never = &at;
  }
  while (parked_.load(std::memory_order_acquire) != 0) {
    long const r = futex(&parked_, FUTEX_WAIT_BITSET_PRIVATE, 1, at_or_never);
    if (r != 0 && errno == ETIMEDOUT) return false;
  }
  return true;
}

void backoff::step_slowly() noexcept {
  if (count_ >= steps_.spins + steps_.pauses) {
    std::this_thread::yield();
  } else {
    platform::pause();
  }
  if (!exhausted()) ++count_;
}

}  // namespace gyre
