#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tools/bench/harness/measure.hpp>
#include <tools/bench/harness/mode.hpp>
#include <tools/bench/report/compare.hpp>
#include <tools/bench/report/pictures.hpp>
#include <tools/bench/report/report.hpp>

namespace gyre::tool {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

row row_of(std::string name, std::string unit, middle ratio) {
  row r;
  r.name = std::move(name);
  r.unit = std::move(unit);
  r.floor_name = "ping_pong";
  r.figure = {200 * ratio.median, 200 * ratio.least, 200 * ratio.greatest};
  r.floor = {200, 190, 210};
  r.ratio = ratio;
  r.repetitions = {{200 * ratio.median, 200, ratio.median}};
  r.mode_before = 118;
  r.mode_after = 120;
  return r;
}

report report_of(std::vector<row> rows) {
  report r;
  r.where.cpu = "AMD EPYC (test)";
  r.where.cores = 2;
  r.where.compiler = "gcc 12.2.0";
  r.commit = "0123456789ab+changes";
  r.flags = "-O3";
  r.rows = std::move(rows);
  return r;
}

verdict verdict_on(row const& before, row const& after) {
  return compare(report_of({before}), report_of({after})).at(0).is;
}

TEST(measure, row_and_floor_take_turns_after_one_to_warm_up) {
  std::string order;
  benchmark b{"x", "ns", floor_kind::ping_pong, {}, {}};
  int own = 0;
  b.run = [&] {
    order += 'a';
    repetition r;
    r.p50 = own++ == 0 ? 1e9 : 30;
    return r;
  };
  b.run_floor = [&] {
    order += 'f';
    repetition r;
    r.p50 = 20;
    return r;
  };
  int told = 0;
  row const r = measure(b, 3, [&](int i) { EXPECT_EQ(i, told++); });
  EXPECT_EQ(order, "fafafafa");
  EXPECT_EQ(told, 4);
  EXPECT_EQ(r.repetitions.size(), 3U);
  EXPECT_EQ(r.ratio.median, 1.5);
  EXPECT_EQ(r.figure.greatest, 30) << "what only warmed up was counted";
}

TEST(measure, what_is_not_there_is_said_and_is_no_failure) {
  benchmark b{"x", "ns", floor_kind::ping_pong, {}, {}};
  b.run = [] { return repetition{}; };
  b.run_floor = [] {
    repetition r;
    r.error = "not measured: it takes two cores";
    return r;
  };
  row const r = measure(b, 3);
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.not_measured, "it takes two cores");
  EXPECT_EQ(r.figure.median, 0);
}

TEST(measure, percentiles_are_of_all_repetitions_together) {
  benchmark b{"x", "ns", floor_kind::none, {}, {}};
  std::uint64_t value = 0;
  b.run = [&] {
    samples times(10);
    for (int i = 0; i < 10; ++i) times.add(value);
    value += 100;
    return times.summary(0);
  };
  row const r = measure(b, 3);
  EXPECT_EQ(r.n, 30U);
  EXPECT_EQ(r.greatest, 300);
  EXPECT_NEAR(r.p50, 200, 1);
  EXPECT_EQ(r.figure.median, 200);
}

TEST(mode, is_named_and_its_change_is_seen) {
  EXPECT_EQ(name_of_mode(118), "fast");
  EXPECT_EQ(name_of_mode(512), "slow");
  EXPECT_EQ(name_of_mode(0), "unknown");
  EXPECT_TRUE(mode_changed(118, 512));
  EXPECT_TRUE(mode_changed(512, 118));
  EXPECT_FALSE(mode_changed(118, 130));
  EXPECT_FALSE(mode_changed(0, 130));
}

TEST(report, a_file_reads_back_as_it_was_written) {
  row full = row_of("ask.one", "ns", {1.5, 1.4, 1.6});
  full.n = 7;
  full.p50 = 300;
  full.p99 = 400;
  full.greatest = 900;
  full.quantiles = {{0.5, 300}, {1, 900}};
  full.mode_changed = true;
  full.others = 0.5;
  full.preempted = 3;
  row point = row_of("curve.window.4", "1/s", {0.5, 0.4, 0.6});
  point.point = {"window", "gyre", 4};
  row absent;
  absent.name = "cuda.x";
  absent.unit = "ns";
  absent.not_measured = "no driver";
  report const r = report_of({full, point, absent});
  auto const again = report_from(json_of(r).dump());
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(json_of(*again).dump(), json_of(r).dump());
  EXPECT_EQ(html_of(*again), html_of(r));
  EXPECT_EQ(text_of(*again), text_of(r));
}

TEST(report, a_file_that_is_none_says_so) {
  EXPECT_THAT(report_from("{}").error(), HasSubstr("no result of gyre bench"));
  EXPECT_FALSE(report_from("[1, 2"));
  EXPECT_FALSE(report_from(R"({"machine": {"cpu": "x"}, "rows": [{"name": 3}]})"));
}

