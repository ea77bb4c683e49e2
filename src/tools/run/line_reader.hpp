#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gyre::tool {

/// Lines of a file descriptor, one at a time, of any length: memory is that of the longest line.
/// Used by one thread; does not own the descriptor.
class line_reader {
 public:
  explicit line_reader(int descriptor) noexcept : descriptor_(descriptor) {}

  /// The next line without its end; the last one needs none. False at the end, or if reading
  /// failed: then `error()` says why. The view lasts until the next call.
  [[nodiscard]] bool next(std::string_view& line);

  /// Whether `next` would wait for the other side of a pipe or terminal.
  [[nodiscard]] bool would_wait();

  /// errno of the failed read, or 0.
  [[nodiscard]] int error() const noexcept { return error_; }
  /// Bytes read so far.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  /// Reads what is there. False at the end.
  bool fill();
  /// Where the first line ends, looking only at bytes not looked at before; npos if it is not
  /// there.
  std::size_t find_end();

  int const descriptor_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;     // of the line
  std::size_t end_ = 0;       // of what was read
  std::size_t searched_ = 0;  // no newline in begin_ … searched_
  bool at_end_ = false;
  int error_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace gyre::tool
