#include <algorithm>
#include <span>
#include <utility>

#include "pipeline.hpp"
#include "response_line.hpp"

namespace gyre::tool {

namespace {

bool has_handles(vector_add_request const& r) { return r.a != 0 || r.b != 0 || r.result != 0; }

template <class T>
tl::unexpected<error> pass_on(tl::expected<T, error>& failed) {
  return tl::unexpected<error>(std::move(failed.error()));
}

}  // namespace

pipeline::pipeline(device_buffers& buffers, queue<vector_add_request> requests,
                   queue<vector_add_response> responses)
    : buffers_(buffers), requests_(std::move(requests)), responses_(std::move(responses)) {}

pipeline::~pipeline() {
  for (entry& e : entries_) free_buffers(e);
}

result<void> pipeline::send(std::uint64_t line, std::string_view text) {
  entry& e = entries_.emplace_back();
  e.line = line;
  vector_add_request request;
  std::string why = read_request(text, read_);
  if (why.empty()) {
    e.elements = read_.a.size() + read_.b.size();
    elements_ += e.elements;
    if (auto placed = place(read_, e, request); !placed) why = placed.error().message();
  }
  if (why.empty()) {
    auto const [at, fresh] =
        in_flight_.try_emplace(request.message_id, first_ + entries_.size() - 1);
    if (!fresh) {
      why = "duplicate: message_id " + request.message_id.to_string() + " is in flight already";
    } else if (auto sent = requests_.send(request); !sent) {
      in_flight_.erase(at);
      why = sent.error().message();
    }
  }
  if (!why.empty()) fail_line(e, why);
  advance();
  while (entries_.size() >= window || (elements_ > most_elements && !entries_.empty())) {
    if (auto r = receive(patience); !r) return r;
    advance();
  }
  return poll();
}

/// Turns a line into a message, whose vectors travel inline where they fit.
result<void> pipeline::place(request_line const& line, entry& e, vector_add_request& out) {
  out = line.request;
  if (out.message_id.is_nil()) out.message_id = uuid::random();
  std::size_t const longest = std::max(line.a.size(), line.b.size());
  std::size_t const shortest = std::min(line.a.size(), line.b.size());
  bool const fits = longest <= inline_elements;
  if (has_handles(out)) {
    if (!fits) {
      return fail(errc::invalid_argument, "handles are given, and a vector of " +
                                              std::to_string(longest) +
                                              " elements, allowed beside handles: at most " +
                                              std::to_string(inline_elements));
    }
  } else if (!fits || (out.use_gpu_memory && shortest > 0)) {
    return upload(line, e, out);
  } else {
    out.use_gpu_memory = false;
  }
  (void)out.inline_a.resize(line.a.size());
  (void)out.inline_b.resize(line.b.size());
  std::copy(line.a.begin(), line.a.end(), out.inline_a.begin());
  std::copy(line.b.begin(), line.b.end(), out.inline_b.begin());
  return {};
}

/// Vectors in buffers of their own, which live until the reply. A buffer has one element at least,
/// so an empty vector cannot be in one.
result<void> pipeline::upload(request_line const& line, entry& e, vector_add_request& out) {
  if (line.a.empty() || line.b.empty()) {
    return fail(errc::invalid_argument,
                "lengths of inline_a and inline_b differ: " + std::to_string(line.a.size()) +
                    " and " + std::to_string(line.b.size()));
  }
  auto a = buffers_.upload(std::span<float const>(line.a));
  if (!a) return pass_on(a);
  e.buffers[0] = a->handle;
  auto b = buffers_.upload(std::span<float const>(line.b));
  if (!b) return pass_on(b);
  e.buffers[1] = b->handle;
  auto result = buffers_.allocate<float>(line.a.size());
  if (!result) return pass_on(result);
  e.buffers[2] = result->handle;
  out.use_gpu_memory = true;
  out.a = a->handle.word;
  out.b = b->handle.word;
  out.result = result->handle.word;
  return {};
}

result<void> pipeline::poll() {
  for (;;) {
    auto r = receive(std::chrono::nanoseconds::zero());
    if (r) continue;
    if (r.error().code != errc::timed_out) return r;
    advance();
    return {};
  }
}

result<void> pipeline::settle() {
  while (!in_flight_.empty()) {
    if (auto r = receive(patience); !r) return r;
  }
  advance();
  return {};
}

result<void> pipeline::receive(std::chrono::nanoseconds timeout) {
  if (in_flight_.empty()) return fail(errc::timed_out, "nothing is in flight");
  if (auto r = responses_.receive_into(reply_, timeout); !r) {
    if (timeout.count() > 0 && r.error().code == errc::timed_out) {
      r.error().context = "no reply within " + std::to_string(patience.count()) + " s";
    }
    return r;
  }
  auto const found =
      reply_.correlation_id ? in_flight_.find(*reply_.correlation_id) : in_flight_.end();
  if (found == in_flight_.end()) {
    return fail(errc::malformed, "a reply came that answers no request in flight");
  }
  entry& e = entries_[found->second - first_];
  in_flight_.erase(found);
  finish(e, reply_);
  return {};
}

/// Turns a reply into its line.
void pipeline::finish(entry& e, vector_add_response& reply) {
  std::span<float const> elements{reply.inline_result.data(), reply.inline_result.size()};
  if (reply.success && e.buffers[2].word != 0) {
    result_.resize(static_cast<std::size_t>(std::max(reply.processed_elements, 0)));
    auto read = buffers_.read<float>({{reply.result}, result_.size()}, result_);
    if (!read) {
      fail_line(e, "the result's buffer: " + read.error().message());
      return;
    }
    elements = result_;
    // The elements are in the line, and their buffer is the tool's own, gone with it.
    reply.result = 0;
  }
  if (!reply.success) ++failed_;
  write_response(reply, elements, e.text);
  e.done = true;
  free_buffers(e);
}

void pipeline::fail_line(entry& e, std::string_view why) {
  ++failed_;
  write_line_error(e.line, why, e.text);
  e.done = true;
  free_buffers(e);
}

void pipeline::abandon(std::string_view why) {
  for (auto const& [id, number] : in_flight_) fail_line(entries_[number - first_], why);
  in_flight_.clear();
  advance();
}

void pipeline::free_buffers(entry& e) noexcept {
  for (buffer_handle& handle : e.buffers) {
    if (handle.word != 0) (void)buffers_.free(handle);
    handle = {};
  }
}

void pipeline::advance() {
  while (!entries_.empty() && entries_.front().done) {
    ready_ += entries_.front().text;
    elements_ -= entries_.front().elements;
    entries_.pop_front();
    ++first_;
  }
}

void pipeline::take_lines(std::string& out) {
  advance();
  if (out.empty()) {
    out.swap(ready_);
  } else {
    out += ready_;
  }
  ready_.clear();
}

}  // namespace gyre::tool
