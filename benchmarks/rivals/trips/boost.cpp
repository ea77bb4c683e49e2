#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>

#include "trips.hpp"

namespace rivals {
namespace {

/// One writer and one reader, room known to the compiler.
struct one_to_one {
  boost::lockfree::spsc_queue<ball, boost::lockfree::capacity<4096>> q;
  bool push(ball const& b) { return q.push(b); }
  bool pop(ball& b) { return q.pop(b); }
};

/// Many of both, nodes in an array: nothing is allocated.
struct many_to_many {
  boost::lockfree::queue<ball, boost::lockfree::capacity<4096>> q;
  bool push(ball const& b) { return q.push(b); }
  bool pop(ball& b) { return q.pop(b); }
};

}  // namespace

std::vector<benchmark> boost_rows(bench_effort const& effort) {
  auto rows = queue_rows<one_to_one>(effort, "boost_spsc_queue");
  for (auto& r : queue_rows<many_to_many>(effort, "boost_queue")) rows.push_back(std::move(r));
  return rows;
}

}  // namespace rivals
