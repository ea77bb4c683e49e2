#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include <unistd.h>

#include <fmt/format.h>

#include "text.hpp"

namespace gyre::tool {

namespace {

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// Three figures: 1.23, 12.3, 123.
std::string three_figures(double value) {
  double const size = std::abs(value);
  int const decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

std::string table::text() const {
  std::vector<std::size_t> widths;
  bool titled = false;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    titled = titled || !columns_[c].title.empty();
    std::size_t widest = width_of(columns_[c].title);
    for (auto const& row : rows_) widest = std::max(widest, width_of(row[c]));
    widths.push_back(widest);
  }
  std::string out;
  auto const line = [&](auto const& cell_of) {
    std::string text;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      std::string const& cell = cell_of(c);
      std::string const gap(widths[c] - std::min(widths[c], width_of(cell)), ' ');
      text += c == 0 ? "" : "  ";
      text += columns_[c].side == align::left ? cell + gap : gap + cell;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  if (titled) line([&](std::size_t c) -> std::string const& { return columns_[c].title; });
  for (auto const& row : rows_) line([&](std::size_t c) -> std::string const& { return row[c]; });
  return out;
}

std::string duration_text(double nanoseconds) {
  double const size = std::abs(nanoseconds);
  if (size == 0) return "0 ns";
  if (size < 99.95) return three_figures(nanoseconds) + " ns";
  if (size < 999.5) return fmt::format("{:.0f} ns", nanoseconds);
  if (size < 999.5e3) return three_figures(nanoseconds / 1e3) + " µs";
  if (size < 999.5e6) return three_figures(nanoseconds / 1e6) + " ms";
  return three_figures(nanoseconds / 1e9) + " s";
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1024;
  return three_figures(value) + " " + units[unit];
}

std::string palette::good(std::string_view text) const {
  return coloured ? fmt::format("\x1b[32m{}\x1b[0m", text) : std::string(text);
}

std::string palette::bad(std::string_view text) const {
  return coloured ? fmt::format("\x1b[1;31m{}\x1b[0m", text) : std::string(text);
}

palette palette_for(std::FILE* stream) {
  char const* const refused = std::getenv("NO_COLOR");
  return {::isatty(::fileno(stream)) == 1 && (refused == nullptr || *refused == '\0')};
}

}  // namespace gyre::tool
