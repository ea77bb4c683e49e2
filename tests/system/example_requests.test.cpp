#include <cmath>
#include <limits>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "process.hpp"

namespace {

using nlohmann::json;

double number_of(json const& value) {
  if (!value.is_string()) return static_cast<double>(value.get<float>());
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  double const infinity = std::numeric_limits<double>::infinity();
  return value == "Infinity" ? infinity : -infinity;
}

int operation_of(json const& value) {
  if (value.is_number()) return value.get<int>();
  return value == "add" ? 0 : value == "subtract" ? 1 : value == "multiply" ? 2 : 3;
}

/// In double, and rounded once: what IEEE 754 says of the f32 operation.
float expected(int operation, double a, double b) {
  double const exact = operation == 0   ? a + b
                       : operation == 1 ? a - b
                       : operation == 2 ? a * b
                                        : a / b;
  return static_cast<float>(exact);
}

void expect_reply(json const& request, json const& reply) {
  ASSERT_EQ(reply["success"], true) << reply.dump().substr(0, 300);
  if (request.contains("message_id")) {
    EXPECT_EQ(reply["correlation_id"], request["message_id"]);
  }
  EXPECT_EQ(reply["priority"], request.value("priority", 128));
  std::size_t const n = request.value("length", request["inline_a"].size());
  ASSERT_EQ(reply["processed_elements"], n);
  ASSERT_EQ(reply["inline_result"].size(), n);
  int const operation = operation_of(request["operation"]);
  for (std::size_t i = 0; i < n; ++i) {
    float const want =
        expected(operation, number_of(request["inline_a"][i]), number_of(request["inline_b"][i]));
    auto const got = static_cast<float>(number_of(reply["inline_result"][i]));
    if (std::isnan(want)) {
      ASSERT_TRUE(std::isnan(got)) << "element " << i << " is " << got;
    } else {
      ASSERT_EQ(got, want) << "element " << i;
      ASSERT_EQ(std::signbit(got), std::signbit(want)) << "element " << i;
    }
  }
}

TEST(example_requests, every_reply_is_what_its_request_asks_for) {
  std::string const requests_path = GYRE_SOURCE_DIR "/examples/vector/requests.jsonl";
  std::string const replies_path = tool_test::temporary("replies");
  auto const r = tool_test::run(
      {"run", "--kernel", "vector", "--input", requests_path, "--output", replies_path});
  EXPECT_EQ(r.exit_code, 0) << r.err;
  auto const requests = tool_test::lines_of(tool_test::contents(requests_path));
  auto const replies = tool_test::lines_of(tool_test::contents(replies_path));
  ::unlink(replies_path.c_str());
  ASSERT_GE(requests.size(), 200U);
  ASSERT_EQ(replies.size(), requests.size());
  std::set<int> operations;
  bool nothing = false;
  bool large = false;
  bool infinite = false;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    SCOPED_TRACE("line " + std::to_string(i + 1));
    json const request = json::parse(requests[i]);
    json const reply = json::parse(replies[i]);
    ASSERT_NO_FATAL_FAILURE(expect_reply(request, reply));
    operations.insert(operation_of(request["operation"]));
    nothing = nothing || request["inline_a"].empty();
    large = large || request["inline_a"].size() >= 5000;
    infinite = infinite || replies[i].find("Infinity") != std::string::npos;
  }
  EXPECT_EQ(operations.size(), 4U);
  EXPECT_TRUE(nothing && large && infinite) << "the file no longer has all kinds of requests";
}

}  // namespace
