// An actor with eight messages, each answered, and a program that asks each once.
#include <gyre/gyre.hpp>

struct open_account {
  std::int64_t cents;
};
struct deposit {
  std::int64_t cents;
};
struct withdraw {
  std::int64_t cents;
};
struct transfer {
  std::int64_t cents;
};
struct hold {
  std::int64_t cents;
};
struct release {
  std::int64_t cents;
};
struct freeze {
  std::int64_t cents;
};
struct balance {
  std::int64_t cents;
};
struct outcome {
  std::int64_t cents;
  std::int32_t code;
};

struct account {
  using handles =
      gyre::handles<open_account, deposit, withdraw, transfer, hold, release, freeze, balance>;
  std::int64_t cents = 0;

  GYRE_FN outcome on(open_account const& m, auto&) { return {cents += m.cents, 0}; }
  GYRE_FN gyre::reply<outcome> on(deposit const& m, auto& self) {
    if (m.cents > cents) return self.reject(1, cents);
    return outcome{cents -= m.cents, 1};
  }
  GYRE_FN outcome on(withdraw const& m, auto&) { return {cents += m.cents, 2}; }
  GYRE_FN gyre::reply<outcome> on(transfer const& m, auto& self) {
    if (m.cents > cents) return self.reject(3, cents);
    return outcome{cents -= m.cents, 3};
  }
  GYRE_FN outcome on(hold const& m, auto&) { return {cents += m.cents, 4}; }
  GYRE_FN gyre::reply<outcome> on(release const& m, auto& self) {
    if (m.cents > cents) return self.reject(5, cents);
    return outcome{cents -= m.cents, 5};
  }
  GYRE_FN outcome on(freeze const& m, auto&) { return {cents += m.cents, 6}; }
  GYRE_FN gyre::reply<outcome> on(balance const& m, auto& self) {
    if (m.cents > cents) return self.reject(7, cents);
    return outcome{cents -= m.cents, 7};
  }
};

int main() {
  using namespace std::chrono_literals;
  auto rt = gyre::runtime::create().value();
  auto bank = rt.launch<account>("bank", {.actors = 1'000}).value();
  bank.activate().value();
  std::int64_t sum = 0;
  sum += bank.ask(7, open_account{1}, 50ms).value().cents;
  sum += bank.ask(7, deposit{1}, 50ms).value().cents;
  sum += bank.ask(7, withdraw{1}, 50ms).value().cents;
  sum += bank.ask(7, transfer{1}, 50ms).value().cents;
  sum += bank.ask(7, hold{1}, 50ms).value().cents;
  sum += bank.ask(7, release{1}, 50ms).value().cents;
  sum += bank.ask(7, freeze{1}, 50ms).value().cents;
  sum += bank.ask(7, balance{1}, 50ms).value().cents;
  auto report = bank.terminate(5s).value();
  return sum == 0 ? 0 : 1;
}
