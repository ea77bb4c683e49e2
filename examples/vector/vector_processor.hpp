#pragma once

#include <cstdint>
#include <string_view>

#include <gyre/kernel/handles.hpp>

#include "vector_messages.hpp"

/// A ring kernel without a key: one actor that combines vectors, inline or in device buffers.
/// Whatever is wrong with a request comes back in the reply, which still names the request.
struct vector_processor {
  using handles = gyre::handles<vector_add_request>;
  static constexpr auto width = gyre::width::block;

  std::uint64_t processed = 0;  ///< Requests that were in order.

  GYRE_FN vector_add_response on(vector_add_request const& m, auto& self) {
    std::uint64_t const begin = self.now();
    vector_add_response reply;
    // The request's id says which reply this is; its own is that id with the last bit turned.
    reply.correlation_id = m.message_id;
    reply.message_id = m.message_id;
    reply.message_id.bytes[15] ^= 1;
    reply.priority = m.priority;

    std::string_view const wrong =
        m.use_gpu_memory ? in_buffers(m, reply, self) : in_line(m, reply);
    if (wrong.empty()) {
      reply.success = true;
      reply.processed_elements = m.length;
      if (self.lane() == 0) ++processed;
    } else {
      reply.inline_result.clear();
      reply.result = 0;
      reply.error_message = gyre::inplace_string<96>::truncated(wrong);
    }
    reply.processing_time_ns = static_cast<std::int64_t>(self.now() - begin);
    return reply;
  }

 private:
  /// Empty, or what is wrong.
  GYRE_FN static std::string_view check(vector_add_request const& m) {
    if (m.length < 0) return "length is negative";
    auto const operation = static_cast<std::int32_t>(m.operation);
    if (operation < 0 || operation > 3) return "unknown operation, allowed: 0 to 3";
    return {};
  }

  GYRE_FN static std::string_view in_line(vector_add_request const& m, vector_add_response& reply) {
    if (auto const wrong = check(m); !wrong.empty()) return wrong;
    auto const n = static_cast<std::size_t>(m.length);
    if (m.inline_a.size() != m.inline_b.size()) return "lengths of inline_a and inline_b differ";
    if (n > m.inline_a.size()) return "inline data is shorter than length";
    if (!reply.inline_result.resize(n)) return "more elements than travel inline";
    // Few elements, in each lane's own reply: every lane works out all of them.
    combine(m.operation, n, m.inline_a.data(), m.inline_b.data(), reply.inline_result.data(),
            [](std::uint64_t count, auto&& f) {
              for (std::uint64_t i = 0; i < count; ++i) f(i);
            });
    return {};
  }

  GYRE_FN static std::string_view in_buffers(vector_add_request const& m,
                                             vector_add_response& reply, auto& self) {
    if (auto const wrong = check(m); !wrong.empty()) return wrong;
    auto const n = static_cast<std::uint64_t>(m.length);
    auto const a = self.template buffer<float>({m.a});
    auto const b = self.template buffer<float>({m.b});
    auto const out = self.template buffer<float>({m.result});
    for (auto const* view : {&a, &b, &out}) {
      if (*view) continue;
      switch (view->why()) {
        case gyre::errc::stale_handle: return "a buffer handle is stale: its buffer was freed";
        case gyre::errc::foreign_handle: return "a buffer handle is foreign: of another runtime";
        default: return "a buffer handle names no buffer";
      }
    }
    if (a.size() != b.size()) return "lengths of the buffers a and b differ";
    if (n > a.size()) return "length is over the buffers a and b";
    if (n > out.size()) return "length is over the result's buffer";
    combine(m.operation, n, a.data(), b.data(), out.data(),
            [&](std::uint64_t count, auto&& f) { self.for_each(count, f); });
    reply.result = m.result;
    return {};
  }

  /// `each(n, f)` calls f(i) for every i below n.
  GYRE_FN static void combine(vector_operation operation, std::uint64_t n, float const* a,
                              float const* b, float* out, auto&& each) {
    switch (operation) {
      case vector_operation::add: return each(n, [=](std::uint64_t i) { out[i] = a[i] + b[i]; });
      case vector_operation::subtract:
        return each(n, [=](std::uint64_t i) { out[i] = a[i] - b[i]; });
      case vector_operation::multiply:
        return each(n, [=](std::uint64_t i) { out[i] = a[i] * b[i]; });
      case vector_operation::divide:  // IEEE 754: by zero gives infinities and NaNs
        return each(n, [=](std::uint64_t i) { out[i] = a[i] / b[i]; });
    }
  }
};
