#include <concurrentqueue/concurrentqueue.h>

#include "trips.hpp"

namespace rivals {
namespace {

/// With tokens, as its author advises; one of each is enough here. `try_enqueue` allocates nothing.
struct with_tokens {
  moodycamel::ConcurrentQueue<ball> q{4096};
  moodycamel::ProducerToken in{q};
  moodycamel::ConsumerToken out{q};
  bool push(ball const& b) { return q.try_enqueue(in, b); }
  bool pop(ball& b) { return q.try_dequeue(out, b); }
};

}  // namespace

std::vector<benchmark> moodycamel_rows(bench_effort const& effort) {
  return queue_rows<with_tokens>(effort, "moodycamel_concurrent");
}

}  // namespace rivals
