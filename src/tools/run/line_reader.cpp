#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

#include "line_reader.hpp"

namespace gyre::tool {

namespace {

constexpr std::size_t step = 256 * 1024;

}  // namespace

bool line_reader::fill() {
  if (at_end_) return false;
  if (begin_ > 0 && buffer_.size() - end_ < step) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    searched_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < step) {
    // Doubling, so that a line of any length is copied a bounded number of times.
    buffer_.resize(buffer_.size() < step ? 2 * step : 2 * buffer_.size());
  }
  for (;;) {
    ssize_t const got = ::read(descriptor_, buffer_.data() + end_, step);
    if (got > 0) {
      end_ += static_cast<std::size_t>(got);
      bytes_ += static_cast<std::uint64_t>(got);
      return true;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error_ = errno;
    at_end_ = true;
    return false;
  }
}

std::size_t line_reader::find_end() {
  if (searched_ < end_) {
    void const* const found = std::memchr(buffer_.data() + searched_, '\n', end_ - searched_);
    if (found != nullptr) {
      return static_cast<std::size_t>(static_cast<char const*>(found) - buffer_.data());
    }
    searched_ = end_;
  }
  return std::string_view::npos;
}

bool line_reader::next(std::string_view& line) {
  for (;;) {
    if (std::size_t const at = find_end(); at != std::string_view::npos) {
      line = {buffer_.data() + begin_, at - begin_};
      begin_ = searched_ = at + 1;
      return true;
    }
    if (fill()) continue;
    if (error_ != 0 || begin_ == end_) return false;
    line = {buffer_.data() + begin_, end_ - begin_};
    begin_ = searched_ = end_;
    return true;
  }
}

bool line_reader::would_wait() {
  if (at_end_ || find_end() != std::string_view::npos) return false;
  pollfd what{descriptor_, POLLIN, 0};
  return ::poll(&what, 1, 0) == 0;
}

}  // namespace gyre::tool
