#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <gyre/core/error.hpp>

#include "files.hpp"
#include "line_reader.hpp"
#include "progress.hpp"

namespace gyre::tool {

struct tally {
  std::uint64_t lines = 0;  ///< Requests: lines that are not blank.
  std::uint64_t failed = 0;
  std::string broken;  ///< Why it ended early, or empty.
};

/// Replies are written in pieces of about this size.
inline constexpr std::size_t piece = 1 << 20;

/// One run, from the input's first line to the last reply written. `Lines` sends lines and has
/// reply lines for the taking, in order: `pipeline`, and `monitor::stream`.
template <class Lines>
class session {
 public:
  session(Lines& lines, file& input, file& output, progress& shown)
      : lines_(lines),
        input_(input),
        reader_(input.descriptor()),
        output_(output),
        progress_(shown) {}

  tally run() {
    tally t;
    result<void> done = go(t);
    progress_.clear();
    if (!done) {
      t.broken = done.error().message();
      // Every line that was read has a line in the output, if that can still be written.
      lines_.abandon(t.broken);
      (void)write_ready();
    }
    t.failed = lines_.failed();
    return t;
  }

 private:
  result<void> go(tally& t) {
    std::string_view line;
    for (std::uint64_t number = 1;; ++number) {
      // Who waits for replies before the next request gets them.
      if (reader_.would_wait()) {
        if (auto r = flush(); !r) return r;
      }
      if (!reader_.next(line)) break;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      ++t.lines;
      if (auto r = lines_.send(number, line); !r) return r;
      if (lines_.ready_bytes() >= piece) {
        if (auto r = flush(); !r) return r;
      }
      progress_.update(t.lines, reader_.bytes());
    }
    if (auto r = flush(); !r) return r;
    if (reader_.error() != 0) {
      return fail(errc::input_output, input_.name() + ": " + std::strerror(reader_.error()));
    }
    return output_.close();
  }

  /// Waits for what is in flight and writes it. A reply never stands in its queue while a slow
  /// reader, or writer, makes this thread wait.
  result<void> flush() {
    if (auto r = lines_.settle(); !r) return r;
    return write_ready();
  }

  result<void> write_ready() {
    ready_.clear();
    lines_.take_lines(ready_);
    return output_.write(ready_);
  }

  Lines& lines_;
  file& input_;
  line_reader reader_;
  file& output_;
  progress& progress_;
  std::string ready_;
};

}  // namespace gyre::tool
