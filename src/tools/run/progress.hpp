#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace gyre::tool {

/// A line on stderr that moves, if stderr is a terminal: lines, rate, and how long it will take yet
/// if the input's size is known. Used by one thread.
class progress {
 public:
  explicit progress(std::optional<std::uint64_t> size);

  /// Cheap; writes at most ten times a second.
  void update(std::uint64_t lines, std::uint64_t bytes);
  /// Wipes the line.
  void clear();

  [[nodiscard]] double seconds() const;

 private:
  using clock = std::chrono::steady_clock;

  bool const shown_;
  std::optional<std::uint64_t> const size_;
  clock::time_point const begin_;
  clock::time_point next_;
  std::uint64_t calls_ = 0;
  bool drawn_ = false;
};

}  // namespace gyre::tool
