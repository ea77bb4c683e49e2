#include <cstdint>
#include <map>
#include <string>

#include <pty.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "process.hpp"

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using tool_test::run;

TEST(validate_command, every_case_of_the_contract_is_run_and_every_element_counted) {
  auto const r = run({"validate", "--engine", "cpu", "--format", "json"});
  ASSERT_EQ(r.exit_code, 0) << r.out << r.err;
  json const all = json::parse(r.out);
  EXPECT_EQ(all.size(), 3U);
  EXPECT_EQ(all["failed"], 0);
  EXPECT_EQ(all["passed"], all["cases"].size());
  std::map<std::string, std::uint64_t> elements;
  for (auto const& c : all["cases"]) {
    EXPECT_EQ(c.size(), 7U);
    EXPECT_EQ(c["engine"], "cpu");
    EXPECT_TRUE(c["passed"].get<bool>());
    EXPECT_EQ(c["error"], "");
    std::string const name = c["name"];
    EXPECT_FALSE(elements.contains(name)) << name << " is there twice";
    elements[name] = c["elements"];
    if (c["elements"] > 0) {
      EXPECT_GT(c["send_ns"].get<std::int64_t>(), 0) << name;
    }
    EXPECT_GE(c["round_trip_ns"].get<std::int64_t>(), c["send_ns"].get<std::int64_t>()) << name;
  }
  EXPECT_EQ(elements["add, 10 inline"], 10U);
  EXPECT_EQ(elements["add, 25 inline"], 25U);
  EXPECT_EQ(elements["add, 100 in device memory"], 100U);
  EXPECT_EQ(elements["add, 1000000 in device memory"], 1'000'000U);
  for (auto const* name : {"subtract, 25 inline",
                           "multiply, 25 inline",
                           "divide, 25 inline",
                           "subtract, 1000 in device memory",
                           "multiply, 1000 in device memory",
                           "divide, 1000 in device memory",
                           "zero length, inline",
                           "zero length, in device memory",
                           "division by zero, inline",
                           "division by zero, in device memory",
                           "lengths differ, inline",
                           "lengths differ, device memory",
                           "length negative, inline",
                           "length negative, device memory",
                           "length over the buffers a and b",
                           "length over the result's buffer",
                           "unknown operation 4",
                           "unknown operation -1",
                           "stale handle a",
                           "stale handle result",
                           "foreign handle b",
                           "foreign handle result",
                           "no handle",
                           "inline data shorter than length"}) {
    EXPECT_TRUE(elements.contains(name)) << name;
  }
}

TEST(validate_command, all_engines_means_those_that_are_there) {
  auto const r = run({"validate"});
  EXPECT_EQ(r.exit_code, 0) << r.out << r.err;
  EXPECT_EQ(r.err, "");
  EXPECT_THAT(r.out, HasSubstr("add, 10 inline"));
  EXPECT_THAT(r.out, HasSubstr(" 0 failed"));
  EXPECT_THAT(r.out, Not(HasSubstr("\x1b"))) << "colour without a terminal";
  auto const lines = tool_test::lines_of(r.out);
  EXPECT_THAT(lines.front(), testing::MatchesRegex("engine +case +elements +send +round trip"));
}

TEST(validate_command, a_terminal_gets_colour) {
  int outer = -1;
  int inner = -1;
  ASSERT_EQ(::openpty(&outer, &inner, nullptr, nullptr, nullptr), 0);
  pid_t const pid = tool_test::start({"validate"}, inner, inner, inner);
  ::close(inner);
  std::string const text = tool_test::read_until(outer, [](std::string const&) { return false; });
  EXPECT_EQ(tool_test::finish(pid), 0);
  ::close(outer);
  EXPECT_THAT(text, HasSubstr("\x1b[32mpassed\x1b[0m"));
}

}  // namespace
