#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/kernel/call.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/link.hpp>

#include "stream.hpp"
#include "symbol_book.hpp"

namespace gate {

struct order {
  open_order what{};
  /// Travels with each order: an account comes into being at its first one, and a link that a state
  /// had kept would mean nothing to the next runtime.
  gyre::link<symbol_book> books{};
};
struct cancel {
  std::uint64_t id = 0;
};
/// Thrown, it cancels what is open.
struct kill_switch {
  bool on = false;
};
struct accepted {
  std::int64_t room_cents = 0;
};

/// An account, keyed by its number. It checks its own rules, has the symbol's book check the
/// others, and answers when that has answered. All refusals have a `reason` as code and the room as
/// detail.
struct account {
  using key = std::uint64_t;
  using handles = gyre::handles<order, cancel, kill_switch, gyre::answered<void>>;

  bool killed = false;
  bool waits = false;  // for a book's answer; then
  gyre::caller<accepted> asker{};
  open_order in_question{};
  std::int64_t exposure_cents = 0;
  std::size_t open_count = 0;
  open_order open[greatest_open] = {};  // the earliest first

  GYRE_FN gyre::reply<accepted> on(order const& m, auto& self) {
    account_rules const rules = rules_of_account(self.id());
    std::int64_t const shares = m.what.quantity < 0 ? -m.what.quantity : m.what.quantity;
    if (waits) return refuse(reason::busy, self);
    if (killed) return refuse(reason::account_killed, self);
    if (shares > rules.greatest_quantity) return refuse(reason::order_too_large, self);
    if (find(m.what.id) != open_count) return refuse(reason::duplicate_id, self);
    if (open_count == greatest_open) return refuse(reason::too_many_open, self);
    if (shares * m.what.price_cents > room(self)) return refuse(reason::exposure_limit, self);

    std::int64_t position = m.what.quantity;
    for (std::size_t i = 0; i < open_count; ++i) {
      if (open[i].symbol == m.what.symbol) position += open[i].quantity;
    }
    check const question{m.what.quantity, m.what.price_cents, position};
    if (!self.ask(m.books.at(m.what.symbol), question)) return refuse(reason::unanswered, self);
    waits = true;
    asker = self.who_asked();
    in_question = m.what;
    return self.later();
  }

  /// The book's answer.
  GYRE_FN void on(gyre::answered<void> const& m, auto& self) {
    waits = false;
    if (!m.ok()) {
      bool const rule = m.why() == gyre::errc::rejected;
      reason const why = rule ? static_cast<reason>(m.reject_code) : reason::unanswered;
      self.answer_to(asker, refuse(why, self));
    } else if (killed) {  // meanwhile
      self.answer_to(asker, refuse(reason::account_killed, self));
    } else {
      open[open_count++] = in_question;
      exposure_cents += cents(in_question);
      self.answer_to(asker, accepted{room(self)});
    }
  }

  GYRE_FN gyre::reply<accepted> on(cancel const& m, auto& self) {
    if (waits) return refuse(reason::busy, self);
    std::size_t at = find(m.id);
    if (at == open_count) return refuse(reason::unknown_order, self);
    exposure_cents -= cents(open[at]);
    for (--open_count; at < open_count; ++at) open[at] = open[at + 1];
    return accepted{room(self)};
  }

  GYRE_FN void on(kill_switch const& m, auto&) {
    killed = m.on;
    if (!killed) return;
    open_count = 0;
    exposure_cents = 0;
  }

  GYRE_FN static std::int64_t cents(open_order const& o) {
    return (o.quantity < 0 ? -o.quantity : o.quantity) * o.price_cents;
  }
  GYRE_FN std::int64_t room(auto& self) const {
    return rules_of_account(self.id()).greatest_cents - exposure_cents;
  }
  GYRE_FN gyre::rejection refuse(reason why, auto& self) const {
    return self.reject(static_cast<std::uint32_t>(why), room(self));
  }
  /// `open_count`: it is not there.
  GYRE_FN std::size_t find(std::uint64_t id) const {
    std::size_t i = 0;
    while (i < open_count && open[i].id != id) ++i;
    return i;
  }
};

}  // namespace gate
