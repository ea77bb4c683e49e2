#pragma once

#include <cstdint>
#include <span>
#include <sstream>
#include <string>

#include "buffers.hpp"
#include "cases.hpp"
#include "report.hpp"

/// Whether a reply is what its case expects.
namespace gyre::tool {

namespace detail {

/// "x is `got`, expected `wanted`".
template <class Got, class Wanted>
[[nodiscard]] std::string differs(std::string const& what, Got const& got, Wanted const& wanted) {
  std::ostringstream text;
  text << what << " is " << got << ", expected " << wanted;
  return text.str();
}

/// Empty, or which element is wrong. Counts those that were compared.
[[nodiscard]] inline std::string compare(std::span<float const> got, validation_case const& c,
                                         std::uint64_t& compared) {
  for (std::size_t i = 0; i < c.expected.size(); ++i) {
    ++compared;
    if (!close_enough(got[i], c.expected[i])) {
      return differs("element " + std::to_string(i), got[i], c.expected[i]);
    }
  }
  return {};
}

[[nodiscard]] inline std::string judge_error(validation_case const& c,
                                             vector_add_response const& reply) {
  std::string const wanted(text_of(c.wrong));
  if (reply.success) return "the reply is a success, expected the error '" + wanted + "'";
  if (!reply.error_message) return "the reply has no error text, expected '" + wanted + "'";
  if (reply.error_message->view() != wanted) {
    return "the error is '" + std::string(reply.error_message->view()) + "', expected '" + wanted +
           "'";
  }
  if (!reply.inline_result.empty() || reply.processed_elements != 0 || reply.result != 0) {
    return "the reply has both an error and a result";
  }
  return {};
}

[[nodiscard]] inline std::string judge_inline(validation_case const& c,
                                              vector_add_response const& reply,
                                              std::uint64_t& compared) {
  if (reply.inline_result.size() != c.expected.size()) {
    return differs("the number of elements", reply.inline_result.size(), c.expected.size());
  }
  if (reply.result != 0) return differs("the result's handle", reply.result, 0);
  return compare({reply.inline_result.data(), reply.inline_result.size()}, c, compared);
}

[[nodiscard]] inline std::string judge_buffer(validation_case const& c,
                                              vector_add_request const& request,
                                              vector_add_response const& reply,
                                              case_buffers const& buffers,
                                              std::uint64_t& compared) {
  if (reply.result != request.result) {
    return differs("the result's handle", reply.result, request.result);
  }
  if (!reply.inline_result.empty()) {
    return differs("the number of inline elements", reply.inline_result.size(), 0);
  }
  auto got = buffers.read_result(reply.result);
  if (!got) return "the result's buffer: " + got.error().message();
  if (auto wrong = compare(*got, c, compared); !wrong.empty()) return wrong;
  for (std::size_t i = c.expected.size(); i < got->size(); ++i) {
    ++compared;
    if ((*got)[i] != untouched) {
      return "element " + std::to_string(i) + ", past the length, was written";
    }
  }
  return {};
}

}  // namespace detail

/// Empty, or the first thing that is wrong with the reply to `request`. `compared` counts the
/// elements that were looked at.
[[nodiscard]] inline std::string judge(validation_case const& c, vector_add_request const& request,
                                       vector_add_response const& reply,
                                       case_buffers const& buffers, std::uint64_t& compared) {
  if (c.wrong != refusal::none) return detail::judge_error(c, reply);
  if (!reply.success) {
    return "the reply is an error: '" +
           std::string(reply.error_message ? reply.error_message->view() : "without a text") + "'";
  }
  if (reply.error_message) return "the reply is a success and has an error text";
  if (reply.processed_elements != c.length) {
    return detail::differs("processed_elements", reply.processed_elements, c.length);
  }
  return c.in_device_memory ? detail::judge_buffer(c, request, reply, buffers, compared)
                            : detail::judge_inline(c, reply, compared);
}

}  // namespace gyre::tool
