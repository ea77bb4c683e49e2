#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <pty.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <gyre/core/uuid.hpp>

#include "process.hpp"

namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using tool_test::lines_of;
using tool_test::run;

std::vector<std::string> const standard{"run", "--kernel", "vector", "--input", "-"};

constexpr char const* good = R"({"operation":"add","inline_a":[1,2],"inline_b":[10,20]})";

/// The replies to these lines, given on standard input.
std::vector<json> replies_to(std::string const& input, int exit_code) {
  auto const r = run(standard, input);
  EXPECT_EQ(r.exit_code, exit_code) << r.err;
  std::vector<json> replies;
  for (auto const& line : lines_of(r.out)) replies.push_back(json::parse(line));
  return replies;
}

/// The error of a line that is no request.
std::string error_of(std::string const& line) {
  auto const replies = replies_to(line + "\n", 1);
  if (replies.size() != 1 || !replies[0].contains("error")) return "no error";
  EXPECT_EQ(replies[0]["line"], 1);
  EXPECT_EQ(replies[0].size(), 2U);
  return replies[0]["error"];
}

TEST(run_command, a_reply_has_every_field_and_names_its_request) {
  auto const replies = replies_to(
      R"({"message_id":"6f0d6a52-6a3c-4c1e-9d5e-0a6a7d2f9b11","priority":7,)"
      R"("operation":1,"length":1,"inline_a":[5,6],"inline_b":[3,4],"correlation_id":null})",
      0);
  ASSERT_EQ(replies.size(), 1U);
  json const& r = replies[0];
  EXPECT_EQ(r.size(), 9U);
  EXPECT_EQ(r["correlation_id"], "6f0d6a52-6a3c-4c1e-9d5e-0a6a7d2f9b11");
  EXPECT_TRUE(gyre::uuid::parse(r["message_id"].get<std::string>()).has_value());
  EXPECT_NE(r["message_id"], r["correlation_id"]);
  EXPECT_EQ(r["priority"], 7);
  EXPECT_EQ(r["success"], true);
  EXPECT_EQ(r["error_message"], nullptr);
  EXPECT_EQ(r["processed_elements"], 1);
  EXPECT_EQ(r["result"], 0);
  EXPECT_EQ(r["inline_result"], json({2}));
  EXPECT_GE(r["processing_time_ns"].get<std::int64_t>(), 0);
}

TEST(run_command, requests_without_an_id_get_one_each) {
  std::string input;
  for (int i = 0; i < 50; ++i) input += std::string(good) + "\n";
  std::set<std::string> ids;
  for (auto const& r : replies_to(input, 0)) ids.insert(r["correlation_id"]);
  EXPECT_EQ(ids.size(), 50U);
}

TEST(run_command, bad_lines_are_answered_in_their_place_and_the_rest_goes_on) {
  auto const replies = replies_to(std::string(good) + "\n" +
                                      R"({"operation":"add","inline_a":[1],)" + "\n" +  // cut off
                                      "\n" +                                            // blank
                                      good + "\r\n" + "what\n" + good,                  // no end
                                  1);
  ASSERT_EQ(replies.size(), 5U);
  for (std::size_t const i : {0U, 2U, 4U}) {
    EXPECT_EQ(replies[i]["inline_result"], json({11, 22})) << i;
  }
  EXPECT_EQ(replies[1]["line"], 2);
  EXPECT_THAT(replies[1]["error"].get<std::string>(), HasSubstr("JSON, column 35"));
  EXPECT_EQ(replies[3]["line"], 5);
  EXPECT_THAT(replies[3]["error"].get<std::string>(), HasSubstr("JSON, column 1"));
}

