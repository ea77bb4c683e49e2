#pragma once

#include <cstdint>

#include <gyre/kernel/handles.hpp>

#include "stream.hpp"

namespace gate {

/// From an account: may this order be?
struct check {
  std::int64_t quantity = 0;
  std::int64_t price_cents = 0;
  std::int64_t position = 0;  ///< The account's in this symbol, with this order.
};
/// Throws the symbol's kill switch, or puts it back.
struct halt {
  bool on = false;
};
/// Asks for the state, and gives one to go on with.
struct get_book {};
struct put_book {
  book_state state{};
};

/// What the gate knows of a symbol: a dense actor, whose id is the index of its name. Its rules
/// look at the order and the account's own position, and it counts what commutes: so the order in
/// which accounts come makes no difference.
struct symbol_book {
  using handles = gyre::handles<check, halt, get_book, put_book>;
  book_state state{};

  /// Refuses with a `reason` as code.
  GYRE_FN gyre::reply<void> on(check const& m, auto& self) {
    symbol_rules const rules = rules_of_symbol(self.id());
    reason why = reason::none;
    if (state.killed) {
      why = reason::symbol_killed;
    } else if (m.price_cents < rules.least_cents || m.price_cents > rules.greatest_cents) {
      why = reason::price_band;
    } else if (m.position > rules.greatest_position || m.position < -rules.greatest_position) {
      why = reason::position_limit;
    }
    if (why != reason::none) {
      ++state.refused;
      return self.reject(static_cast<std::uint32_t>(why));
    }
    ++state.passed;
    state.passed_shares += m.quantity < 0 ? -m.quantity : m.quantity;
    return {};
  }
  GYRE_FN void on(halt const& m, auto&) { state.killed = m.on; }
  GYRE_FN book_state on(get_book const&, auto&) { return state; }
  GYRE_FN void on(put_book const& m, auto&) { state = m.state; }
};

}  // namespace gate
