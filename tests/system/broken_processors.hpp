#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

#include <gyre/gyre.hpp>
#include <tools/validate/buffers.hpp>
#include <vector/vector_processor.hpp>

/// Processors that are broken on purpose, each in one way: the validation must find each out.
namespace broken {

using request = vector_add_request;
using response = vector_add_response;

/// A processor whose right replies `Fault` spoils.
template <class Fault>
struct processor {
  using handles = gyre::handles<request>;

  vector_processor right{};
  Fault fault{};

  response on(request const& m, auto& self) {
    response reply = right.on(m, self);
    fault.spoil(m, reply, self);
    return reply;
  }
};

struct nothing {
  void spoil(request const&, response&, auto&) {}
};

struct wrong_by_two_tenths_of_a_percent {
  void spoil(request const& m, response& reply, auto& self) {
    for (float& x : reply.inline_result) x *= 1.002F;
    if (reply.success && m.use_gpu_memory) {
      auto const out = self.template buffer<float>({m.result});
      for (std::uint64_t i = 0; i < out.size(); ++i) out[i] *= 1.002F;
    }
  }
};

struct echo {
  void spoil(request const& m, response& reply, auto&) {
    if (reply.success && !m.use_gpu_memory) reply.inline_result = m.inline_a;
  }
};

/// Right once, and then the same for every request.
struct constant_reply {
  response first{};
  bool full = false;
  void spoil(request const&, response& reply, auto&) {
    if (!full) first = reply;
    full = true;
    reply = first;
  }
};

/// The values of the first reply, under the right names.
struct constant_values {
  response first{};
  bool full = false;
  void spoil(request const& m, response& reply, auto&) {
    if (!m.use_gpu_memory && reply.success) {
      if (!full) first = reply;
      full = true;
      reply.inline_result = first.inline_result;
      reply.processed_elements = first.processed_elements;
    }
  }
};

/// Each request gets the reply to the one before.
struct swapped_replies {
  response before{};
  void spoil(request const&, response& reply, auto&) { std::swap(before, reply); }
};

struct swapped_values {
  response before{};
  void spoil(request const& m, response& reply, auto&) {
    if (m.use_gpu_memory || !reply.success) return;
    std::swap(before.inline_result, reply.inline_result);
    (void)reply.inline_result.resize(static_cast<std::size_t>(m.length));
  }
};

struct empty_result {
  void spoil(request const&, response& reply, auto&) { reply.inline_result.clear(); }
};

/// Says that it is done, and leaves the buffer as it was.
struct untouched_buffer {
  void spoil(request const& m, response& reply, auto& self) {
    if (!m.use_gpu_memory || !reply.success) return;
    auto const out = self.template buffer<float>({m.result});
    for (std::uint64_t i = 0; i < out.size(); ++i) out[i] = gyre::tool::untouched;
  }
};

/// What an inline limit applied to buffers would do.
struct first_25_alone {
  void spoil(request const& m, response& reply, auto& self) {
    if (!m.use_gpu_memory || !reply.success) return;
    auto const out = self.template buffer<float>({m.result});
    for (std::uint64_t i = 25; i < out.size(); ++i) out[i] = 0;
  }
};

struct last_of_a_million {
  void spoil(request const& m, response& reply, auto& self) {
    if (reply.success && m.length == 1'000'000) {
      self.template buffer<float>({m.result})[999'999] = 0;
    }
  }
};

struct past_the_length {
  void spoil(request const& m, response& reply, auto& self) {
    if (!reply.success || !m.use_gpu_memory) return;
    auto const out = self.template buffer<float>({m.result});
    if (out.size() > static_cast<std::uint64_t>(m.length)) out[out.size() - 1] = 1;
  }
};

struct adds_always {
  void spoil(request const& m, response& reply, auto&) {
    for (std::size_t i = 0; i < reply.inline_result.size(); ++i) {
      reply.inline_result[i] = m.inline_a[i] + m.inline_b[i];
    }
  }
};

struct zero_for_infinity {
  void spoil(request const&, response& reply, auto&) {
    for (float& x : reply.inline_result) {
      if (!std::isfinite(x)) x = 0;
    }
  }
};

struct success_always {
  void spoil(request const&, response& reply, auto&) {
    reply.success = true;
    reply.error_message.reset();
  }
};

struct one_error_for_all {
  void spoil(request const&, response& reply, auto&) {
    if (!reply.success) reply.error_message = gyre::inplace_string<96>::truncated("error");
  }
};

struct error_beside_a_result {
  void spoil(request const& m, response& reply, auto&) {
    if (!reply.success) reply.inline_result = m.inline_a;
  }
};

struct names_no_request {
  void spoil(request const&, response& reply, auto&) { reply.correlation_id.reset(); }
};

struct names_the_requests_correlation {
  void spoil(request const& m, response& reply, auto&) { reply.correlation_id = m.correlation_id; }
};

struct miscounts {
  void spoil(request const&, response& reply, auto&) {
    if (reply.success) ++reply.processed_elements;
  }
};

struct another_handle {
  void spoil(request const& m, response& reply, auto&) {
    if (reply.success && m.use_gpu_memory) reply.result = m.a;
  }
};

/// Answers nothing: the message becomes a dead letter.
struct throws_always {
  void spoil(request const&, response&, auto&) { throw 1; }
};

}  // namespace broken
