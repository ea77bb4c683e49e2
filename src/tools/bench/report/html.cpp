#include <fmt/format.h>

#include "pictures.hpp"
#include "svg.hpp"

namespace gyre::tool {
namespace {

using svg::escaped;

constexpr char const* head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>gyre bench</title><style>
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;
background:#ffffff;color:#222222}
table{border-collapse:collapse;font-size:13px;margin:1em 0}
th,td{padding:3px 9px;text-align:right;border-bottom:1px solid #dddddd;white-space:nowrap}
th:first-child,td:first-child{text-align:left}
.marked{color:#b03a00;font-weight:600}
figure{margin:1.2em 0}svg{max-width:100%;height:auto}
@media (prefers-color-scheme:dark){body{background:#16181c;color:#d7d7d7}
th,td{border-color:#33363c}.marked{color:#ff9a62}}
</style></head><body>
<h1>gyre bench</h1>
)";

constexpr char const* how =
    R"(<p>Every row takes turns with its floor: what the machine does for the
same work without Gyre. Times are in nanoseconds, less the clock's own cost; percentiles are of all
repetitions together, rates and ratios their medians with the least and the greatest. A ratio is a
latency over its floor, and a rate as a part of its floor: it compares between machines and moods of
a machine, where the figures alone do not. Mode is the core-to-core time before a row; a row during
which it changed is marked, and is of two machines; so is one during which other programs took more
than 2 % of the machine.</p>
)";

std::string cells(std::vector<std::string> const& values, char const* tag = "td") {
  std::string out = "<tr>";
  for (auto const& v : values) out += fmt::format("<{0}>{1}</{0}>", tag, escaped(v));
  return out + "</tr>\n";
}

std::string reason_cells(row const& r, std::size_t columns) {
  return fmt::format(
      "<tr><td>{}</td><td colspan=\"{}\" style=\"text-align:left\">{}</td></tr>\n", escaped(r.name),
      columns - 1,
      escaped(r.error.empty() ? "not measured: " + r.not_measured : "failed: " + r.error));
}

std::string marked(row const& r, std::string row_text) {
  if (r.mode_changed || r.disturbed()) row_text.replace(0, 4, "<tr class=\"marked\">");
  return row_text;
}

std::string rows_table(report const& r) {
  std::vector<std::string> const titles{"row",   "p50", "p99",   "p99.9", "max",      "rate",
                                        "floor", "of",  "ratio", "mode",  "preempted"};
  std::string out;
  for (auto const& one : r.rows) {
    if (!one.point.curve.empty()) continue;
    if (!one.has_figures()) {
      out += reason_cells(one, titles.size());
      continue;
    }
    out += marked(
        one, cells({one.name, figure_text(one.p50, "ns"), figure_text(one.p99, "ns"),
                    figure_text(one.p999, "ns"), figure_text(one.greatest, "ns"),
                    figure_text(one.rate, one.is_latency() ? "1/s" : one.unit) +
                        (one.is_latency() || one.unit == "1/s" ? "" : " " + one.unit),
                    figure_text(one.floor.median, one.unit), one.floor_name, ratio_text(one.ratio),
                    mode_text(one), fmt::format("{}", one.preempted)}));
  }
  if (out.empty()) return {};
  return "<h2>Rows</h2>\n<table>\n" + cells(titles, "th") + out + "</table>\n";
}

std::string curve_table(std::vector<row const*> const& points) {
  std::vector<std::string> const titles{
      points.front()->point.curve, "series", "a second", "ns each", "floor", "ratio", "mode"};
  std::string out = "<table>\n" + cells(titles, "th");
  for (row const* p : points) {
    if (!p->has_figures()) {
      out += reason_cells(*p, titles.size());
      continue;
    }
    out += marked(
        *p,
        cells({fmt::format("{}", p->point.x), p->point.series.empty() ? "gyre" : p->point.series,
               figure_text(p->figure.median, p->unit), figure_text(cost_of(*p), "ns"),
               figure_text(p->floor.median, p->unit), ratio_text(p->ratio), mode_text(*p)}));
  }
  return out + "</table>\n";
}

}  // namespace

std::string html_of(report const& r) {
  std::string out = head;
  out += "<p>";
  for (auto const& line : heading_of(r)) out += escaped(line) + "<br>\n";
  out += "</p>\n";
  out += how;
  out += "<h2>Pictures</h2>\n";
  for (auto const& p : pictures_of(r)) {
    out += fmt::format("<figure id=\"{}\">\n{}</figure>\n", escaped(p.name), p.svg);
  }
  out += rows_table(r);
  auto const curves = curves_of(r);
  if (!curves.empty()) out += "<h2>Curves</h2>\n";
  for (auto const& points : curves) out += curve_table(points);
  return out + "</body></html>\n";
}

}  // namespace gyre::tool