TEST(report, the_files_name_is_the_commit_the_machine_and_the_compiler) {
  EXPECT_EQ(file_name_of(report_of({})),
            "0123456789ab-changes.amd-epyc-test-2-cores.gcc-12.2.0.json");
}

TEST(report, what_was_not_measured_has_a_reason_and_no_figure) {
  row absent;
  absent.name = "cuda.x";
  absent.unit = "ns";
  absent.not_measured = "no driver";
  report const r = report_of({absent});
  EXPECT_THAT(text_of(r), HasSubstr("cuda.x: not measured: no driver"));
  EXPECT_THAT(html_of(r), HasSubstr("not measured: no driver"));
  EXPECT_TRUE(json_of(r)["rows"][0]["p50"].is_null());
  EXPECT_TRUE(pictures_of(r).empty());
}

TEST(report, a_row_of_two_modes_or_with_company_is_marked) {
  row r = row_of("ask.one", "ns", {1.5, 1.4, 1.6});
  EXPECT_EQ(mode_text(r), "118");
  r.mode_changed = true;
  r.mode_after = 512;
  EXPECT_EQ(mode_text(r), "118 > 512!");
  r.others = 0.31;
  EXPECT_EQ(mode_text(r), "118 > 512! others 31 %");
  EXPECT_THAT(html_of(report_of({r})), HasSubstr("<tr class=\"marked\">"));
}

TEST(report, curves_are_by_series_and_by_x) {
  auto const at = [](std::string series, double x) {
    row r = row_of("curve.window." + std::to_string(x), "1/s", {0.5, 0.4, 0.6});
    r.point = {"window", std::move(series), x};
    return r;
  };
  report const r = report_of({at("b", 4), at("a", 16), at("b", 1), at("a", 4)});
  auto const curves = curves_of(r);
  ASSERT_EQ(curves.size(), 1U);
  std::vector<double> xs;
  for (row const* p : curves[0]) xs.push_back(p->point.x);
  EXPECT_THAT(xs, ElementsAre(4, 16, 1, 4));
  EXPECT_EQ(pictures_of(r).size(), 2U) << "throughput and cost";
}

TEST(compare, a_latency_nearer_to_its_floor_is_better) {
  auto const before = row_of("x", "ns", {1.5, 1.4, 1.6});
  EXPECT_EQ(verdict_on(before, row_of("x", "ns", {1.2, 1.1, 1.3})), verdict::better);
  EXPECT_EQ(verdict_on(before, row_of("x", "ns", {1.9, 1.8, 2.0})), verdict::worse);
}

TEST(compare, a_rate_nearer_to_its_floor_is_better) {
  auto const before = row_of("x", "1/s", {0.5, 0.45, 0.55});
  EXPECT_EQ(verdict_on(before, row_of("x", "1/s", {0.7, 0.6, 0.8})), verdict::better);
  EXPECT_EQ(verdict_on(before, row_of("x", "1/s", {0.3, 0.2, 0.4})), verdict::worse);
}

TEST(compare, what_lies_within_the_spread_is_no_difference) {
  EXPECT_EQ(verdict_on(row_of("x", "ns", {1.5, 1.4, 1.6}), row_of("x", "ns", {1.3, 1.2, 1.45})),
            verdict::same);
}

// A machine in its slow mode is slow in the floor too.
TEST(compare, a_slower_machine_is_not_a_slower_gyre) {
  auto const before = row_of("x", "ns", {1.5, 1.4, 1.6});
  auto after = before;
  for (double* const v : {&after.figure.median, &after.floor.median}) *v *= 4;
  auto const c = compare(report_of({before}), report_of({after})).at(0);
  EXPECT_EQ(c.is, verdict::same);
  EXPECT_EQ(c.change, 1);
}

TEST(compare, says_why_it_says_nothing) {
  auto const before = row_of("x", "ns", {1.5, 1.4, 1.6});
  auto const worse = row_of("x", "ns", {9, 8, 10});
  auto changed = worse;
  changed.mode_changed = true;
  EXPECT_EQ(verdict_on(before, changed), verdict::mode_changed);
  // The first run of two was made in the slow mode, and its ratios looked better.
  auto slow = worse;
  slow.mode_before = slow.mode_after = 512;
  EXPECT_EQ(verdict_on(before, slow), verdict::mode_changed);
  auto disturbed = worse;
  disturbed.others = 0.2;
  EXPECT_EQ(verdict_on(before, disturbed), verdict::disturbed);
  EXPECT_EQ(verdict_on(before, row_of("x", "ns", {9, 0, 0})), verdict::no_spread);
  auto floor = row_of("x", "ns", {});
  EXPECT_EQ(verdict_on(floor, floor), verdict::no_floor);
  EXPECT_EQ(verdict_on(before, row_of("y", "ns", {1, 1, 1})), verdict::only_before);
  auto const rows = compare(report_of({before}), report_of({row_of("y", "ns", {1, 1, 1})}));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].is, verdict::only_after);
  EXPECT_THAT(text_of(report_of({before}), report_of({before}), rows),
              HasSubstr("0 better, 0 worse, 0 the same"));
}

}  // namespace
}  // namespace gyre::tool
