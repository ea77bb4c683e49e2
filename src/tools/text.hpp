#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

/// Plain text for people: aligned tables, durations, and colour where a terminal looks.
namespace gyre::tool {

enum class align : std::uint8_t { left, right };

struct column {
  std::string title;
  align side = align::left;
};

/// Rows under titles, each column as wide as its widest cell. Widths are counted in characters of
/// UTF-8; the last column may hold anything.
class table {
 public:
  explicit table(std::vector<column> columns) : columns_(std::move(columns)) {}

  /// As many cells as there are columns.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// The titles (if there are any), and every row; each line ends with a newline.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// "87 ns", "4.21 µs", "1.30 ms", "2.05 s": three figures.
[[nodiscard]] std::string duration_text(double nanoseconds);

/// "512 B", "1.50 KiB", "23.5 GiB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

/// Marks words, or leaves them plain.
struct palette {
  bool coloured = false;

  [[nodiscard]] std::string good(std::string_view text) const;
  [[nodiscard]] std::string bad(std::string_view text) const;
};

/// Coloured if `stream` is a terminal, and the environment has no NO_COLOR.
[[nodiscard]] palette palette_for(std::FILE* stream);

}  // namespace gyre::tool
