#include "generator.hpp"

#include <iterator>
#include <random>

namespace gate {

std::vector<entry> make_stream(std::uint64_t count, std::uint64_t accounts, std::uint64_t first_id,
                               std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto const below = [&](std::uint64_t n) { return random() % n; };
  struct control {
    std::uint64_t at;  // in 64ths of all
    entry what;
  };
  control const controls[] = {
      {8, {.what = kind::kill, .symbol = 3, .account = no_account}},
      {12, {.what = kind::resume, .symbol = 3, .account = no_account}},
      {20, {.what = kind::kill, .symbol = no_symbol, .account = no_account}},
      {21, {.what = kind::resume, .symbol = no_symbol, .account = no_account}},
      {28, {.what = kind::kill, .symbol = no_symbol, .account = 0}},
      {29, {.what = kind::kill, .symbol = 5, .account = no_account}},
      {44, {.what = kind::resume, .symbol = no_symbol, .account = 0}},
      {50, {.what = kind::kill, .symbol = no_symbol, .account = no_account}},
      {51, {.what = kind::resume, .symbol = no_symbol, .account = no_account}},
      {56, {.what = kind::kill, .symbol = no_symbol, .account = 1}},
  };
  std::uint64_t const hot = accounts / 100 + 1;  // have many orders, and some are cancelled
  std::vector<std::uint64_t> last_id(hot, first_id);
  std::uint64_t next_account = 0;

  std::vector<entry> out;
  out.reserve(count + std::size(controls));
  for (std::uint64_t i = 0; i < count; ++i) {
    for (auto const& [at, what] : controls) {
      if (i == count * at / 64) out.push_back(what);
    }
    entry e{.what = kind::order, .id = first_id + i};
    bool const is_hot = below(4) == 0;
    e.account = is_hot ? below(hot) : next_account++ % accounts;
    bool const known = e.account < hot && below(3) == 0;
    if (known && below(16) != 0) {
      e.what = kind::cancel;
      e.id = last_id[e.account];
    } else {
      if (known) e.id = last_id[e.account];  // once more
      e.symbol = static_cast<std::uint32_t>(below(symbol_names.size()));
      symbol_rules const rules = rules_of_symbol(e.symbol);
      std::int64_t const greatest = rules_of_account(e.account).greatest_quantity;
      // One in a hundred is too large, one in twenty is at a price out of its band.
      std::uint64_t const most = static_cast<std::uint64_t>(greatest + greatest / 100);
      e.quantity = static_cast<std::int64_t>(1 + below(most)) * (below(2) == 0 ? 1 : -1);
      std::int64_t const band = rules.greatest_cents - rules.least_cents;
      std::int64_t const over = below(20) == 0 ? band : 0;
      e.price_cents = rules.least_cents + over +
                      static_cast<std::int64_t>(below(static_cast<std::uint64_t>(band)));
      if (e.account < hot) last_id[e.account] = e.id;
    }
    out.push_back(e);
  }
  return out;
}

}  // namespace gate
