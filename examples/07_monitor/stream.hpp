#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gyre/kernel/keys.hpp>
#include <gyre/port/port.hpp>

#include "lines.hpp"

namespace monitor {

/// What came of the lines so far.
struct counts {
  std::uint64_t transactions = 0;  ///< Judged.
  std::uint64_t failed = 0;        ///< Lines that are no transaction, or were refused.
  std::uint64_t cards = 0;
  std::uint64_t alerts = 0;
};

/// Lines of transactions through a port, many in flight; alerts come out in the order of the input.
/// Used by one thread.
class stream {
 public:
  /// Is told of each line that failed, in order.
  using refuse_line = std::function<void(std::uint64_t line, std::string_view why)>;

  /// Transactions in flight.
  static constexpr gyre::port_options port_options{.window = 1024};
  /// How long a verdict may take.
  static constexpr std::chrono::seconds patience{30};

  stream(gyre::port<card> port, refuse_line refuse)
      : port_(std::move(port)), refuse_(std::move(refuse)), entries_(port_.window()) {}

  /// Reads a line and sends it, waiting where the window is full. The first line may name the
  /// columns. An error means that the kernel answers no more.
  gyre::result<void> send(std::uint64_t line, std::string_view text) {
    if (line == 1 && is_header(text)) return {};
    if (next_ - first_ == entries_.size()) {
      if (auto r = take_first(); !r) return r;
    }
    entry& e = entries_[next_ % entries_.size()];
    input_line read_line;
    e.line = line;
    e.why = read(text, read_line);
    if (e.why.empty()) {
      e.what = read_line.what;
      e.card = read_line.card;
      auto sent = port_.submit(gyre::key_of(e.card), e.what, {.timeout = patience});
      if (!sent) return tl::unexpected<gyre::error>(std::move(sent.error()));
      e.in_flight = *sent;
    }
    ++next_;
    return {};
  }

  /// Waits for every verdict in flight.
  gyre::result<void> settle() {
    while (first_ != next_) {
      if (auto r = take_first(); !r) return r;
    }
    return {};
  }

  /// Gives up what is in flight: each such line fails for this reason.
  void abandon(std::string_view why) {
    for (; first_ != next_; ++first_) fail_line(entries_[first_ % entries_.size()].line, why);
  }

  /// Moves the alerts' lines that are ready to the end of `out`.
  void take_lines(std::string& out) {
    out += ready_;
    ready_.clear();
  }
  [[nodiscard]] std::size_t ready_bytes() const noexcept { return ready_.size(); }
  [[nodiscard]] std::uint64_t failed() const noexcept { return counts_.failed; }
  [[nodiscard]] counts const& counted() const noexcept { return counts_; }

 private:
  struct entry {
    std::uint64_t line = 0;
    std::string why;  // it was not sent; or empty
    transaction what{};
    std::string card;
    gyre::asked<verdict> in_flight{};
  };

  void fail_line(std::uint64_t line, std::string_view why) {
    ++counts_.failed;
    refuse_(line, why);
  }

  gyre::result<void> take_first() {
    entry& e = entries_[first_ % entries_.size()];
    if (!e.why.empty()) {
      ++first_;
      fail_line(e.line, e.why);
      return {};
    }
    auto const v = port_.wait(e.in_flight, patience);
    if (v) {
      ++counts_.transactions;
      counts_.cards += v->number == 1 ? 1 : 0;
      counts_.alerts += write_alerts(e.what, e.card, *v, ready_);
    } else if (v.error().code == gyre::errc::rejected) {
      fail_line(e.line, "time_ms is " + std::to_string(e.what.time_ms) +
                            ", allowed: not before the card's last one, " +
                            std::to_string(v.error().detail));
    } else if (v.error().code == gyre::errc::full) {
      fail_line(e.line, v.error().message());  // a card too many; the others go on
    } else {
      return tl::unexpected<gyre::error>(v.error());
    }
    ++first_;
    return {};
  }

  gyre::port<card> port_;
  refuse_line refuse_;
  std::vector<entry> entries_;  // a ring: first_ … next_
  std::uint64_t first_ = 0;
  std::uint64_t next_ = 0;
  std::string ready_;
  counts counts_{};
};

}  // namespace monitor
