#include <algorithm>

#include <fmt/format.h>

#include "../../text.hpp"
#include "../harness/mode.hpp"
#include "compare.hpp"

namespace gyre::tool {
namespace {

row const* find_in(report const& r, std::string const& name) {
  auto const found = std::find_if(r.rows.begin(), r.rows.end(), [&](row const& one) {
    return one.name == name && one.has_figures();
  });
  return found == r.rows.end() ? nullptr : &*found;
}

bool apart(middle const& a, middle const& b) {
  return a.greatest < b.least || b.greatest < a.least;
}

comparison compare(row const& before, row const& after) {
  comparison c{before.name, before.unit, before.ratio, after.ratio, 0, verdict::same};
  bool const with_floor = before.ratio.median > 0 && after.ratio.median > 0;
  if (!with_floor) {
    c.before = before.figure;
    c.after = after.figure;
  }
  if (c.before.median > 0 && c.after.median > 0) {
    c.change =
        before.is_latency() ? c.before.median / c.after.median : c.after.median / c.before.median;
  }
  if (!with_floor) {
    c.is = verdict::no_floor;
  } else if (before.mode_changed || after.mode_changed ||
             mode_changed(before.mode_before, after.mode_before)) {
    c.is = verdict::mode_changed;
  } else if (before.disturbed() || after.disturbed()) {
    c.is = verdict::disturbed;
  } else if (c.before.greatest <= 0 || c.after.greatest <= 0) {
    c.is = verdict::no_spread;
  } else if (apart(c.before, c.after)) {
    c.is = c.change > 1 ? verdict::better : verdict::worse;
  }
  return c;
}

std::string where(report const& r) {
  return fmt::format("{} ({}, {} cores; {})", r.commit, r.where.cpu, r.where.cores,
                     r.where.compiler);
}

}  // namespace

std::string to_string(verdict v) {
  switch (v) {
    case verdict::same: return "same";
    case verdict::better: return "better";
    case verdict::worse: return "worse";
    case verdict::no_spread: return "no spread known";
    case verdict::mode_changed: return "modes differ";
    case verdict::disturbed: return "not alone";
    case verdict::no_floor: return "no floor";
    case verdict::only_before: return "only before";
    case verdict::only_after: return "only after";
  }
  return "unknown";
}

std::vector<comparison> compare(report const& before, report const& after) {
  std::vector<comparison> out;
  for (auto const& one : before.rows) {
    if (!one.has_figures()) continue;
    if (row const* const other = find_in(after, one.name)) {
      out.push_back(compare(one, *other));
    } else {
      out.push_back({one.name, one.unit, one.ratio, {}, 0, verdict::only_before});
    }
  }
  for (auto const& one : after.rows) {
    if (!one.has_figures() || find_in(before, one.name) != nullptr) continue;
    out.push_back({one.name, one.unit, {}, one.ratio, 0, verdict::only_after});
  }
  return out;
}

std::string text_of(report const& before, report const& after,
                    std::vector<comparison> const& rows) {
  std::string out = fmt::format(
      "before: {}\nafter:  {}\n"
      "Ratios to each run's own floor, with the least and the greatest of the repetitions; faster "
      "is\n"
      "how many times as fast the later run is. Better and worse: the two spreads do not touch,\n"
      "and both runs had the machine in the same mode and to themselves.\n"
      "Rows without a floor are shown as they are, and say something about the machine.\n\n",
      where(before), where(after));
  table lines({{"name"}, {"before"}, {"after"}, {"faster", align::right}, {""}});
  for (auto const& c : rows) {
    auto const shown = [&](middle const& m) {
      return c.is == verdict::no_floor ? figure_text(m.median, c.unit) : ratio_text(m);
    };
    lines.add({c.name, shown(c.before), shown(c.after),
               c.change > 0 ? fmt::format("{:.2f}", c.change) : "-", to_string(c.is)});
  }
  auto const count = [&](verdict v) {
    return std::count_if(rows.begin(), rows.end(), [&](auto const& c) { return c.is == v; });
  };
  return out + lines.text() +
         fmt::format("\n{} better, {} worse, {} the same within their spread\n",
                     count(verdict::better), count(verdict::worse), count(verdict::same));
}

nlohmann::ordered_json json_of(report const& before, report const& after,
                               std::vector<comparison> const& rows) {
  nlohmann::ordered_json out;
  out["before"] = before.commit;
  out["after"] = after.commit;
  out["rows"] = nlohmann::ordered_json::array();
  auto const number = [](double v) {
    return v > 0 ? nlohmann::ordered_json(v) : nlohmann::ordered_json(nullptr);
  };
  for (auto const& c : rows) {
    out["rows"].push_back({{"name", c.name},
                           {"unit", c.unit},
                           {"before", number(c.before.median)},
                           {"after", number(c.after.median)},
                           {"faster", number(c.change)},
                           {"verdict", to_string(c.is)}});
  }
  return out;
}

}  // namespace gyre::tool
