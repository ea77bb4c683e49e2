#pragma once

#include <cstdint>

#include <gyre/kernel/handles.hpp>

/// Watches the use of bank cards: each card is an actor, and has two rules.
namespace monitor {

/// More than so many transactions within so long are too many.
inline constexpr std::uint64_t greatest_in_window = 5;
inline constexpr std::int64_t window_ms = 60'000;
/// An amount so many standard deviations above the mean is odd, once so many are known.
inline constexpr double greatest_deviation = 4;
inline constexpr std::uint64_t least_known = 10;

/// One use of a card. Of which one says the actor's key: `gyre::key_of` of the card's number.
struct transaction {
  std::int64_t time_ms = 0;
  std::int64_t cents = 0;
};

struct verdict {
  std::uint64_t number = 0;  ///< Which of the card's transactions this is; the first is 1.
  bool too_many = false;     ///< The velocity rule.
  bool odd_amount = false;   ///< The deviation rule.
  std::int64_t span_ms = 0;  ///< From the fifth transaction before this one; 0: there is none.
  double mean = 0;           ///< Of the card's amounts before this one, in cents;
  double variance = 0;       ///< of the sample, in square cents.
};

/// The code of a refusal: it is earlier than the card's last one, whose time is the detail.
inline constexpr std::uint32_t refused_as_earlier = 1;

/// Mean and variance of numbers that come one by one (Welford, "Note on a method for calculating
/// corrected sums of squares and products", 1962).
struct running_figures {
  std::uint64_t count = 0;
  double mean = 0;
  double squares = 0;  // of the differences from the mean

  GYRE_FN void add(double x) {
    double const before = x - mean;
    mean += before / static_cast<double>(++count);
    squares += before * (x - mean);
  }
  GYRE_FN double variance() const {
    return count < 2 ? 0 : squares / static_cast<double>(count - 1);
  }
};

/// A card, which comes into being at its first transaction.
struct card {
  using key = std::uint64_t;
  using handles = gyre::handles<transaction>;

  std::uint64_t seen = 0;
  std::int64_t last_ms = 0;
  std::int64_t times_ms[greatest_in_window] = {};  // of the last ones; the next takes the oldest's
  running_figures amounts{};

  GYRE_FN gyre::reply<verdict> on(transaction const& m, auto& self) {
    if (seen > 0 && m.time_ms < last_ms) return self.reject(refused_as_earlier, last_ms);
    verdict v{.mean = amounts.mean, .variance = amounts.variance()};
    std::int64_t& oldest = times_ms[seen % greatest_in_window];
    if (seen >= greatest_in_window) {
      v.span_ms = m.time_ms - oldest;
      v.too_many = v.span_ms < window_ms;
    }
    oldest = last_ms = m.time_ms;
    v.number = ++seen;

    // In squares: the square root is for people.
    auto const amount = static_cast<double>(m.cents);
    double const above = amount - v.mean;
    v.odd_amount = amounts.count >= least_known && above > 0 &&
                   above * above > greatest_deviation * greatest_deviation * v.variance;
    // What is odd does not count, or a thief's second purchase were a habit.
    if (!v.odd_amount) amounts.add(amount);
    return v;
  }
};

}  // namespace monitor
