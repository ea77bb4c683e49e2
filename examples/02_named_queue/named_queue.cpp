// A kernel that answers one message has two named queues of its own. Who knows nothing of the
// program that launched it finds them by listing, sends a request, and tells its own reply from
// others' by the correlation id.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include <gyre/gyre.hpp>

#include "vector/vector_processor.hpp"

using namespace std::chrono_literals;

// The name of the queue that this kernel owns and that carries this message type.
std::string name_of_queue(gyre::runtime const& rt, std::string_view owner, std::string_view type) {
  for (auto const& queue : rt.list_queues()) {
    if (queue.owner == owner && queue.type == type) return queue.name;
  }
  return {};
}

vector_add_request request_of(float from) {
  vector_add_request request;
  request.message_id = gyre::uuid::random();  // the reply repeats it; sent twice, it is a duplicate
  request.length = 10;
  request.operation = vector_operation::add;
  for (int i = 0; i < request.length; ++i) {
    (void)request.inline_a.push_back(from + static_cast<float>(i));
    (void)request.inline_b.push_back(2.0F * static_cast<float>(i));
  }
  return request;
}

int main() {
  auto rt = gyre::runtime::create().value();
  auto kernel = rt.launch<vector_processor>("vectors").value();
  kernel.activate().value();

  for (auto const& queue : rt.list_queues()) {
    std::printf("%s\n  carries %s, holds %llu, owned by kernel '%s'\n", queue.name.c_str(),
                queue.type.c_str(), static_cast<unsigned long long>(queue.capacity),
                queue.owner.c_str());
  }
  std::string const requests = name_of_queue(rt, "vectors", "vector_add_request");
  std::string const responses = name_of_queue(rt, "vectors", "vector_add_response");

  // Two requests are under way, as if another client used the queue too; we want the second's
  // reply.
  auto const others = request_of(1000.0F);
  auto const ours = request_of(0.0F);
  rt.send(requests, others).value();
  rt.send(requests, ours).value();

  std::optional<vector_add_response> reply;
  while (!reply) {
    auto const got = rt.receive<vector_add_response>(responses, 5s);
    if (!got) {
      std::printf("no reply: %s\n", got.error().message().c_str());
      return 1;
    }
    bool const is_ours = got->correlation_id == ours.message_id;
    std::printf("a reply to %s: %s\n",
                got->correlation_id.value_or(gyre::uuid{}).to_string().c_str(),
                is_ours ? "ours" : "another's");
    if (is_ours) reply = *got;
  }

  // i + 2i = 3i, for each of the ten.
  bool right = reply->success && reply->processed_elements == 10;
  std::printf("the sums:");
  for (std::size_t i = 0; i < reply->inline_result.size(); ++i) {
    std::printf(" %g", static_cast<double>(reply->inline_result[i]));
    right = right && reply->inline_result[i] == 3.0F * static_cast<float>(i);
  }
  std::printf("\n");

  // The same message again is recognised by its id, and refused before the kernel sees it.
  auto const again = rt.send(requests, ours);
  right = right && !again && again.error().code == gyre::errc::duplicate;
  if (!again) std::printf("sent again: %s\n", again.error().message().c_str());

  // The queues go with their kernel.
  auto const report = kernel.terminate(5s).value();
  right = right && report.handled == 2 && rt.list_queues().empty();
  std::puts(right ? "right" : "WRONG");
  return right ? 0 : 1;
}
