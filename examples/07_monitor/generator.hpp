#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lines.hpp"

namespace monitor {

/// Makes transactions of which it knows, without asking a rule, what must be said of them.
///
/// *Times.* A card rests for a window and more between what belongs together, so that nothing but a
/// planted burst is too fast. Bursts of six and more alert from their sixth on; bursts of five, and
/// six in exactly one window, do not.
///
/// *Amounts.* They come in pairs, base + d and base - d, with h <= d <= 2h. From the tenth on the
/// mean is within 2h/11 of the base, and the standard deviation between h and 2.2h: the bar lies
/// between base + 3.8h and base + 9h. No pair is above it; a planted amount, base + 20h and more,
/// is. Some cards have such an amount among their first ten, where it must pass.
class generator {
 public:
  static constexpr std::uint64_t greatest_count = 10'000'000;

  /// 1 to `greatest_count` transactions.
  generator(std::uint64_t count, std::uint64_t seed) : random_(seed) {
    made_.reserve(count);
    cards_ = static_cast<std::uint32_t>(count / 64 + 1);
    for (std::uint32_t i = 0; i < cards_; ++i) {
      until_ = made_.size() + count / cards_ + (i < count % cards_ ? 1 : 0);
      make_card(i);
    }
    std::stable_sort(made_.begin(), made_.end(),
                     [](made const& a, made const& b) { return a.time_ms < b.time_ms; });
  }

  [[nodiscard]] std::size_t size() const noexcept { return made_.size(); }
  [[nodiscard]] std::uint32_t cards() const noexcept { return cards_; }

  /// Adds the i-th line of the input, with its end.
  void write_line(std::size_t i, std::string& out) const {
    static constexpr std::string_view countries[] = {"GB", "FR", "NL", "PL", "US", "JP"};
    made const& m = made_[i];
    out += std::to_string(m.time_ms);
    out.append(",").append(name_of(m.card)).append(",").append(std::to_string(m.cents));
    out.append(",").append(countries[m.card % std::size(countries)]).append("\n");
  }

  /// The alerts that must come, in order, as "time,card,rule,cents".
  [[nodiscard]] std::vector<std::string> answers() const {
    std::vector<std::string> out;
    for (made const& m : made_) {
      auto const add = [&](std::string_view rule) {
        write_alert(m.time_ms, name_of(m.card), rule, m.cents, out.emplace_back());
      };
      if (m.too_many) add("velocity");
      if (m.odd) add("deviation");
    }
    return out;
  }

 private:
  struct made {
    std::int64_t time_ms = 0;
    std::int64_t cents = 0;
    std::uint32_t card = 0;
    bool too_many = false;
    bool odd = false;
  };

  /// Sixteen digits; different cards have different ones.
  static std::string name_of(std::uint32_t card) {
    return std::to_string(4'000'000'000'000'000 +
                          card * std::uint64_t{700'000'003'027} % 1'000'000'000'000'000);
  }

  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
  }

  void make_card(std::uint32_t card) {
    card_ = card;
    time_ms_ = below(3'600'000);
    half_ = 10 + below(500);
    base_ = 3 * half_ + below(20'000);
    known_ = 0;
    owed_ = 0;
    // One card in eight has an odd amount early, and none later: its figures are spoilt by it.
    early_ = below(8) == 0 ? below(static_cast<std::int64_t>(least_known)) : -1;
    spoilt_ = early_ >= 0;
    while (made_.size() < until_) make_some();
  }

  /// What belongs together: mostly one transaction.
  void make_some() {
    time_ms_ += window_ms + below(540'000);
    std::int64_t const kind = below(1000);
    if (kind < 15) {
      std::int64_t const n = 6 + below(4);
      for (std::int64_t i = 1; i <= n; ++i) add(i > 5, i == n ? 0 : below(window_ms / n));
    } else if (kind < 30) {
      for (std::int64_t i = 1; i <= 5; ++i) add(false, i == 5 ? 0 : below(1000));
    } else if (kind < 45) {
      // Six in a window, to the millisecond; or in one millisecond less.
      std::int64_t const less = below(2);
      for (std::int64_t i = 1; i <= 6; ++i) {
        add(i == 6 && less == 1, i == 6 ? 0 : window_ms / 5 - (i == 5 ? less : 0));
      }
    } else {
      add(false, 0);
    }
  }

  void add(bool too_many, std::int64_t then_wait_ms) {
    if (made_.size() == until_) return;
    bool const odd =
        !spoilt_ && known_ >= static_cast<std::int64_t>(least_known) && below(200) == 0;
    bool const early = known_ == early_;
    std::int64_t const cents = odd || early ? base_ + 20 * half_ + below(20 * half_) : usual();
    made_.push_back({time_ms_, cents, card_, too_many, odd});
    if (!odd) ++known_;
    time_ms_ += then_wait_ms;
  }

  std::int64_t usual() {
    if (owed_ == 0) {
      std::int64_t const d = half_ + below(half_ + 1);
      owed_ = below(2) == 0 ? d : -d;
      return base_ - owed_;
    }
    return base_ + std::exchange(owed_, 0);
  }

  std::mt19937_64 random_;
  std::vector<made> made_;
  std::uint32_t cards_ = 0;

  // Of the card that is being made.
  std::size_t until_ = 0;
  std::uint32_t card_ = 0;
  std::int64_t time_ms_ = 0;
  std::int64_t base_ = 0;
  std::int64_t half_ = 0;
  std::int64_t owed_ = 0;   // what the other of a pair differs by
  std::int64_t known_ = 0;  // amounts in the card's figures
  std::int64_t early_ = -1;
  bool spoilt_ = false;
};

}  // namespace monitor
