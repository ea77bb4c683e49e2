// A whole program in one file that nvcc compiles: an actor for both engines, and the host that asks
// it. Both passes see every public header. Nothing here is run.

#include <cstdint>
#include <cstdio>

#include <gyre/engine/cuda/on_device.hpp>
#include <gyre/gyre.hpp>

namespace {

struct deposit {
  std::int64_t cents = 0;
};
struct balance {
  std::int64_t cents = 0;
};

struct account {
  using handles = gyre::handles<deposit>;
  std::int64_t cents = 0;

  GYRE_FN balance on(deposit const& m, auto&) { return {cents += m.cents}; }
};

gyre::on_device<account> const account_on_device;

}  // namespace

int main() {
  gyre::serve_if_worker();
  auto rt = gyre::runtime::create({.cuda = {.worker_process = true}});
  if (!rt) return 1;
  auto bank = rt->launch<account>("bank", {.actors = 10});
  if (!bank || !bank->activate()) return 1;
  auto const b = bank->ask(3, deposit{100}, std::chrono::seconds(1));
  if (b) std::printf("%lld\n", static_cast<long long>(b->cents));
  return b ? 0 : 1;
}
