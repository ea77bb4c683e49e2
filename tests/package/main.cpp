// Asks an actor of the installed library; says which engine it was on, and whether nvcc made it
// known.

#include <chrono>
#include <cstdio>

#include <gyre/gyre.hpp>

#include "account.hpp"

int main() {
  gyre::serve_if_worker();
  auto rt = gyre::runtime::create();
  if (!rt) return 1;
  auto bank = rt->launch<account>("bank", {.actors = 10});
  if (!bank || !bank->activate()) return 1;
  auto const b = bank->ask(3, deposit{100}, std::chrono::seconds(10));
  std::printf("engine %s\n", std::string(to_string(rt->kind())).c_str());
  return b && b->cents == 100 ? 0 : 1;
}
