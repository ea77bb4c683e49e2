#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include <gyre/runtime/runtime.hpp>

#include "account.hpp"
#include "feeders.hpp"
#include "stream.hpp"
#include "symbol_book.hpp"

namespace gate {

/// What a feeder has done.
struct tally {
  std::string name;
  std::uint64_t sent = 0;
  double seconds = 0;  ///< In which it fed; the others fed too.
};

/// The gate: a kernel of accounts, linked to a kernel of symbols, and the feeders. Each account's
/// orders go through one feeder, in their order; those of different accounts go side by side.
/// What cannot be had throws, from `value()`; in a wake or a rest that ends the program. Used by
/// one thread.
class gateway {
 public:
  /// With room for so many accounts; `from`: the states to go on with, if there are some.
  gateway(std::uint64_t most_accounts, saved_states const& from);

  /// Sends the stream, and fills what comes of each order and cancel. Kills and resumes are for all
  /// that stands before and after them: the feeders stop for them.
  void take(std::span<entry const> stream, std::span<outcome> out);
  /// Takes all states out and ends. An error if something got lost.
  [[nodiscard]] gyre::result<saved_states> close();

  [[nodiscard]] std::vector<tally> const& tallies() const noexcept { return tallies_; }

 private:
  void feed(std::span<entry const> stream, std::span<outcome> out);
  void throw_switch(entry const& e);

  gyre::runtime rt_;
  gyre::kernel<symbol_book> books_;
  gyre::kernel<account> accounts_;
  std::vector<std::unique_ptr<feeder>> feeders_;
  std::vector<tally> tallies_;
  std::unordered_set<std::uint64_t> known_;  // accounts: a kernel does not list them
};

}  // namespace gate
