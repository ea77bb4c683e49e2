#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <gyre/core/uuid.hpp>

#include "response_line.hpp"

namespace gyre::tool {

namespace {

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_element(float value, std::string& out) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
  } else if (value == 0 && std::signbit(value)) {
    out += "-0.0";  // as a whole number, many readers would lose its sign
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

}  // namespace

void write_response(vector_add_response const& reply, std::span<float const> elements,
                    std::string& out) {
  auto const id = [](std::optional<uuid> const& u) {
    return u ? '"' + u->to_string() + '"' : std::string("null");
  };
  fmt::format_to(
      std::back_inserter(out),
      R"({{"message_id":{},"priority":{},"correlation_id":{},"success":{},"error_message":{},)"
      R"("processed_elements":{},"result":{},"inline_result":[)",
      id(reply.message_id), reply.priority, id(reply.correlation_id), reply.success,
      reply.error_message ? json_string(reply.error_message->view()) : "null",
      reply.processed_elements, reply.result);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += ',';
    write_element(elements[i], out);
  }
  fmt::format_to(std::back_inserter(out), "],\"processing_time_ns\":{}}}\n",
                 reply.processing_time_ns);
}

void write_line_error(std::uint64_t line, std::string_view error, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{{\"line\":{},\"error\":{}}}\n", line,
                 json_string(error));
}

}  // namespace gyre::tool
