#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

#if defined(GYRE_TEST_ON_DEVICE)
#include <gyre/engine/cuda/on_device.hpp>
#elif defined(GYRE_HAS_CUDA)
#include "../emulated/driver.hpp"
#endif
#include "queue_actors.hpp"
#include "test_actors.hpp"

/// \file
/// What the conformance suite runs on. A new engine is a row of `engines`.

#if defined(GYRE_HAS_CUDA) && !defined(GYRE_TEST_ON_DEVICE) && !defined(__SANITIZE_THREAD__)
/// Stepped lanes are slow under ThreadSanitizer; unit_block has them there.
#define GYRE_TEST_EMULATED_LANES 1
#endif

#if !defined(GYRE_TEST_ON_DEVICE)
extern template class gyre::shard_loop<gyre::conformance::account, gyre::cpu_environment>;
extern template class gyre::shard_loop<gyre::conformance::squarer, gyre::cpu_environment>;
extern template class gyre::shard_loop<gyre::conformance::worker, gyre::cpu_environment>;
#endif

namespace gyre::conformance {

using namespace std::chrono_literals;

/// What a test waits for at most; no test expects to.
inline constexpr std::chrono::nanoseconds patience = 20s;

/// An engine, and over how many shards its kernels' actors are dealt.
struct engine_under_test {
  std::string_view name;
  std::uint32_t shards = 1;
  /// One thread steps all of a block's lanes: a handler that blocks blocks them all. Port's rings
  /// are made at the launch. A message may take several slots. Counters are posted.
  bool emulated = false;
  /// Handlers can throw, sleep, and wait for the host.
  bool host_handlers = true;
  result<runtime> (*start)(runtime_options const& options, std::uint32_t shards) = nullptr;

  [[nodiscard]] result<runtime> make(runtime_options const& o = {}) const {
    return start(o, shards);
  }
};

/// The actors of most tests, whose loops are compiled once (shared_actors.cpp).
template <class Actor>
inline constexpr bool is_shared = std::is_same_v<Actor, account> ||
                                  std::is_same_v<Actor, squarer> || std::is_same_v<Actor, worker>;

#if defined(GYRE_TEST_ON_DEVICE)
/// Makes an actor known to the engines that are no templates of it: before it is launched.
template <class Actor>
void know() {
  static on_device<Actor> const known;
  (void)known;
}
inline void know_shared() {
  know<account>();
  know<squarer>();
  know<worker>();
}
#else
template <class Actor>
void know() {
#if defined(GYRE_TEST_EMULATED_LANES)
  if constexpr (!is_shared<Actor>) emulated::know<Actor>();
#endif
}
/// The same for the shared ones.
void know_shared();
#endif

inline result<runtime> on_cpu(runtime_options const& options, std::uint32_t /*shards*/) {
  runtime_options o = options;
  o.engine = engine_kind::cpu;
  return runtime::create(o);
}

#if defined(GYRE_TEST_ON_DEVICE)
/// The CUDA engine on a GPU. All that uses it is compiled by nvcc.
inline result<runtime> on_gpu(runtime_options const& options, std::uint32_t /*shards*/) {
  know_shared();
  runtime_options o = options;
  o.engine = engine_kind::cuda;
  o.cuda.host_bytes = o.cuda.device_bytes = std::uint64_t{1} << 30;
  return runtime::create(o);
}
#elif defined(GYRE_TEST_EMULATED_LANES)
/// The CUDA engine on an emulated driver: its blocks' lanes are stepped on a CPU.
inline result<runtime> on_emulated_lanes(runtime_options const& o, std::uint32_t shards) {
  know_shared();
  cuda_options options = o.cuda;
  options.host_bytes = options.device_bytes = std::uint64_t{1} << 30;
  // The suite is run once more with each of these.
  char const* const set = std::getenv("GYRE_TEST_CUDA");
  std::string_view const how = set == nullptr ? "" : set;
  if (how == "per_batch") options.stay = cuda_stay::per_batch;
  if (how == "while_busy") {
    options.stay = cuda_stay::while_busy;
    options.idle_exit = std::chrono::milliseconds(1);
  }
  options.worker_process = how == "worker";
  emulated::driver::set_seed(shards);
  auto made = emulated::make_engine(options);
  if (!made) return tl::unexpected<error>(std::move(made.error()));
  return runtime::create_on(std::move(*made), o);
}
#endif

/// How often a test repeats what it does: emulated lanes are some fifty times as slow as threads,
/// so there it is a fifth of `times`, unless GYRE_TEST_FULL is set (`./dev check --all`).
inline std::uint64_t repeated(engine_under_test const& engine, std::uint64_t times) {
  static bool const full = std::getenv("GYRE_TEST_FULL") != nullptr;
  return engine.emulated && !full ? times / 5 : times;
}

inline std::vector<engine_under_test> engines() {
#if defined(GYRE_TEST_ON_DEVICE)
  return {{"cuda_with_1_block", 1, true, false, on_gpu},
          {"cuda_with_3_blocks", 3, true, false, on_gpu}};
#else
  return {
    {"cpu_with_1_shard", 1, false, true, on_cpu},
        // Tells and replies cross threads.
        {"cpu_with_3_shards", 3, false, true, on_cpu},
#if defined(GYRE_TEST_EMULATED_LANES)
        {"emulated_lanes_with_1_block", 1, true, true, on_emulated_lanes},
#if !defined(__SANITIZE_ADDRESS__)
        {"emulated_lanes_with_3_blocks", 3, true, true, on_emulated_lanes},
#endif
#endif
  };
#endif
}

inline std::string name_of(::testing::TestParamInfo<engine_under_test> const& engine) {
  return std::string(engine.param.name);
}

/// How a failed test names its engine (GoogleTest finds it by its name).
inline void PrintTo(engine_under_test const& engine, std::ostream* out) { *out << engine.name; }

/// Runs the tests of a suite, each a TEST_P, on every engine.
#define GYRE_ON_EVERY_ENGINE(suite) \
  INSTANTIATE_TEST_SUITE_P(engines, suite, ::testing::ValuesIn(engines()), name_of)

/// Whether `condition` became true within `patience`: for what a kernel or thread does soon.
[[nodiscard]] inline bool soon(std::function<bool()> const& condition) {
  deadline const until(patience);
  while (!condition()) {
    if (until.expired()) return false;
    std::this_thread::sleep_for(100us);
  }
  return true;
}

/// First in a test whose handlers throw, sleep, or wait for the host.
#define GYRE_NEEDS_HOST_HANDLERS() \
  if (!engine().host_handlers) GTEST_SKIP() << "only handlers on a host throw, sleep and wait"

/// A result that a test cannot do without: its value, or a failed test that says why.
template <class Result>
typename Result::value_type need(Result r, std::string_view what) {
  if (!r) throw std::runtime_error(std::string(what) + ": " + r.error().message());
  if constexpr (!std::is_void_v<typename Result::value_type>) return std::move(*r);
}

/// A runtime on the engine under test.
class on_engine : public ::testing::TestWithParam<engine_under_test> {
 protected:
  [[nodiscard]] static engine_under_test const& engine() { return GetParam(); }

