#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "../../text.hpp"
#include "../harness/mode.hpp"
#include "report.hpp"

namespace gyre::tool {
namespace {

constexpr std::string_view how =
    "Times in ns, less the clock's own cost; rates a second. Row and floor take turns; "
    "percentiles\n"
    "are of all repetitions together, rates and ratios their medians, with the least and the\n"
    "greatest. Ratio: a latency over its floor, a rate as a part of its floor. Mode: core-to-core\n"
    "time before the row, marked where it changed meanwhile; others: what other programs took of "
    "the\n"
    "machine, where it was over 2 %.\n";

std::string reason_of(row const& r) {
  return r.error.empty() ? "not measured: " + r.not_measured : "failed: " + r.error;
}

std::string rows_text(report const& r) {
  table rows({{"name"},
              {"unit"},
              {"p50", align::right},
              {"p99", align::right},
              {"p99.9", align::right},
              {"max", align::right},
              {"rate", align::right},
              {"floor", align::right},
              {"ratio"},
              {"mode"}});
  std::string without;
  bool any = false;
  for (auto const& one : r.rows) {
    if (!one.point.curve.empty()) continue;
    if (!one.has_figures()) {
      without += fmt::format("{}: {}\n", one.name, reason_of(one));
      continue;
    }
    any = true;
    rows.add({one.name, one.unit, figure_text(one.p50, "ns"), figure_text(one.p99, "ns"),
              figure_text(one.p999, "ns"), figure_text(one.greatest, "ns"),
              figure_text(one.rate, one.is_latency() ? "1/s" : one.unit),
              figure_text(one.floor.median, one.unit), ratio_text(one.ratio), mode_text(one)});
  }
  return (any ? "\n" + rows.text() : "") + (without.empty() ? "" : "\n" + without);
}

std::string curve_text(std::vector<row const*> const& points) {
  table rows({{points.front()->point.curve, align::right},
              {"series"},
              {"a second", align::right},
              {"ns each", align::right},
              {"floor", align::right},
              {"ratio"},
              {"mode"}});
  std::string without;
  for (row const* p : points) {
    if (!p->has_figures()) {
      without += fmt::format("{}: {}\n", p->name, reason_of(*p));
      continue;
    }
    rows.add({fmt::format("{}", p->point.x), p->point.series.empty() ? "gyre" : p->point.series,
              figure_text(p->figure.median, p->unit), figure_text(cost_of(*p), "ns"),
              figure_text(p->floor.median, p->unit), ratio_text(p->ratio), mode_text(*p)});
  }
  return "\n" + rows.text() + without;
}

}  // namespace

std::string figure_text(double value, std::string_view unit) {
  if (value == 0) return "-";
  if (unit != "1/s")
    return value < 100 ? fmt::format("{:.{}f}", value, value < 1 ? 3 : 1)
                       : fmt::format("{:.0f}", value);
  if (value >= 1e6) return fmt::format("{:.1f} M", value / 1e6);
  return value >= 1e3 ? fmt::format("{:.1f} k", value / 1e3) : fmt::format("{:.0f}", value);
}

std::string ratio_text(middle const& ratio) {
  if (ratio.median <= 0) return "-";
  if (ratio.greatest <= 0) return fmt::format("{:.2f}", ratio.median);
  return fmt::format("{:.2f} ({:.2f}-{:.2f})", ratio.median, ratio.least, ratio.greatest);
}

std::string mode_text(row const& r) {
  std::string out = r.mode_before > 0 ? fmt::format("{:.0f}", r.mode_before) : "-";
  if (r.mode_changed) out += fmt::format(" > {:.0f}!", r.mode_after);
  if (r.disturbed()) out += fmt::format(" others {:.0f} %", 100 * r.others);
  return out;
}

double cost_of(row const& r) noexcept {
  return r.unit == "1/s" && r.figure.median > 0 ? 1e9 / r.figure.median : 0;
}

std::vector<std::string> heading_of(report const& r) {
  std::vector<std::string> lines{
      fmt::format("{}, {} cores; {}; {}", r.where.cpu, r.where.cores, r.where.os, r.where.kernel),
      fmt::format("{}{}{}; {}; commit {}", r.where.compiler, r.flags.empty() ? "" : " ", r.flags,
                  r.where.build, r.commit)};
  if (r.repetitions > 0) {
    lines.push_back(fmt::format("{} repetitions of {} ms, after one to warm up", r.repetitions,
                                r.milliseconds));
  }
  double first = 0;
  double last = 0;
  int changed = 0;
  int disturbed = 0;
  for (auto const& one : r.rows) {
    if (first == 0) first = one.mode_before;
    if (one.mode_after > 0) last = one.mode_after;
    changed += one.mode_changed ? 1 : 0;
    disturbed += one.disturbed() ? 1 : 0;
  }
  lines.push_back(first <= 0
                      ? "mode: not measured"
                      : fmt::format("mode: {} before (a cache line there and back in {:.0f} "
                                    "ns), {} after ({:.0f} ns); changed during {} of {} rows",
                                    name_of_mode(first), first, name_of_mode(last), last, changed,
                                    r.rows.size()));
  if (disturbed > 0) {
    lines.push_back(fmt::format(
        "not alone: other programs took over 2 % of the machine during {} rows", disturbed));
  }
  return lines;
}

std::vector<std::vector<row const*>> curves_of(report const& r) {
  std::vector<std::vector<row const*>> out;
  for (auto const& one : r.rows) {
    if (one.point.curve.empty()) continue;
    auto const same = std::find_if(out.begin(), out.end(), [&](auto const& points) {
      return points.front()->point.curve == one.point.curve;
    });
    if (same == out.end()) {
      out.push_back({&one});
    } else {
      same->push_back(&one);
    }
  }
  for (auto& points : out) {
    std::stable_sort(points.begin(), points.end(), [](row const* a, row const* b) {
      return std::pair(a->point.series, a->point.x) < std::pair(b->point.series, b->point.x);
    });
  }
  return out;
}

std::string text_of(report const& r) {
  std::string out;
  for (auto const& line : heading_of(r)) out += line + "\n";
  out += how;
  out += rows_text(r);
  for (auto const& points : curves_of(r)) out += curve_text(points);
  return out;
}

std::string file_name_of(report const& r) {
  auto const plain = [](std::string_view text) {
    std::string out;
    for (char const c : text) {
      auto const byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0 || c == '.') {
        out += static_cast<char>(std::tolower(byte));
      } else if (!out.empty() && out.back() != '-') {
        out += '-';
      }
    }
    while (!out.empty() && (out.back() == '-' || out.back() == '.')) out.pop_back();
    return out;
  };
  return fmt::format("{}.{}-{}-cores.{}.json", plain(r.commit), plain(r.where.cpu), r.where.cores,
                     plain(r.where.compiler));
}

}  // namespace gyre::tool
