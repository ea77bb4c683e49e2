#include <algorithm>
#include <cstdio>
#include <string>

#include <unistd.h>

#include <fmt/format.h>

#include "progress.hpp"

namespace gyre::tool {

namespace {

constexpr auto interval = std::chrono::milliseconds(100);

}  // namespace

progress::progress(std::optional<std::uint64_t> size)
    : shown_(::isatty(STDERR_FILENO) == 1),
      size_(size),
      begin_(clock::now()),
      next_(begin_ + interval) {}

double progress::seconds() const {
  return std::chrono::duration<double>(clock::now() - begin_).count();
}

void progress::update(std::uint64_t lines, std::uint64_t bytes) {
  // The clock is read now and then only: a short line takes a microsecond.
  if (!shown_ || (++calls_ % 16 != 0 && drawn_)) return;
  auto const now = clock::now();
  if (now < next_) return;
  next_ = now + interval;
  drawn_ = true;
  double const taken = seconds();
  std::string text =
      fmt::format("\r{} lines, {:.0f} lines/s", lines, static_cast<double>(lines) / taken);
  if (size_ && bytes > 0 && bytes <= *size_) {
    double const part = static_cast<double>(bytes) / static_cast<double>(*size_);
    text += fmt::format(", {:.0f} %, {:.0f} s left", 100 * part, taken / part - taken);
  }
  std::fputs((text + "\x1b[K").c_str(), stderr);
}

void progress::clear() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace gyre::tool
