#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// Checks before a trade: what is asked, what comes of it, and the figures of the rules. Nothing of
/// Gyre is in here: the reference uses it too.
namespace gate {

inline constexpr std::array<std::string_view, 16> symbol_names = {
    "ACME", "BOLT", "CRAG", "DUNE", "ECHO", "FERN", "GALE", "HALO",
    "IRIS", "JADE", "KELP", "LARK", "MINT", "NOVA", "OPAL", "PINE"};
/// A kill or resume is of one symbol, or of one account, or, with both of these, of everything.
inline constexpr std::uint32_t no_symbol = symbol_names.size();
inline constexpr std::uint64_t no_account = ~std::uint64_t{0};

enum class kind : std::uint8_t { order, cancel, kill, resume };

/// One line of the stream. What its kind has no use for is 0.
struct entry {
  kind what{};
  std::uint32_t symbol = 0;      ///< An index of `symbol_names`, or `no_symbol`.
  std::uint64_t account = 0;     ///< Any number but `no_account`.
  std::uint64_t id = 0;          ///< The order's; of a cancel: the order that is cancelled.
  std::int64_t quantity = 0;     ///< In shares; negative: they are sold.
  std::int64_t price_cents = 0;  ///< Of one share.
};

/// Why an order or a cancel is refused. Zero: it is not.
enum class reason : std::uint32_t {
  none,
  account_killed,
  order_too_large,
  duplicate_id,
  too_many_open,
  exposure_limit,
  unknown_order,
  symbol_killed,
  price_band,
  position_limit,
  busy,        ///< The account's last order is not answered yet.
  unanswered,  ///< No rule: the account or the symbol gave no answer.
};
inline constexpr std::array<std::string_view, 12> reason_names = {
    "accepted",       "account killed", "order too large", "duplicate id", "too many open",
    "exposure limit", "unknown order",  "symbol killed",   "price band",   "position limit",
    "busy",           "unanswered"};

/// What came of an order or a cancel.
struct outcome {
  reason why = reason::unanswered;
  std::int64_t room_cents = 0;  ///< Exposure that the account is still allowed.
  bool operator==(outcome const&) const = default;
};

/// An accepted order that is not cancelled.
struct open_order {
  std::uint64_t id = 0;
  std::int64_t quantity = 0;
  std::int64_t price_cents = 0;
  std::uint32_t symbol = 0;
  bool operator==(open_order const&) const = default;
};

/// What an account is from one day to the next.
struct account_state {
  std::uint64_t account = 0;
  bool killed = false;
  std::vector<open_order> open;  ///< The earliest first.
  bool operator==(account_state const&) const = default;
};

/// What a symbol's book is from one day to the next.
struct book_state {
  bool killed = false;
  std::uint64_t passed = 0;        ///< Orders,
  std::int64_t passed_shares = 0;  ///< and their shares, bought or sold;
  std::uint64_t refused = 0;       ///< orders.
  bool operator==(book_state const&) const = default;
};

/// All states.
struct saved_states {
  std::vector<account_state> accounts;
  std::vector<book_state> books;  ///< One for each symbol.
};

/// Open orders of an account, at most.
inline constexpr std::size_t greatest_open = 8;

struct account_rules {
  std::int64_t greatest_quantity = 0;  ///< Shares of one order.
  std::int64_t greatest_cents = 0;     ///< Quantity by price, of all open orders together.
};
/// One account in eight is a professional's.
[[nodiscard]] constexpr account_rules rules_of_account(std::uint64_t account) noexcept {
  return account % 8 == 0 ? account_rules{1'000, 40'000'000} : account_rules{100, 4'000'000};
}

struct symbol_rules {
  std::int64_t least_cents = 0;
  std::int64_t greatest_cents = 0;
  std::int64_t greatest_position = 0;  ///< Shares that one account's open orders buy or sell.
};
/// A tenth above and below a symbol's price; the dear ones have narrow positions.
[[nodiscard]] constexpr symbol_rules rules_of_symbol(std::uint64_t symbol) noexcept {
  auto const price = static_cast<std::int64_t>(1'000 + symbol * 3'000);
  return {price - price / 10, price + price / 10, symbol < 8 ? 1'200 : 150};
}

}  // namespace gate
