#include <algorithm>

#include <fmt/format.h>

#include "svg.hpp"

namespace gyre::tool::svg {
namespace {

constexpr double width = 760;

/// Colours that those who see few of them can tell apart (Okabe and Ito), darker or lighter with
/// the page.
constexpr char const* style = R"(<style>
.gyre-chart{font:12px system-ui,sans-serif}
.gyre-chart .page{fill:#ffffff}.gyre-chart text{fill:#333333}.gyre-chart .title{font-size:15px;font-weight:600}
.gyre-chart .grid{stroke:#e3e3e3;stroke-width:1}.gyre-chart .frame{stroke:#999999;stroke-width:1;fill:none}
.gyre-chart .line{fill:none;stroke-width:2}.gyre-chart .floor{stroke:#777777;stroke-dasharray:6 4}
.gyre-chart .dot-floor{fill:#777777}
.gyre-chart .s0{stroke:#0072b2}.gyre-chart .s1{stroke:#d55e00}.gyre-chart .s2{stroke:#009e73}
.gyre-chart .s3{stroke:#b0568a}.gyre-chart .s4{stroke:#a67c00}.gyre-chart .s5{stroke:#3b8fc4}
.gyre-chart .d0{fill:#0072b2}.gyre-chart .d1{fill:#d55e00}.gyre-chart .d2{fill:#009e73}
.gyre-chart .d3{fill:#b0568a}.gyre-chart .d4{fill:#a67c00}.gyre-chart .d5{fill:#3b8fc4}
@media (prefers-color-scheme:dark){
.gyre-chart .page{fill:#16181c}.gyre-chart text{fill:#d7d7d7}.gyre-chart .grid{stroke:#2d3036}
.gyre-chart .frame{stroke:#666666}.gyre-chart .floor{stroke:#a0a0a0}.gyre-chart .dot-floor{fill:#a0a0a0}
.gyre-chart .s0{stroke:#56b4e9}.gyre-chart .s1{stroke:#ff8c42}.gyre-chart .s2{stroke:#3fc79a}
.gyre-chart .s3{stroke:#e08fbd}.gyre-chart .s4{stroke:#e6c229}.gyre-chart .s5{stroke:#8ecdf2}
.gyre-chart .d0{fill:#56b4e9}.gyre-chart .d1{fill:#ff8c42}.gyre-chart .d2{fill:#3fc79a}
.gyre-chart .d3{fill:#e08fbd}.gyre-chart .d4{fill:#e6c229}.gyre-chart .d5{fill:#8ecdf2}}
</style>
)";
constexpr std::size_t colours = 6;

std::string begin(double height, std::string const& title) {
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"gyre-chart\" role=\"img\" "
             "viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\">\n"
             "<title>{2}</title>\n",
             width, height, escaped(title)) +
         style +
         fmt::format("<rect class=\"page\" width=\"{:.0f}\" height=\"{:.0f}\"/>\n", width, height) +
         fmt::format("<text class=\"title\" x=\"16\" y=\"24\">{}</text>\n", escaped(title));
}

std::string line(char const* kind, double x1, double y1, double x2, double y2) {
  return fmt::format(
      "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", kind, x1,
      y1, x2, y2);
}

std::string text(double x, double y, char const* anchor, std::string_view what) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(what));
}

std::string tip_of(std::string const& tip) {
  return tip.empty() ? "" : "<title>" + escaped(tip) + "</title>";
}

/// The field within the axes.
struct field {
  double left, top, right, bottom;
  [[nodiscard]] double x(axis const& a, double v) const {
    return left + std::clamp(a.place(v), 0.0, 1.0) * (right - left);
  }
  [[nodiscard]] double y(axis const& a, double v) const {
    return bottom - std::clamp(a.place(v), 0.0, 1.0) * (bottom - top);
  }
};

std::string x_axis(field const& f, axis const& a) {
  std::string out;
  for (auto const& t : a.ticks) {
    double const at = f.x(a, t.at);
    out += line("grid", at, f.top, at, f.bottom) + text(at, f.bottom + 17, "middle", t.label);
  }
  return out + text((f.left + f.right) / 2, f.bottom + 36, "middle", a.title);
}

std::string y_axis(field const& f, axis const& a) {
  std::string out;
  for (auto const& t : a.ticks) {
    double const at = f.y(a, t.at);
    out += line("grid", f.left, at, f.right, at) + text(f.left - 7, at + 4, "end", t.label);
  }
  return out + text(16, f.top - 10, "start", a.title);
}

std::string frame(field const& f) {
  return fmt::format(
      "<rect class=\"frame\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
      f.left, f.top, f.right - f.left, f.bottom - f.top);
}

}  // namespace

std::string drawn(chart const& c) {
  constexpr double height = 400;
  field const f{72, 62, width - 190, height - 52};
  std::string out = begin(height, c.title) + y_axis(f, c.y) + x_axis(f, c.x) + frame(f);
  std::size_t colour = 0;
  double legend = f.top + 10;
  for (auto const& s : c.lines) {
    std::string const stroke = s.is_floor ? "floor" : fmt::format("s{}", colour % colours);
    std::string const fill = s.is_floor ? "dot-floor" : fmt::format("d{}", colour % colours);
    colour += s.is_floor ? 0 : 1;
    std::string path;
    std::string dots;
    for (auto const& p : s.points) {
      if (c.x.how == scale::logarithmic && p.x <= 0) continue;
      if (c.y.how == scale::logarithmic && p.y <= 0) continue;
      double const x = f.x(c.x, p.x);
      double const y = f.y(c.y, p.y);
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : " L", x, y);
      if (p.tip.empty()) continue;
      dots +=
          fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.2\">{}</circle>\n",
                      fill, x, y, tip_of(p.tip));
    }
    if (path.empty()) continue;
    out += fmt::format("<path class=\"line {}\" d=\"{}\"/>\n", stroke, path) + dots;
    out += fmt::format("<path class=\"line {}\" d=\"M{:.1f} {:.1f} h24\"/>\n", stroke, f.right + 14,
                       legend);
    out += text(f.right + 44, legend + 4, "start", s.name);
    legend += 20;
  }
  return out + "</svg>\n";
}

std::string drawn(std::string const& title, axis const& x, std::vector<dot> const& dots) {
  constexpr double step = 20;
  double const height = 100 + step * static_cast<double>(dots.size());
  field const f{230, 44, width - 40, height - 46};
  std::string out = begin(height, title) + x_axis(f, x) + frame(f);
  out += line("line floor", f.x(x, 1), f.top, f.x(x, 1), f.bottom);
  double y = f.top + step / 2 + 3;
  for (auto const& d : dots) {
    out += text(f.left - 8, y + 4, "end", d.name);
    if (d.least > 0) out += line("line s0", f.x(x, d.least), y, f.x(x, d.greatest), y);
    out += fmt::format("<circle class=\"d0\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\">{}</circle>\n",
                       f.x(x, d.value), y, tip_of(d.tip));
    y += step;
  }
  return out + "</svg>\n";
}

}  // namespace gyre::tool::svg
