// A bank of many accounts, and random transfers between them, by two ways at once: coroutines that
// ask (withdraw here, deposit there, give back what could not be paid in), and accounts that tell
// each other. Money is neither made nor lost: the sum is exact at the end, for any seed and any
// number of shards.
//
//   example_04_transfers [ACCOUNTS [TRANSFERS [SHARDS [SEED]]]]

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <thread>

#include <gyre/gyre.hpp>

#include <arguments.hpp>

using namespace std::chrono_literals;

struct deposit {
  std::int64_t cents = 0;
};
struct withdraw {
  std::int64_t cents = 0;
};
/// Has the account pay another one, by itself.
struct pay {
  std::uint64_t to = 0;
  std::int64_t cents = 0;
};
struct balance {
  std::int64_t cents = 0;
};

struct account {
  using handles = gyre::handles<deposit, withdraw, pay>;
  std::int64_t cents = 1000;

  GYRE_FN balance on(deposit const& m, auto&) { return {cents += m.cents}; }
  GYRE_FN gyre::reply<balance> on(withdraw const& m, auto& self) {
    if (m.cents > cents) return self.reject(1, cents);
    return balance{cents -= m.cents};
  }
  GYRE_FN gyre::reply<balance> on(pay const& m, auto& self) {
    if (m.cents > cents) return self.reject(1, cents);
    // Where the other's inbox is full nothing has happened.
    if (!self.tell(gyre::actor<account>{m.to}, deposit{m.cents})) return self.reject(2, cents);
    return balance{cents -= m.cents};
  }
};

using bank = gyre::asker<account>;

struct totals {
  std::uint64_t refused = 0;
  std::uint64_t messages =
      0;  // that accounts got, or will get: asks, and what they tell each other
};

/// One client: so many transfers, one after another.
gyre::task<> client(bank& a, std::uint64_t accounts, std::uint64_t transfers, std::uint64_t seed,
                    totals& all) {
  std::mt19937_64 random(seed);
  for (std::uint64_t i = 0; i < transfers; ++i) {
    std::uint64_t const from = random() % accounts;
    std::uint64_t const to = random() % accounts;
    std::int64_t const cents = static_cast<std::int64_t>(random() % 500) + 1;
    ++all.messages;
    bool const taken = i % 2 == 0 ? (co_await a.ask(from, pay{to, cents}, 60s)).has_value()
                                  : (co_await a.ask(from, withdraw{cents}, 60s)).has_value();
    if (!taken) {
      ++all.refused;
      continue;
    }
    ++all.messages;
    if (i % 2 == 0) continue;  // the account itself has told the other
    if (!co_await a.ask(to, deposit{cents}, 60s)) {
      ++all.messages;
      (void)co_await a.ask(from, deposit{cents}, 60s);
    }
  }
}

int main(int argc, char** argv) {
  numbers const given(argc, argv, "ACCOUNTS [TRANSFERS [SHARDS [SEED]]]");
  std::uint64_t const accounts = given.at(1, 1'000'000);
  std::uint64_t const transfers = given.at(2, 200'000);
  auto const shards = static_cast<std::uint32_t>(given.at(3, 2));
  std::uint64_t const seed = given.at(4, 1);
  constexpr std::uint64_t clients = 256;

  auto rt = gyre::runtime::create().value();
  auto kernel = rt.launch<account>("bank", {.shards = shards, .actors = accounts}).value();
  kernel.activate().value();
  auto a = bank::open(kernel, {.window = 1024}).value();

  auto const begin = std::chrono::steady_clock::now();
  totals all;
  for (std::uint64_t c = 0; c < clients; ++c) {
    a.spawn(client(a, accounts, transfers / clients, seed * clients + c, all));
  }
  a.run();
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
  std::printf("%llu transfers by %llu clients in %.2f s, %llu refused\n",
              static_cast<unsigned long long>(transfers / clients * clients),
              static_cast<unsigned long long>(clients), took.count(),
              static_cast<unsigned long long>(all.refused));

  // What accounts told each other may still be on its way.
  gyre::deadline const until(60s);
  while (kernel.status().handled < all.messages && !until.expired()) {
    std::this_thread::sleep_for(1ms);
  }

  std::int64_t sum = 0;
  std::uint64_t answered = 0;
  constexpr std::uint64_t at_once = 50'000;
  for (std::uint64_t first = 0; first < accounts; first += at_once) {
    std::uint64_t const n = accounts - first < at_once ? accounts - first : at_once;
    auto const balances = a.run(a.ask_all(
        n, [&](std::size_t i) { return first + i; }, [](std::size_t) { return deposit{0}; }, 60s));
    for (auto const& b : balances) {
      answered += b ? 1 : 0;
      sum += b ? b->cents : 0;
    }
  }
  auto const expected = static_cast<std::int64_t>(accounts) * 1000;
  std::printf("%llu accounts hold %lld cents, %lld expected\n",
              static_cast<unsigned long long>(answered), static_cast<long long>(sum),
              static_cast<long long>(expected));
  bool const right = answered == accounts && sum == expected;
  std::puts(right ? "right" : "WRONG");
  return right ? 0 : 1;
}
