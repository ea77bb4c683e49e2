#include "reference.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace gate {
namespace {

std::int64_t exposure(account_state const& a) {
  std::int64_t cents = 0;
  for (open_order const& o : a.open) cents += std::abs(o.quantity) * o.price_cents;
  return cents;
}

std::int64_t position(account_state const& a, std::uint32_t symbol) {
  std::int64_t shares = 0;
  for (open_order const& o : a.open) shares += o.symbol == symbol ? o.quantity : 0;
  return shares;
}

bool is_open(account_state const& a, std::uint64_t id) {
  return std::ranges::any_of(a.open, [&](open_order const& o) { return o.id == id; });
}

}  // namespace

outcome reference::take(entry const& e) {
  if (e.what == kind::kill || e.what == kind::resume) {
    throw_switch(e);
    return {};
  }
  account_state& of = accounts_[e.account];
  of.account = e.account;
  reason const why = e.what == kind::order ? judge_order(e, of) : judge_cancel(e, of);
  return {why, rules_of_account(e.account).greatest_cents - exposure(of)};
}

reason reference::judge_order(entry const& e, account_state& of) {
  account_rules const rules = rules_of_account(e.account);
  std::int64_t const shares = std::abs(e.quantity);
  if (of.killed) return reason::account_killed;
  if (shares > rules.greatest_quantity) return reason::order_too_large;
  if (is_open(of, e.id)) return reason::duplicate_id;
  if (of.open.size() >= greatest_open) return reason::too_many_open;
  if (exposure(of) + shares * e.price_cents > rules.greatest_cents) return reason::exposure_limit;

  book_state& book = books_[e.symbol];
  symbol_rules const limits = rules_of_symbol(e.symbol);
  ++book.refused;
  if (book.killed) return reason::symbol_killed;
  if (e.price_cents != std::clamp(e.price_cents, limits.least_cents, limits.greatest_cents)) {
    return reason::price_band;
  }
  if (std::abs(position(of, e.symbol) + e.quantity) > limits.greatest_position) {
    return reason::position_limit;
  }
  --book.refused;
  ++book.passed;
  book.passed_shares += shares;
  of.open.push_back({e.id, e.quantity, e.price_cents, e.symbol});
  return reason::none;
}

reason reference::judge_cancel(entry const& e, account_state& of) {
  std::size_t const gone =
      std::erase_if(of.open, [&](open_order const& o) { return o.id == e.id; });
  return gone == 0 ? reason::unknown_order : reason::none;
}

void reference::throw_switch(entry const& e) {
  bool const on = e.what == kind::kill;
  bool const all = e.symbol == no_symbol && e.account == no_account;
  for (std::uint32_t s = 0; s < books_.size(); ++s) {
    if (all || e.symbol == s) books_[s].killed = on;
  }
  if (e.account != no_account) accounts_[e.account].account = e.account;
  for (auto& [number, of] : accounts_) {
    if (!all && number != e.account) continue;
    of.killed = on;
    if (on) of.open.clear();
  }
}

saved_states reference::states() const {
  saved_states out{.accounts = {}, .books = {books_.begin(), books_.end()}};
  for (auto const& [number, of] : accounts_) out.accounts.push_back(of);
  std::ranges::sort(out.accounts, {}, &account_state::account);
  return out;
}

}  // namespace gate
