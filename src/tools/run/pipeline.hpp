#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include <gyre/gyre.hpp>

#include <vector/vector_messages.hpp>

#include "request_line.hpp"

namespace gyre::tool {

/// Lines of requests through a kernel's two named queues, many in flight; replies come out as lines
/// in the order of the requests. Used by one thread.
class pipeline {
 public:
  /// Requests in flight, and their elements: what bounds the memory.
  static constexpr std::size_t window = 256;
  static constexpr std::size_t most_elements = std::size_t{8} << 20;
  /// How long a reply may take.
  static constexpr std::chrono::seconds patience{30};

  pipeline(device_buffers& buffers, queue<vector_add_request> requests,
           queue<vector_add_response> responses);
  ~pipeline();
  pipeline(pipeline const&) = delete;
  pipeline& operator=(pipeline const&) = delete;

  /// Reads a line and sends it, waiting where the window is full. Whatever is wrong with it becomes
  /// its reply line; an error here means that the kernel answers no more.
  result<void> send(std::uint64_t line, std::string_view text);

  /// Takes the replies that are there, without waiting.
  result<void> poll();

  /// Waits for every reply in flight.
  result<void> settle();

  /// Gives up what is in flight: each such line fails for this reason.
  void abandon(std::string_view why);

  /// Moves the lines that are ready, in order, to the end of `out`.
  void take_lines(std::string& out);

  /// Bytes that `take_lines` has for the taking.
  [[nodiscard]] std::size_t ready_bytes() const noexcept { return ready_.size(); }
  /// Lines that failed: not requests, not sent, or answered with an error.
  [[nodiscard]] std::uint64_t failed() const noexcept { return failed_; }

 private:
  struct entry {
    std::uint64_t line = 0;
    std::size_t elements = 0;
    bool done = false;
    std::array<buffer_handle, 3> buffers{};  // a, b, result; or none
    std::string text;                        // of a line that is done
  };
  struct hash {
    std::size_t operator()(uuid const& id) const noexcept { return hash_of(id); }
  };

  result<void> place(request_line const& line, entry& e, vector_add_request& out);
  result<void> upload(request_line const& line, entry& e, vector_add_request& out);
  result<void> receive(std::chrono::nanoseconds timeout);
  void finish(entry& e, vector_add_response& reply);
  void fail_line(entry& e, std::string_view why);
  void free_buffers(entry& e) noexcept;
  void advance();

  device_buffers& buffers_;
  queue<vector_add_request> requests_;
  queue<vector_add_response> responses_;

  std::deque<entry> entries_;  // of the lines whose reply is not in ready_ yet, in order
  std::uint64_t first_ = 0;    // number of entries_.front(), counted from the first line
  std::unordered_map<uuid, std::uint64_t, hash> in_flight_;
  std::size_t elements_ = 0;
  std::string ready_;
  std::uint64_t failed_ = 0;

  // Kept for their memory.
  request_line read_;
  vector_add_response reply_;
  std::vector<float> result_;
};

}  // namespace gyre::tool
