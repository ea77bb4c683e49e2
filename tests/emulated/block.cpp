#include "block.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <sys/prctl.h>

namespace gyre::emulated {

bool stepper::round() {
  // Another order now and then: often enough to find what depends on it.
  if (rounds_++ % 64 == 0) std::shuffle(fibers_.begin(), fibers_.end(), random_);
  bool ended = false;
  for (auto& f : fibers_) {
    f->resume();
    ended = ended || f->done();
  }
  if (ended) std::erase_if(fibers_, [](auto const& f) { return f->done(); });
  return !fibers_.empty();
}

void stepper::run(std::atomic<bool>& busy, std::atomic<bool> const& abandoned) {
  // Where there are more blocks than cores, who has nothing to do must leave its core to others.
  constexpr std::uint32_t rounds_awake = 50;
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // a rest of 20 us, not of 70
  std::uint32_t idle = 0;
  for (bool more = true; more && !abandoned.load(std::memory_order_relaxed);) {
    busy.store(false, std::memory_order_relaxed);
    more = round();
    idle = busy.load(std::memory_order_relaxed) ? 0 : idle + 1;
    if (idle > rounds_awake) std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
}

}  // namespace gyre::emulated
