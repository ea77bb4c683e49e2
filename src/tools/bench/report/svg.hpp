#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Charts as SVG text, without a library: they stand alone as files and within HTML, and follow
/// the reader's choice of a light or a dark page.
namespace gyre::tool::svg {

enum class scale { linear, logarithmic };

struct tick {
  double at = 0;
  std::string label;
};

/// Places values between 0 and 1.
struct axis {
  std::string title;
  scale how = scale::linear;
  double low = 0;
  double high = 1;
  std::vector<tick> ticks;

  /// Not clipped. `value` is over 0 on a logarithmic axis.
  [[nodiscard]] double place(double value) const noexcept;
};

/// An axis over these values, its ends at ticks: round numbers (1, 2, 5 times a power of ten),
/// about six; on a logarithmic one whole powers of ten, or 1, 2, 5 where there are few. Values at
/// or below 0 have no place on a logarithmic axis and are passed over. Of no values: 0 to 1, or 1
/// to 10.
[[nodiscard]] axis axis_over(std::string title, scale how, std::vector<double> const& values);

/// A logarithmic axis whose ticks are these values, ascending, labelled by `label_of`.
[[nodiscard]] axis axis_at(std::string title, std::vector<double> const& values,
                           std::string (*label_of)(double));

/// "0.5", "64", "1 k", "22 M".
[[nodiscard]] std::string short_number(double value);
/// "16 B", "64 KiB".
[[nodiscard]] std::string short_bytes(double value);
/// "118 ns", "1.5 µs", "2 ms".
[[nodiscard]] std::string short_time(double ns);

struct point {
  double x = 0;
  double y = 0;
  std::string tip{};  ///< Shown where the pointer rests on it; empty: none, and no dot.
};

struct series {
  std::string name;
  std::vector<point> points;
  bool is_floor = false;  ///< Drawn dashed and grey.
};

/// Lines over two axes, with a legend.
struct chart {
  std::string title;
  axis x;
  axis y;
  std::vector<series> lines;
};
[[nodiscard]] std::string drawn(chart const& c);

/// A dot and its whiskers, for each name; a line where the value is 1.
struct dot {
  std::string name;
  double value = 0;
  double least = 0;
  double greatest = 0;
  std::string tip{};
};
[[nodiscard]] std::string drawn(std::string const& title, axis const& x,
                                std::vector<dot> const& dots);

/// `text` fit for XML and HTML.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace gyre::tool::svg
