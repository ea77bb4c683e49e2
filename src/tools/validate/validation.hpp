#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gyre/gyre.hpp>

#include "buffers.hpp"
#include "cases.hpp"
#include "report.hpp"
#include "verdict.hpp"

/// The validation: does a vector processor, launched and reached as a user would, compute?
namespace gyre::tool {

inline constexpr std::string_view validation_kernel_id = "VectorAddProcessor";

struct validation_options {
  /// How long a reply may take; and after one that did not come, those of later cases.
  std::chrono::nanoseconds patience = std::chrono::seconds(10);
  std::chrono::nanoseconds impatience = std::chrono::milliseconds(100);
  /// How long to look for replies that nobody asked for, at the end.
  std::chrono::nanoseconds silence = std::chrono::milliseconds(20);
};

namespace detail {

/// The one queue of this message type that `owner` has, found in the listing.
template <class Message>
[[nodiscard]] result<queue<Message>> listed_queue(runtime& rt, std::string_view owner) {
  std::vector<std::string> names;
  for (auto const& row : rt.list_queues()) {
    if (row.owner == owner && row.id == type_id_of<Message>) names.push_back(row.name);
  }
  if (names.size() != 1) {
    return fail(errc::not_found, "kernel '" + std::string(owner) + "' has " +
                                     std::to_string(names.size()) + " queues of '" +
                                     std::string(type_name<Message>()) + "' listed, expected 1");
  }
  return rt.find_queue<Message>(names.front());
}

/// One kernel under validation. Used by one thread.
template <class Processor>
class validation {
 public:
  validation(runtime& rt, validation_options const& options)
      : rt_(rt), options_(options), patience_(options.patience) {}

  report run(std::vector<validation_case> const& cases) {
    if (step("launch, activate, find the queues by listing", [&] { return begin(); })) {
      for (auto const& c : cases) ask(c);
      step("nothing but replies, each request handled once", [&] { return tally(); });
    }
    if (kernel_) step("deactivate, terminate, queues gone", [&] { return end(); });
    return std::move(report_);
  }

 private:
  using clock = std::chrono::steady_clock;

  /// A row for what is no request. `what` returns a result<void>.
  template <class What>
  bool step(std::string name, What&& what) {
    case_row row;
    row.engine = rt_.kind();
    row.name = std::move(name);
    auto const begin = clock::now();
    auto done = what();
    row.round_trip_ns = (clock::now() - begin) / std::chrono::nanoseconds(1);
    row.passed = done.has_value();
    if (!done) row.error = done.error().message();
    report_.cases.push_back(std::move(row));
    return done.has_value();
  }

  result<void> begin() {
    auto abroad = runtime::create({.engine = rt_.kind()});
    if (!abroad) return tl::unexpected<error>(std::move(abroad.error()));
    abroad_.emplace(std::move(*abroad));
    auto launched = rt_.launch<Processor>(validation_kernel_id);
    if (!launched) return tl::unexpected<error>(std::move(launched.error()));
    kernel_.emplace(std::move(*launched));
    if (auto r = kernel_->activate(); !r) return r;
    auto requests = listed_queue<vector_add_request>(rt_, validation_kernel_id);
    if (!requests) return tl::unexpected<error>(std::move(requests.error()));
    requests_.emplace(std::move(*requests));
    auto responses = listed_queue<vector_add_response>(rt_, validation_kernel_id);
    if (!responses) return tl::unexpected<error>(std::move(responses.error()));
    responses_.emplace(std::move(*responses));
    return {};
  }

  void ask(validation_case const& c) {
    case_row row;
    row.engine = rt_.kind();
    row.name = c.name;
    row.error = ask(c, row);
    row.passed = row.error.empty();
    report_.cases.push_back(std::move(row));
  }

  /// Empty, or what is wrong.
  std::string ask(validation_case const& c, case_row& row) {
    vector_add_request request;
    request.message_id = uuid::random();
    request.length = c.length;
    request.operation = c.operation;
    request.use_gpu_memory = c.in_device_memory;
    case_buffers buffers(rt_.buffers(), abroad_->buffers());
    if (c.in_device_memory) {
      if (auto r = buffers.prepare(c, request); !r) return "device memory: " + r.error().message();
    } else {
      if (!request.inline_a.resize(c.a.size()) || !request.inline_b.resize(c.b.size())) {
        return "the case has more elements than travel inline";
      }
      std::copy(c.a.begin(), c.a.end(), request.inline_a.begin());
      std::copy(c.b.begin(), c.b.end(), request.inline_b.begin());
    }

    auto const begin = clock::now();
    if (auto r = requests_->send(request); !r) return "send: " + r.error().message();
    auto const sent = clock::now();
    auto reply = reply_to(request.message_id);
    auto const received = clock::now();
    ++requests_sent_;
    row.send_ns = (sent - begin) / std::chrono::nanoseconds(1);
    row.round_trip_ns = (received - begin) / std::chrono::nanoseconds(1);
    if (!reply) return reply.error().message();
    return judge(c, request, *reply, buffers, row.elements);
  }

  /// One request is in flight, so the next reply must name it. A late reply to a case that has
  /// already failed is passed over.
  result<vector_add_response> reply_to(uuid const& id) {
    deadline const until(patience_);
    for (;;) {
      auto reply = responses_->receive(until);
      if (!reply) {
        given_up_.push_back(id);
        patience_ = std::min(patience_, options_.impatience);
        return fail(reply.error().code, "no reply: " + reply.error().message());
      }
      if (!reply->correlation_id) {
        given_up_.push_back(id);
        return fail(errc::malformed, "the reply names no request");
      }
      if (*reply->correlation_id == id) return reply;
      auto const late = std::find(given_up_.begin(), given_up_.end(), *reply->correlation_id);
      if (late == given_up_.end()) {
        given_up_.push_back(id);
        return fail(errc::malformed, "the reply is to another request, " +
                                         reply->correlation_id->to_string() + ", expected one to " +
                                         id.to_string());
      }
      given_up_.erase(late);
    }
  }

  result<void> tally() {
    if (auto more = responses_->receive(options_.silence); more) {
      return fail(errc::malformed, "there is a reply more than there were requests");
    }
    auto const handled = kernel_->status().handled;
    if (handled == requests_sent_) return {};
    return fail(errc::malformed, differs("the number of messages that the kernel says it handled",
                                         handled, requests_sent_));
  }

  result<void> end() {
    auto paused = kernel_->deactivate();
    auto last = kernel_->terminate();
    if (!paused) return paused;
    if (!last) return tl::unexpected<error>(std::move(last.error()));
    for (auto const& row : rt_.list_queues()) {
      if (row.owner == validation_kernel_id) {
        return fail(errc::wrong_state, "queue '" + row.name + "' is there after the kernel's end");
      }
    }
    return {};
  }

  runtime& rt_;
  validation_options const options_;
  std::chrono::nanoseconds patience_;
  report report_;
  std::optional<runtime> abroad_;  ///< Its buffers' handles are foreign to the kernel.
  std::optional<kernel<Processor>> kernel_;
  std::optional<queue<vector_add_request>> requests_;
  std::optional<queue<vector_add_response>> responses_;
  std::uint64_t requests_sent_ = 0;
  std::vector<uuid> given_up_;
};

}  // namespace detail

/// Launches `Processor` as `validation_kernel_id` in `rt`, sends it every case through its named
/// queues, and terminates it. Anything that goes wrong is a row that did not pass.
template <class Processor>
[[nodiscard]] report validate(runtime& rt, validation_options const& options = {}) {
  return detail::validation<Processor>(rt, options).run(validation_cases());
}

}  // namespace gyre::tool
