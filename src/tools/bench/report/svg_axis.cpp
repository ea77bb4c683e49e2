#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "svg.hpp"

namespace gyre::tool::svg {
namespace {

std::string trimmed(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// 1, 2 or 5 times a power of ten, at least `least`.
double round_step(double least) {
  double const power = std::pow(10, std::floor(std::log10(least)));
  for (double const factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * 0.999) return factor * power;
  }
  return 10 * power;
}

axis linear(std::string title, double low, double high) {
  if (high <= low) high = low + 1;
  double const step = round_step((high - low) / 6);
  axis a{std::move(title),
         scale::linear,
         std::floor(low / step) * step,
         std::ceil(high / step - 1e-9) * step,
         {}};
  for (int i = 0; a.low + i * step <= a.high + step / 2; ++i) {
    double const at = a.low + i * step;
    a.ticks.push_back({at, short_number(at)});
  }
  return a;
}

axis logarithmic(std::string title, double low, double high) {
  if (high <= low) high = low * 10;
  bool const few = std::log10(high / low) < 2.5;
  std::vector<double> const factors = few ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
  std::vector<double> marks;
  auto const first = static_cast<int>(std::floor(std::log10(low) + 1e-9));
  auto const last = static_cast<int>(std::ceil(std::log10(high) - 1e-9));
  for (int power = first; power <= last; ++power) {
    for (double const f : factors) marks.push_back(f * std::pow(10, power));
  }
  // The last mark at or below the least value, the first at or above the greatest.
  std::size_t begin = 0;
  while (begin + 1 < marks.size() && marks[begin + 1] <= low * 1.0001) ++begin;
  std::size_t end = begin + 1;
  while (end + 1 < marks.size() && marks[end] < high * 0.9999) ++end;
  axis a{std::move(title), scale::logarithmic, marks[begin], marks[end], {}};
  for (std::size_t i = begin; i <= end; ++i) a.ticks.push_back({marks[i], short_number(marks[i])});
  return a;
}

}  // namespace

double axis::place(double value) const noexcept {
  if (how == scale::linear) return (value - low) / (high - low);
  return std::log(value / low) / std::log(high / low);
}

axis axis_over(std::string title, scale how, std::vector<double> const& values) {
  double low = 0;
  double high = 0;
  bool any = false;
  for (double const v : values) {
    if (how == scale::logarithmic && v <= 0) continue;
    low = any ? std::min(low, v) : v;
    high = any ? std::max(high, v) : v;
    any = true;
  }
  if (how == scale::linear) return linear(std::move(title), std::min(0.0, low), high);
  return any ? logarithmic(std::move(title), low, high) : logarithmic(std::move(title), 1, 10);
}

axis axis_at(std::string title, std::vector<double> const& values,
             std::string (*label_of)(double)) {
  axis a{std::move(title), scale::logarithmic, 1, 10, {}};
  if (values.empty()) return a;
  a.low = values.front();
  a.high = values.size() > 1 ? values.back() : values.front() * 10;
  for (double const v : values) a.ticks.push_back({v, label_of(v)});
  return a;
}

std::string short_number(double value) {
  double const size = std::abs(value);
  if (size >= 1e9) return trimmed(value / 1e9) + " G";
  if (size >= 1e6) return trimmed(value / 1e6) + " M";
  if (size >= 1e3) return trimmed(value / 1e3) + " k";
  return size > 0 && size < 0.01 ? fmt::format("{:.1e}", value) : trimmed(value);
}

std::string short_bytes(double value) {
  return value < 1024 ? trimmed(value) + " B" : trimmed(value / 1024) + " KiB";
}

std::string short_time(double ns) {
  if (ns >= 1e9) return trimmed(ns / 1e9) + " s";
  if (ns >= 1e6) return trimmed(ns / 1e6) + " ms";
  if (ns >= 1e3) return trimmed(ns / 1e3) + " µs";
  return trimmed(ns) + " ns";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace gyre::tool::svg
