#include <exception>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "report.hpp"

namespace gyre::tool {
namespace {

using json = nlohmann::ordered_json;

json figure(double v) { return v > 0 ? json(v) : json(nullptr); }

json json_of(middle const& m) {
  if (m.median <= 0) return nullptr;
  return {{"median", m.median}, {"least", m.least}, {"greatest", m.greatest}};
}

json json_of(std::vector<std::pair<double, double>> const& quantiles) {
  json out = json::array();
  for (auto const& [q, ns] : quantiles) out.push_back({q, ns});
  return out;
}

json json_of(row const& r) {
  json out;
  out["name"] = r.name;
  out["engine"] = r.engine;
  out["unit"] = r.unit;
  out["n"] = r.n;
  out["p50"] = figure(r.p50);
  out["p99"] = figure(r.p99);
  out["p999"] = figure(r.p999);
  out["max"] = figure(r.greatest);
  out["rate"] = figure(r.rate);
  out["floor"] = figure(r.floor.median);
  out["ratio"] = figure(r.ratio.median);
  out["floor_name"] = r.floor_name;
  if (!r.point.curve.empty()) {
    out["curve"] = {{"name", r.point.curve}, {"series", r.point.series}, {"x", r.point.x}};
    out["ns_each"] = figure(cost_of(r));
  }
  out["spread"] = {
      {"figure", json_of(r.figure)}, {"floor", json_of(r.floor)}, {"ratio", json_of(r.ratio)}};
  out["repetitions"] = json::array();
  for (auto const& p : r.repetitions) {
    out["repetitions"].push_back({figure(p.own), figure(p.floor), figure(p.ratio)});
  }
  if (!r.quantiles.empty()) out["quantiles"] = json_of(r.quantiles);
  if (!r.floor_quantiles.empty()) out["floor_quantiles"] = json_of(r.floor_quantiles);
  out["mode"] = {{"before", figure(r.mode_before)},
                 {"after", figure(r.mode_after)},
                 {"changed", r.mode_changed}};
  out["preempted"] = r.preempted;
  out["others"] = r.others;
  if (!r.error.empty()) out["error"] = r.error;
  if (!r.not_measured.empty()) out["not_measured"] = r.not_measured;
  return out;
}

double number(json const& of, char const* name) {
  auto const found = of.find(name);
  return found == of.end() || found->is_null() ? 0 : found->get<double>();
}

middle middle_from(json const& of, char const* name) {
  auto const found = of.find(name);
  if (found == of.end() || found->is_null()) return {};
  return {number(*found, "median"), number(*found, "least"), number(*found, "greatest")};
}

std::vector<std::pair<double, double>> quantiles_from(json const& of, char const* name) {
  std::vector<std::pair<double, double>> out;
  for (auto const& pair : of.value(name, json::array())) {
    out.emplace_back(pair.at(0).get<double>(), pair.at(1).get<double>());
  }
  return out;
}

row row_from(json const& of) {
  row r;
  r.name = of.at("name").get<std::string>();
  r.unit = of.at("unit").get<std::string>();
  r.engine = of.value("engine", "");
  r.floor_name = of.value("floor_name", "");
  r.n = of.value("n", std::uint64_t{0});
  r.p50 = number(of, "p50");
  r.p99 = number(of, "p99");
  r.p999 = number(of, "p999");
  r.greatest = number(of, "max");
  r.rate = number(of, "rate");
  if (auto const at = of.find("curve"); at != of.end()) {
    r.point = {at->at("name").get<std::string>(), at->at("series").get<std::string>(),
               number(*at, "x")};
  }
  if (auto const spread = of.find("spread"); spread != of.end()) {
    r.figure = middle_from(*spread, "figure");
    r.floor = middle_from(*spread, "floor");
    r.ratio = middle_from(*spread, "ratio");
  } else {  // a file of before there were spreads
    r.figure.median = r.is_latency() ? r.p50 : r.rate;
    r.floor.median = number(of, "floor");
    r.ratio.median = number(of, "ratio");
  }
  for (auto const& p : of.value("repetitions", json::array())) {
    auto const at = [&](std::size_t i) { return p.at(i).is_null() ? 0 : p.at(i).get<double>(); };
    r.repetitions.push_back({at(0), at(1), at(2)});
  }
  r.quantiles = quantiles_from(of, "quantiles");
  r.floor_quantiles = quantiles_from(of, "floor_quantiles");
  if (auto const mode = of.find("mode"); mode != of.end()) {
    r.mode_before = number(*mode, "before");
    r.mode_after = number(*mode, "after");
    r.mode_changed = mode->value("changed", false);
  }
  r.preempted = of.value("preempted", std::uint64_t{0});
  r.others = number(of, "others");
  r.error = of.value("error", "");
  r.not_measured = of.value("not_measured", "");
  return r;
}

}  // namespace

nlohmann::ordered_json json_of(report const& r) {
  json out;
  out["machine"] = {{"cpu", r.where.cpu},
                    {"cores", r.where.cores},
                    {"os", r.where.os},
                    {"kernel", r.where.kernel},
                    {"compiler", r.where.compiler},
                    {"build", r.where.build},
                    {"flags", r.flags},
                    {"commit", r.commit}};
  out["effort"] = {{"repetitions", r.repetitions}, {"milliseconds", r.milliseconds}};
  out["rows"] = json::array();
  for (auto const& one : r.rows) out["rows"].push_back(json_of(one));
  return out;
}

tl::expected<report, std::string> report_from(std::string_view text) {
  try {
    json const in = json::parse(text);
    report r;
    json const& where = in.at("machine");
    r.where.cpu = where.at("cpu").get<std::string>();
    r.where.cores = where.value("cores", 0);
    r.where.os = where.value("os", "");
    r.where.kernel = where.value("kernel", "");
    r.where.compiler = where.value("compiler", "");
    r.where.build = where.value("build", "");
    r.flags = where.value("flags", "");
    r.commit = where.value("commit", "unknown");
    if (auto const effort = in.find("effort"); effort != in.end()) {
      r.repetitions = effort->value("repetitions", 0);
      r.milliseconds = effort->value("milliseconds", 0);
    }
    for (auto const& one : in.at("rows")) r.rows.push_back(row_from(one));
    return r;
  } catch (std::exception const& e) {
    return tl::unexpected(fmt::format("this is no result of gyre bench: {}", e.what()));
  }
}

}  // namespace gyre::tool
