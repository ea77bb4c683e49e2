#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "process.hpp"

// What `gyre bench` says and writes. Nothing here depends on how fast anything is.

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using tool_test::contents;
using tool_test::lines_of;
using tool_test::run;
using tool_test::temporary;
using tool_test::write_file;

std::vector<std::string> quick(std::vector<std::string> const& more) {
  std::vector<std::string> all{"bench", "--repetitions", "2", "--time", "1"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(bench_command, lists_every_row_and_the_curves_when_asked) {
  auto const r = run({"bench", "--list"});
  ASSERT_EQ(r.exit_code, 0) << r.err;
  auto const names = lines_of(r.out);
  for (auto const* name :
       {"floor.ping_pong", "ask.one_in_flight", "ask.pipelined", "queue.round_trip",
        "wire.encode.29", "telemetry.watched", "wake_up", "idle.cpu", "cuda.round_trip"}) {
    EXPECT_THAT(names, testing::Contains(name));
  }
  EXPECT_THAT(r.out, Not(HasSubstr("curve.")));
  auto const curves = run({"bench", "--list", "--filter", "curve."});
  for (auto const* name : {"curve.window.1\n", "curve.window.4096\n", "curve.payload.65536\n",
                           "curve.clients.8\n", "curve.shards.1\n", "curve.actors.10000000\n"}) {
    EXPECT_THAT(curves.out, HasSubstr(name));
  }
  auto const full = run({"bench", "--list", "--full", "--filter", "curve."});
  EXPECT_GT(lines_of(full.out).size(), lines_of(curves.out).size());
}

TEST(bench_command, json_says_where_how_and_what) {
  auto const r = run(quick({"--filter", "wire.encode.29", "--format", "json"}));
  ASSERT_EQ(r.exit_code, 0) << r.err;
  EXPECT_EQ(r.err, "") << "progress is for terminals";
  json const d = json::parse(r.out);
  for (auto const* name : {"cpu", "os", "kernel", "compiler", "build", "flags", "commit"}) {
    EXPECT_NE(d["machine"][name], "") << name;
  }
  EXPECT_EQ(d["effort"]["repetitions"], 2);
  ASSERT_EQ(d["rows"].size(), 1U);
  json const& row = d["rows"][0];
  EXPECT_EQ(row["name"], "wire.encode.29");
  EXPECT_EQ(row["floor_name"], "by_hand");
  EXPECT_EQ(row["repetitions"].size(), 2U);
  EXPECT_LE(row["p50"].get<double>(), row["p99"].get<double>());
  EXPECT_LE(row["p99"].get<double>(), row["max"].get<double>());
  EXPECT_LE(row["spread"]["ratio"]["least"].get<double>(),
            row["spread"]["ratio"]["greatest"].get<double>());
  EXPECT_TRUE(row["mode"]["changed"].is_boolean());
}

TEST(bench_command, writes_a_page_pictures_and_figures_that_read_back) {
  std::string const html = temporary("report.html");
  std::string const figures = temporary("figures.json");
  std::string const folder = temporary("pictures");
  auto const r = run(quick({"--filter", "wire.encode", "--html", html, "--json", figures, "--svg",
                            folder, "--keep", folder}));
  ASSERT_EQ(r.exit_code, 0) << r.err;
  std::string const page = contents(html);
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("</html>"));
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_TRUE(contents(folder + "/ratios.svg").starts_with("<svg"));
  std::size_t kept = 0;
  for (auto const& file : std::filesystem::directory_iterator(folder)) {
    kept += file.path().extension() == ".json" ? 1 : 0;
  }
  EXPECT_EQ(kept, 1U);

  auto const again = run({"bench", "--read", figures});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out, r.out);

  auto const same = run({"bench", "--compare", figures, figures});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_THAT(same.out, HasSubstr("0 better, 0 worse"));
  std::filesystem::remove_all(folder);
  std::filesystem::remove(html);
  std::filesystem::remove(figures);
}

TEST(bench_command, a_file_of_an_earlier_version_can_be_compared) {
  for (auto const& file :
       std::filesystem::directory_iterator(GYRE_SOURCE_DIR "/benchmarks/results")) {
    if (file.path().extension() != ".json") continue;
    std::string const path = file.path().string();
    auto const r = run({"bench", "--compare", path, path, "--format", "json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    json const d = json::parse(r.out);
    EXPECT_FALSE(d["rows"].empty());
    for (auto const& row : d["rows"]) {
      EXPECT_NE(row["verdict"], "better");
      EXPECT_NE(row["verdict"], "worse");
    }
  }
}

void expect_refusal(std::vector<std::string> const& arguments, std::string const& why) {
  auto const r = run(arguments);
  EXPECT_EQ(r.exit_code, 2) << r.out;
  EXPECT_EQ(lines_of(r.err).size(), 1U) << r.err;
  EXPECT_THAT(r.err, HasSubstr("gyre bench: "));
  EXPECT_THAT(r.err, HasSubstr(why));
  EXPECT_EQ(r.out, "");
}

TEST(bench_command, wrong_use_is_refused_before_anything_is_measured) {
  expect_refusal({"bench", "--filter", "no such row"}, "allowed: parts of the names");
  expect_refusal({"bench", "--html", "/no/such/folder/x.html"}, "/no/such/folder");
  expect_refusal({"bench", "--compare", "/no/such/file", "/no/such/file"}, "/no/such/file");
  std::string const bad = temporary("bad.json");
  write_file(bad, "{}");
  expect_refusal({"bench", "--read", bad}, "no result of gyre bench");
  std::filesystem::remove(bad);
}

}  // namespace
