#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "pictures.hpp"
#include "svg.hpp"

namespace gyre::tool {
namespace {

/// "ask" of "ask.pipelined".
std::string subject_of(row const& r) { return r.name.substr(0, r.name.find('.')); }

std::string percent(double one_in) { return fmt::format("{}", 100 - 100 / one_in) + " %"; }

/// The rank q as one in so many: 0.99 is 100.
double one_in(double q, double most) { return q < 1 ? std::min(1 / (1 - q), most) : most; }

svg::series line_of(std::string name, std::vector<std::pair<double, double>> const& quantiles,
                    double most, bool is_floor) {
  svg::series s{std::move(name), {}, is_floor};
  for (auto const& [q, ns] : quantiles) {
    std::string const tip =
        fmt::format("{}, {}: {}", s.name, q < 1 ? fmt::format("{:.6g} %", q * 100) : "greatest",
                    svg::short_time(ns));
    s.points.push_back({one_in(q, most), std::max(ns, 0.1), tip});
  }
  return s;
}

/// Latencies of one subject by rank; the nines have equal room.
void add_distributions(report const& r, std::vector<picture>& to) {
  std::map<std::string, std::vector<row const*>> subjects;
  for (auto const& one : r.rows) {
    if (one.is_latency() && !one.quantiles.empty() && one.has_figures() &&
        one.point.curve.empty()) {
      subjects[subject_of(one)].push_back(&one);
    }
  }
  for (auto const& [subject, rows] : subjects) {
    double most = 10;
    for (row const* one : rows) {
      for (auto const& [q, ns] : one->quantiles) most = std::max(most, q < 1 ? 1 / (1 - q) : 0);
    }
    svg::chart c{fmt::format("{}: latency by percentile", subject), {}, {}, {}};
    std::vector<double> values;
    auto const add = [&](svg::series s) {
      for (auto const& p : s.points) values.push_back(p.y);
      c.lines.push_back(std::move(s));
    };
    for (row const* one : rows) add(line_of(one->name, one->quantiles, most, false));
    for (row const* one : rows) {
      if (one->floor_quantiles.empty() || one->floor_name == "by_hand") continue;
      add(line_of("floor: " + one->floor_name, one->floor_quantiles, most, true));
      break;
    }
    c.x = svg::axis{"percentile", svg::scale::logarithmic, 1, most, {}};
    c.x.ticks.push_back({1, "0"});
    c.x.ticks.push_back({2, "50 %"});
    for (double mark = 10; mark <= most; mark *= 10) c.x.ticks.push_back({mark, percent(mark)});
    c.y = svg::axis_over("nanoseconds", svg::scale::logarithmic, values);
    to.push_back({"latency." + subject, svg::drawn(c)});
  }
}

void add_ratios(report const& r, std::vector<picture>& to) {
  std::vector<svg::dot> dots;
  std::vector<double> values{0.5, 2};
  for (auto const& one : r.rows) {
    if (!one.has_figures() || one.ratio.median <= 0 || !one.point.curve.empty()) continue;
    // To the right of 1 is slower than the floor, for a rate too.
    auto const slower = [&](double v) { return one.is_latency() || v <= 0 ? v : 1 / v; };
    svg::dot d{one.name,
               slower(one.ratio.median),
               slower(one.ratio.least),
               slower(one.ratio.greatest),
               {}};
    d.tip = fmt::format("{}: {:.2f} times its floor, {}", one.name, d.value, one.floor_name);
    values.insert(values.end(), {d.value, d.least, d.greatest});
    dots.push_back(std::move(d));
  }
  if (dots.empty()) return;
  to.push_back(
      {"ratios", svg::drawn("Time, in times the floor of the same run",
                            svg::axis_over("times the floor (a rate: the floor's rate over it)",
                                           svg::scale::logarithmic, values),
                            dots)});
}

enum class shown { rate, cost };

svg::chart curve_chart(std::vector<row const*> const& points, shown what) {
  std::string const name = points.front()->point.curve;
  svg::chart c{
      what == shown::rate ? "Throughput by " + name : "Cost of a message by " + name, {}, {}, {}};
  std::map<std::string, svg::series> own;
  svg::series floor{"floor: " + points.front()->floor_name, {}, true};
  std::set<double> places;
  std::set<double> with_floor;
  std::vector<double> values;
  auto const shown_of = [&](double rate) {
    return what == shown::rate || rate <= 0 ? rate : 1e9 / rate;
  };
  auto const tip = [&](std::string const& who, double x, double v) {
    return fmt::format("{}, {} {}: {}", who, name, x,
                       what == shown::rate ? svg::short_number(v) + "/s" : svg::short_time(v));
  };
  for (row const* p : points) {
    if (!p->has_figures()) continue;
    double const x = p->point.x;
    std::string const who = p->point.series.empty() ? "gyre" : p->point.series;
    double const v = shown_of(p->figure.median);
    own.try_emplace(who, svg::series{who, {}, false})
        .first->second.points.push_back({x, v, tip(who, x, v)});
    places.insert(x);
    values.push_back(v);
    if (p->floor.median > 0 && with_floor.insert(x).second) {
      double const f = shown_of(p->floor.median);
      floor.points.push_back({x, f, tip("floor", x, f)});
      values.push_back(f);
    }
  }
  c.x = svg::axis_at(name, {places.begin(), places.end()},
                     name == "payload" ? svg::short_bytes : svg::short_number);
  c.y = svg::axis_over(what == shown::rate ? "messages a second" : "nanoseconds for each",
                       svg::scale::logarithmic, values);
  for (auto& [who, s] : own) c.lines.push_back(std::move(s));
  c.lines.push_back(std::move(floor));
  return c;
}

}  // namespace

std::vector<picture> pictures_of(report const& r) {
  std::vector<picture> out;
  add_ratios(r, out);
  add_distributions(r, out);
  for (auto const& points : curves_of(r)) {
    bool const any =
        std::any_of(points.begin(), points.end(), [](row const* p) { return p->has_figures(); });
    if (!any) continue;
    std::string const name = points.front()->point.curve;
    out.push_back({"curve." + name, svg::drawn(curve_chart(points, shown::rate))});
    out.push_back({"cost." + name, svg::drawn(curve_chart(points, shown::cost))});
  }
  return out;
}

}  // namespace gyre::tool
