#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "process.hpp"

namespace {

using nlohmann::json;
using testing::HasSubstr;
using tool_test::run;

void expect_spread(json const& s) {
  ASSERT_TRUE(s.is_object()) << s;
  EXPECT_GT(s["samples"].get<std::uint64_t>(), 0U);
  EXPECT_LE(s["min"].get<double>(), s["p50"].get<double>());
  EXPECT_LE(s["p50"].get<double>(), s["p99"].get<double>());
  EXPECT_LE(s["p99"].get<double>(), s["max"].get<double>());
}

TEST(doctor_command, json_has_the_machine_the_engines_and_the_floor) {
  auto const r = run({"doctor", "--format", "json"});
  ASSERT_EQ(r.exit_code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  json const d = json::parse(r.out);
  EXPECT_EQ(d["version"].get<std::string>() + "\n",
            tool_test::contents(GYRE_SOURCE_DIR "/VERSION"));
  for (auto const* name : {"commit", "compiler", "build"}) EXPECT_NE(d[name], "") << name;
  EXPECT_GT(d["machine"]["memory_bytes"].get<std::uint64_t>(), 0U);
  EXPECT_GT(d["machine"]["cores"].get<int>(), 0);
  EXPECT_FALSE(d["machine"]["allowed_cores"].empty());
  for (auto const* name : {"cpu", "os", "kernel"}) EXPECT_NE(d["machine"][name], "") << name;

  ASSERT_EQ(d["engines"].size(), 2U);
  EXPECT_EQ(d["engines"][0]["engine"], "cpu");
  EXPECT_EQ(d["engines"][0]["found"], true);
  EXPECT_EQ(d["engines"][1]["engine"], "cuda");
  // Found, or why not.
  EXPECT_NE(d["engines"][1]["detail"], "");

  json const& floor = d["floor"];
  EXPECT_GT(floor["clock_ns"].get<double>(), 0);
  EXPECT_LT(floor["clock_ns"].get<double>(), 10'000);
  EXPECT_TRUE(floor["membarrier"].is_boolean());
  expect_spread(floor["wake_up_ns"]);
  expect_spread(floor["notify_ns"]);
  if (d["machine"]["allowed_cores"].size() > 1) {
    expect_spread(floor["ping_pong_ns"]);
    EXPECT_GT(floor["ping_pong_ns"]["untimed"].get<double>(), 0);
  } else {
    EXPECT_TRUE(floor["ping_pong_ns"].is_null()) << "not measured, and not said so";
  }
}

TEST(doctor_command, text_says_what_was_measured) {
  auto const r = run({"doctor"});
  EXPECT_EQ(r.exit_code, 0) << r.err;
  for (auto const* part : {"CPU", "cores", "memory", "compiler", "cpu ", "cuda ", "clock reading",
                           "cache line there and back", "wake-up", "membarrier"}) {
    EXPECT_THAT(r.out, HasSubstr(part));
  }
}

}  // namespace
