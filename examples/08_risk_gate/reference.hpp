#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "stream.hpp"

namespace gate {

/// The same rules in a plain loop on one thread, without Gyre: what must come.
class reference {
 public:
  /// Takes the next line of the stream. What comes of an order or a cancel.
  outcome take(entry const& e);

  /// All states, by account.
  [[nodiscard]] saved_states states() const;

 private:
  reason judge_order(entry const& e, account_state& of);
  static reason judge_cancel(entry const& e, account_state& of);
  void throw_switch(entry const& e);

  std::unordered_map<std::uint64_t, account_state> accounts_;
  std::array<book_state, symbol_names.size()> books_{};
};

}  // namespace gate