TEST(run_command, what_is_wrong_with_a_line_is_named_with_what_is_allowed) {
  auto const with = [](std::string const& field) {
    return error_of(R"({"operation":"add","inline_a":[1],"inline_b":[2],)" + field + "}");
  };
  EXPECT_EQ(with(R"("priority":256)"), "priority is 256, allowed: a whole number, 0 to 255");
  EXPECT_EQ(with(R"("priority":-1)"), "priority is -1, allowed: a whole number, 0 to 255");
  EXPECT_EQ(with(R"("priority":1.5)"), "priority is 1.5, allowed: a whole number, 0 to 255");
  EXPECT_EQ(with(R"("priority":"high")"),
            "priority is \"high\", allowed: a whole number, 0 to 255");
  EXPECT_EQ(with(R"("length":2147483648)"),
            "length is 2147483648, allowed: a whole number, -2147483648 to 2147483647");
  EXPECT_EQ(with(R"("length":null)"),
            "length is null, allowed: a whole number, -2147483648 to 2147483647");
  EXPECT_THAT(with(R"("message_id":"12")"), HasSubstr("message_id is \"12\", allowed: a uuid"));
  EXPECT_THAT(with(R"("message_id":"00000000-0000-0000-0000-000000000000")"),
              HasSubstr("message_id is nil"));
  EXPECT_THAT(with(R"("correlation_id":{})"), HasSubstr("correlation_id is an object, allowed:"));
  EXPECT_EQ(with(R"("use_gpu_memory":1)"), "use_gpu_memory is 1, allowed: true, false");
  EXPECT_EQ(with(R"("lenght":1)"), "unknown field 'lenght', nearest: 'length'");
  EXPECT_EQ(with(R"("inlineA":[])"), "unknown field 'inlineA', nearest: 'inline_a'");
  EXPECT_EQ(with(R"("inline_a":[1])"), "field 'inline_a' is given twice");

  EXPECT_EQ(error_of(R"({"operation":"add","inline_a":[1]})"), "field 'inline_b' is missing");
  EXPECT_EQ(error_of(R"({"inline_a":[1],"inline_b":[1]})"), "field 'operation' is missing");
  EXPECT_EQ(error_of(R"({"operation":"plus","inline_a":[1],"inline_b":[1]})"),
            "operation is \"plus\", allowed: add, subtract, multiply, divide, or its number");
  EXPECT_THAT(error_of(R"({"operation":"add","inline_a":[1,"x"]})"),
              HasSubstr("inline_a[1] is \"x\", allowed: a number"));
  EXPECT_THAT(error_of(R"({"operation":"add","inline_a":[0,1e39]})"),
              HasSubstr("inline_a[1] is 1e39, allowed: a number from -3.4028235e38"));
  EXPECT_THAT(error_of(R"({"operation":"add","inline_a":[1e400]})"), HasSubstr("1e400"));
  EXPECT_THAT(error_of(R"({"operation":"add","inline_b":[[1]]})"),
              HasSubstr("inline_b[0] is an array"));
  EXPECT_THAT(error_of(R"({"operation":"add","inline_b":{}})"), HasSubstr("an array of numbers"));
  EXPECT_EQ(error_of("[1]"), "the line is an array, allowed: an object");
  EXPECT_EQ(error_of("7"), "the line is a number, allowed: an object");
  EXPECT_EQ(error_of("\"text\""), "the line is \"text\", allowed: an object");
  EXPECT_THAT(error_of(std::string("\xFF\xFE\0{}", 5)), HasSubstr("JSON, column 1"));
  EXPECT_THAT(error_of(std::string(100'000, '[')), HasSubstr("an array, allowed: an object"));
}

TEST(run_command, the_kernels_refusal_is_a_failed_line_with_its_reply) {
  auto const failure = [](std::string const& line) {
    auto const replies = replies_to(line, 1);
    if (replies.size() != 1 || replies[0].value("success", true)) return std::string("no failure");
    EXPECT_EQ(replies[0]["inline_result"], json::array());
    return replies[0]["error_message"].get<std::string>();
  };
  EXPECT_EQ(failure(R"({"operation":"add","inline_a":[1,2],"inline_b":[3]})"),
            "lengths of inline_a and inline_b differ");
  EXPECT_EQ(failure(R"({"operation":4,"inline_a":[1],"inline_b":[3]})"),
            "unknown operation, allowed: 0 to 3");
  EXPECT_EQ(failure(R"({"operation":"add","length":-3,"inline_a":[1],"inline_b":[3]})"),
            "length is negative");
  EXPECT_EQ(failure(R"({"operation":"add","length":2,"inline_a":[1],"inline_b":[3]})"),
            "inline data is shorter than length");
  std::string forty = "[1";
  for (int i = 1; i < 40; ++i) forty += ",1";
  forty += "]";
  EXPECT_EQ(failure(R"({"operation":"add","length":41,"inline_a":)" + forty + R"(,"inline_b":)" +
                    forty + "}"),
            "length is over the buffers a and b");
  EXPECT_EQ(failure(R"({"operation":"add","inline_a":)" + forty + R"(,"inline_b":[1]})"),
            "lengths of the buffers a and b differ");
  EXPECT_EQ(
      failure(R"({"operation":"add","use_gpu_memory":true,"length":1,"a":7,"b":7,"result":7})"),
      "a buffer handle is foreign: of another runtime");
  EXPECT_THAT(error_of(R"({"operation":"add","inline_a":)" + forty + R"(,"inline_b":[]})"),
              HasSubstr("lengths of inline_a and inline_b differ: 40 and 0"));
}

TEST(run_command, the_same_id_twice_is_answered_once_and_refused_once) {
  std::string const line =
      R"({"message_id":"6f0d6a52-6a3c-4c1e-9d5e-0a6a7d2f9b11","operation":"add",)"
      R"("inline_a":[1],"inline_b":[2]})";
  auto const replies = replies_to(line + "\n" + line + "\n" + good, 1);
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(replies[0]["inline_result"], json({3}));
  EXPECT_THAT(replies[1]["error"].get<std::string>(), HasSubstr("duplicate"));
  EXPECT_EQ(replies[2]["inline_result"], json({11, 22}));
}

TEST(run_command, the_order_is_kept_over_thousands_of_lines_of_mixed_size) {
  std::string input;
  constexpr int count = 3000;
  for (int i = 0; i < count; ++i) {
    std::string a = std::to_string(i);
    std::string b = "1";
    for (int k = 1; k < (i % 7 == 0 ? 40 : i % 5 + 1); ++k) {
      a += ",0";
      b += ",0";
    }
    input += R"({"priority":)" + std::to_string(i % 256) + R"(,"operation":"add","inline_a":[)" +
             a + R"(],"inline_b":[)" + b + "]}\n";
  }
  auto const replies = replies_to(input, 0);
  ASSERT_EQ(replies.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    ASSERT_EQ(replies[static_cast<std::size_t>(i)]["inline_result"][0], i + 1);
  }
}

TEST(run_command, files_and_the_summary) {
  std::string const in = tool_test::temporary("requests");
  std::string const out = tool_test::temporary("replies");
  tool_test::write_file(in, std::string(good) + "\nnothing\n");
  tool_test::write_file(out, std::string(10'000, 'x'));  // emptied first
  auto const r = run({"run", "--kernel", "vector", "--input", in, "--output", out});
  EXPECT_EQ(r.exit_code, 1);
  EXPECT_EQ(r.out, "");
  EXPECT_EQ(lines_of(tool_test::contents(out)).size(), 2U);
  EXPECT_THAT(r.err,
              testing::MatchesRegex("gyre run: 2 lines, 1 failed, [0-9.]+ s, [0-9]+ lines/s\n"));
  ::unlink(in.c_str());
  ::unlink(out.c_str());
  EXPECT_EQ(run(standard, "").exit_code, 0) << "no lines are no failure";
}

TEST(run_command, whoever_waits_for_a_reply_before_the_next_request_gets_it) {
  int in[2];
  int out[2];
  ASSERT_EQ(::pipe2(in, O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
  int const err = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  pid_t const pid = tool_test::start(standard, in[0], out[1], err);
  ::close(in[0]);
  ::close(out[1]);
  ::close(err);
  for (int i = 0; i < 3; ++i) {
    std::string const line = std::string(good) + "\n";
    ASSERT_EQ(::write(in[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
    std::string const reply =
        tool_test::read_until(out[0], [](std::string const& t) { return t.ends_with('\n'); });
    EXPECT_THAT(reply, HasSubstr("\"inline_result\":[11,22]")) << i;
  }
  ::close(in[1]);
  EXPECT_EQ(tool_test::finish(pid), 0);
  ::close(out[0]);
}

TEST(run_command, progress_is_for_terminals_alone) {
  std::string const in = tool_test::temporary("many");
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::string(good) + "\n";
  tool_test::write_file(in, text);
  std::vector<std::string> const a{"run", "--kernel", "vector",   "--input",
                                   in,    "--output", "/dev/null"};
  EXPECT_THAT(run(a).err, Not(HasSubstr("\r")));
  int outer = -1;
  int inner = -1;
  ASSERT_EQ(::openpty(&outer, &inner, nullptr, nullptr, nullptr), 0);
  pid_t const pid = tool_test::start(a, inner, inner, inner);
  ::close(inner);
  std::string const seen = tool_test::read_until(outer, [](std::string const&) { return false; });
  EXPECT_EQ(tool_test::finish(pid), 0);
  ::close(outer);
  EXPECT_THAT(seen,
              testing::ContainsRegex("\r[0-9]+ lines, [0-9]+ lines/s, [0-9]+ %, [0-9]+ s left"));
  EXPECT_THAT(seen, HasSubstr("gyre run: 100000 lines, 0 failed"));
  ::unlink(in.c_str());
}

}  // namespace
