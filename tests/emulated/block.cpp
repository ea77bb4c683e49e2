#include "block.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace gyre::emulated {

void stepper::run(bool& busy) {
  constexpr std::uint32_t rounds_awake = 200;
  std::uint32_t round = 0;
  std::uint32_t idle = 0;
  while (!fibers_.empty()) {
    // Another order now and then: often enough to find what depends on it.
    if (round++ % 64 == 0) std::shuffle(fibers_.begin(), fibers_.end(), random_);
    busy = false;
    bool ended = false;
    for (auto& f : fibers_) {
      f->resume();
      ended = ended || f->done();
    }
    if (ended) std::erase_if(fibers_, [](auto const& f) { return f->done(); });
    idle = busy ? 0 : idle + 1;
    if (idle > rounds_awake) std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
}

}  // namespace gyre::emulated
