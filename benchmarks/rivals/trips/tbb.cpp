#include <tbb/concurrent_queue.h>

#include "trips.hpp"

namespace rivals {
namespace {

struct bounded {
  tbb::concurrent_bounded_queue<ball> q;
  bounded() { q.set_capacity(4096); }
  bool push(ball const& b) { return q.try_push(b); }
  bool pop(ball& b) { return q.try_pop(b); }
};

}  // namespace

std::vector<benchmark> tbb_rows(bench_effort const& effort) {
  return queue_rows<bounded>(effort, "tbb_bounded_queue");
}

}  // namespace rivals