  /// The options with the engine's shards, and at least an actor for each.
  [[nodiscard]] static launch_options options(launch_options o = {}) {
    o.shards = engine().shards;
    o.actors = std::max<std::uint64_t>(o.actors, engine().shards);
    return o;
  }

  template <class Actor>
  [[nodiscard]] kernel<Actor> launch(std::string_view id, launch_options const& o = {}) {
    know<Actor>();
    return need(rt.launch<Actor>(id, options(o)), "launch");
  }

  template <class Actor>
  [[nodiscard]] kernel<Actor> launch_active(std::string_view id, launch_options const& o = {}) {
    auto made = launch<Actor>(id, o);
    need(made.activate(), "activate");
    return made;
  }

  /// Whether a figure is `wanted`: at once where a message is counted before its reply, soon on
  /// engines that post their counters from time to time.
  [[nodiscard]] static ::testing::AssertionResult comes_to(
      std::uint64_t wanted, std::function<std::uint64_t()> const& figure) {
    std::uint64_t last = 0;
    bool const is = (last = figure()) == wanted;
    if (is || (engine().emulated && soon([&] { return (last = figure()) == wanted; })))
      return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "it is " << last << ", not " << wanted;
  }

  /// Whether so many messages wait: `pending` counts slots, of which a job takes one, or several on
  /// the emulated lanes.
  template <class Actor>
  [[nodiscard]] static bool pending_is(kernel<Actor> const& k, std::uint64_t messages) {
    std::uint64_t const slots = k.status().pending;
    return engine().emulated ? slots > messages : slots == messages;
  }

  [[nodiscard]] std::uint64_t letters(drop_reason reason) const {
    return rt.dead_letters().counts()[static_cast<std::size_t>(reason)];
  }

  runtime rt = need(engine().make(), "runtime");
};

}  // namespace gyre::conformance
