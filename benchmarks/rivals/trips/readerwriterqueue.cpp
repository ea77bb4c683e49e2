#include <readerwriterqueue/readerwriterqueue.h>

#include "trips.hpp"

namespace rivals {
namespace {

struct one_to_one {
  moodycamel::ReaderWriterQueue<ball> q{4096};
  bool push(ball const& b) { return q.try_enqueue(b); }
  bool pop(ball& b) { return q.try_dequeue(b); }
};

}  // namespace

std::vector<benchmark> readerwriterqueue_rows(bench_effort const& effort) {
  return queue_rows<one_to_one>(effort, "moodycamel_readerwriter");
}

}  // namespace rivals
