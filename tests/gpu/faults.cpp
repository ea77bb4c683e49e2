// A handler that writes to an illegal address takes its context with it: CUDA answers nothing any
// more, in this process. Whoever waited must be told so, and nobody may wait for ever. In a worker
// process of the engine's, the host's own process survives it, and goes on.

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <future>
#include <string>

#include <unistd.h>

#include <gtest/gtest.h>

#include "gpu_test.hpp"
#include "resident.hpp"

namespace gyre::gpu_test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// How soon a failure must be known to everybody.
constexpr std::chrono::nanoseconds told_within = 10s;
constexpr std::chrono::seconds child_patience = 35s;

double milliseconds_since(clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(clock::now() - begin).count();
}

/// An ask that was never answered: what its asker was told.
template <class Result>
void must_have_failed(Result const& got, std::string const& what) {
  must(!got.has_value(), what + " was answered");
  must(got.error().code == errc::engine_failed,
       what + ": wanted engine_failed, it is " + got.error().message());
}

/// Has a handler write to an illegal address, with asks behind it that are never answered. All are
/// told within `told_within`.
void poke_illegal_address(kernel<adder>& k) {
  auto end = must_have(k.open_port({.window = 16}), "a port");
  say("an actor writes to an illegal address");
  auto const begin = clock::now();
  auto const poked = must_have(end.submit(0, poke{illegal_address}), "the message that does it");
  // Behind it, in its actor's order. The device may be gone before they are sent.
  std::array<result<asked<total>>, 4> behind{end.submit(0, add{1}), end.submit(0, add{1}),
                                             end.submit(0, add{1}), end.submit(0, add{1})};
  auto elsewhere =
      std::async(std::launch::async, [&] { return k.ask(0, add{1}, told_within + 5s); });
  must_have_failed(end.wait(poked, told_within), "the ask that did it");
  for (auto const& ask : behind) {
    if (ask) {
      must_have_failed(end.wait(*ask, told_within), "an ask behind it");
    } else {
      must_have_failed(ask, "an ask behind it, refused,");
    }
  }
  must_have_failed(elsewhere.get(), "another thread's ask");
  double const told_after = milliseconds_since(begin);
  must(told_after < std::chrono::duration<double, std::milli>(told_within).count(),
       "it took " + std::to_string(told_after) + " ms until all were told");
  must(within(5s, [&] { return k.state() == kernel_state::failed; }),
       "the kernel's state is " + std::string(to_string(k.state())));
  figure("faults.illegal_address").with("milliseconds_until_all_were_told", told_after).print();
}

runtime make_runtime(bool in_worker) {
  runtime_options o;
  o.engine = engine_kind::cuda;
#if __has_include(<gyre/runtime/worker_process.hpp>)
  o.cuda.worker_process = in_worker;
#else
  must(!in_worker, "this build has no worker process");
#endif
  return must_have(runtime::create(o), "the runtime");
}

kernel<adder> launch_adders(runtime& rt, std::string const& id) {
  auto k = must_have(rt.launch<adder>(id, {.actors = 64}), "the launch of '" + id + "'");
  must_have(k.activate(), "to activate '" + id + "'");
  ask_adder(k, 1);
  return k;
}

int illegal_address_in_this_process() {
  auto rt = make_runtime(false);
  auto k = launch_adders(rt, "poked");
  poke_illegal_address(k);
  say("terminating what failed");
  auto const ended = k.terminate(5s);
  say("terminate: " + (ended ? std::string("done") : ended.error().message()));
  auto const again = rt.launch<adder>("again", {.actors = 64});
  say("another launch: " + (again ? std::string("done") : again.error().message()));
  say("ending the runtime");
  return 0;
}

child const in_this_process{"faults.illegal_address", &illegal_address_in_this_process};

TEST(faults, illegal_address_tells_every_asker_and_hangs_nobody) {
  GYRE_NEEDS_DEVICE();
  expect_well("faults.illegal_address", child_patience);
}

#if __has_include(<gyre/runtime/worker_process.hpp>)

/// The next launch works, in another worker. `begin`: when the first failed.
void must_recover(runtime& rt, std::int64_t old_worker, char const* name, clock::time_point begin) {
  say("launching again");
  std::uint64_t refused = 0;
  auto launched = rt.launch<adder>("again", {.actors = 64});
  for (deadline const until(10s); !launched && !until.expired(); ++refused) {
    ::usleep(1000);
    launched = rt.launch<adder>("again", {.actors = 64});
  }
  auto k = must_have(std::move(launched), "another launch");
  must_have(k.activate(), "to activate it");
  ask_adder(k, 1);
  auto const worker = static_cast<std::int64_t>(rt.engine().worker_pid);
  must(worker != old_worker, "the worker is the one that failed");
  figure(name)
      .with("milliseconds_until_another_kernel_answered", milliseconds_since(begin))
      .with("launches_refused_meanwhile", refused)
      .print();
  must_have(k.terminate(10s), "to terminate it");
}

std::int64_t worker_of(runtime const& rt) {
  auto const worker = static_cast<std::int64_t>(rt.engine().worker_pid);
  must(worker > 1 && worker != ::getpid(), "the worker's pid is " + std::to_string(worker));
  return worker;
}

int illegal_address_in_a_worker() {
  auto rt = make_runtime(true);
  auto k = launch_adders(rt, "poked");
  auto const worker = worker_of(rt);
  auto const begin = clock::now();
  poke_illegal_address(k);
  must_recover(rt, worker, "faults.worker_after_illegal_address", begin);
  say("ending the runtime");
  return 0;
}

int worker_killed() {
  auto rt = make_runtime(true);
  auto k = launch_adders(rt, "killed");
  // Of a kernel that is not activated: its asks wait.
  auto idle = must_have(rt.launch<adder>("idle", {.actors = 64}), "the launch of 'idle'");
  auto end = must_have(idle.open_port({.window = 16}), "a port");
  auto const waiting = must_have(end.submit(0, add{1}), "an ask that waits");
  auto const worker = worker_of(rt);
  say("killing the worker");
  auto const begin = clock::now();
  must(::kill(static_cast<pid_t>(worker), SIGKILL) == 0, "to kill the worker");
  must_have_failed(end.wait(waiting, told_within), "the ask that waited");
  double const told_after = milliseconds_since(begin);
  must_have_failed(k.ask(0, add{1}, told_within), "an ask to a kernel whose worker is gone");
  must(within(5s, [&] { return k.state() == kernel_state::failed; }),
       "the kernel's state is " + std::string(to_string(k.state())));
  figure("faults.worker_killed").with("milliseconds_until_told", told_after).print();
  must_recover(rt, worker, "faults.worker_after_kill", begin);
  say("ending the runtime");
  return 0;
}

child const in_a_worker[] = {{"faults.worker_illegal_address", &illegal_address_in_a_worker},
                             {"faults.worker_killed", &worker_killed}};

TEST(faults, host_survives_an_illegal_address_in_its_worker) {
  GYRE_NEEDS_DEVICE();
  expect_well("faults.worker_illegal_address", child_patience);
}

TEST(faults, host_survives_the_death_of_its_worker) {
  GYRE_NEEDS_DEVICE();
  expect_well("faults.worker_killed", child_patience);
}

#endif

}  // namespace
}  // namespace gyre::gpu_test
