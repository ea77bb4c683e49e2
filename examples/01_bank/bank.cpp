// A bank of a thousand accounts: each is an actor, all live in one ring kernel. Money moves by
// asking one account for it and giving it to another; the handlers of an account run one after
// another, so nothing here is locked.

#include <chrono>
#include <cstdint>
#include <cstdio>

#include <gyre/gyre.hpp>

using namespace std::chrono_literals;

// Messages are plain structs. What a handler returns is the reply.
struct deposit {
  std::int64_t cents = 0;
};
struct withdraw {
  std::int64_t cents = 0;
};
struct balance {
  std::int64_t cents = 0;
};

// An actor is a plain struct with a handler for each message that it names.
struct account {
  using handles = gyre::handles<deposit, withdraw>;
  std::int64_t cents = 0;

  GYRE_FN balance on(deposit const& m, auto&) { return {cents += m.cents}; }
  GYRE_FN gyre::reply<balance> on(withdraw const& m, auto& self) {
    if (m.cents > cents) return self.reject(1, cents);  // a code of our own, and what there is
    return balance{cents -= m.cents};
  }
};

constexpr std::uint64_t accounts = 1'000;
constexpr std::int64_t opening_cents = 10'000;

// Moves money, or leaves both accounts as they are. The withdrawal is asked for, because it may be
// refused; only then is there something to deposit.
bool transfer(gyre::kernel<account>& bank, std::uint64_t from, std::uint64_t to,
              std::int64_t cents) {
  if (!bank.ask(from, withdraw{cents}, 5s)) return false;
  return bank.ask(to, deposit{cents}, 5s).has_value();
}

int main() {
  // `value()` throws where there is none: fit for an example. A program looks at the error first.
  auto rt = gyre::runtime::create().value();
  auto bank = rt.launch<account>("bank", {.actors = accounts}).value();  // resident, and idle
  bank.activate().value();                                               // handles from now on

  for (std::uint64_t i = 0; i < accounts; ++i) bank.ask(i, deposit{opening_cents}, 5s).value();
  std::printf("opened %llu accounts of %.2f each\n", static_cast<unsigned long long>(accounts),
              opening_cents / 100.0);

  // Each account pays three others up to 90 each, as long as it has that much.
  std::uint64_t moved = 0;
  std::uint64_t refused = 0;
  for (std::uint64_t i = 0; i < accounts; ++i) {
    for (std::uint64_t step = 1; step <= 3; ++step) {
      std::uint64_t const to = (i * 31 + step * 397) % accounts;
      auto const cents = static_cast<std::int64_t>(i * step * 7919 % 9'000);
      (transfer(bank, i, to, cents) ? moved : refused) += 1;
    }
  }
  std::printf("%llu transfers made, %llu refused for want of money\n",
              static_cast<unsigned long long>(moved), static_cast<unsigned long long>(refused));

  // A refusal is an error with the handler's own numbers; it says what the account has.
  auto const greedy = bank.ask(42, withdraw{1'000'000'000}, 5s);
  bool const said_why =
      !greedy && greedy.error().code == gyre::errc::rejected && greedy.error().reject_code == 1;
  if (said_why) {
    std::printf("account 42 refuses to pay ten million: it has %.2f\n",
                static_cast<double>(greedy.error().detail) / 100.0);
  }

  // A withdrawal of nothing tells the balance. Not a cent was made or lost.
  std::int64_t sum = 0;
  for (std::uint64_t i = 0; i < accounts; ++i) sum += bank.ask(i, withdraw{0}, 5s).value().cents;
  std::int64_t const expected = opening_cents * static_cast<std::int64_t>(accounts);
  std::printf("all accounts together: %.2f, expected %.2f\n", static_cast<double>(sum) / 100.0,
              static_cast<double>(expected) / 100.0);

  auto const report = bank.terminate(5s).value();  // handles what it has taken, then frees
  std::printf("the kernel handled %llu messages and refused %llu of them\n",
              static_cast<unsigned long long>(report.handled),
              static_cast<unsigned long long>(report.refused));

  bool const right = sum == expected && said_why && moved + refused == 3 * accounts &&
                     refused > 0 && report.refused == refused + 1;
  std::puts(right ? "right" : "WRONG");
  return right ? 0 : 1;
}
