#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

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
/// What the conformance suite runs on. A new engine is a struct like these and a name in `engines`.

namespace gyre::conformance {

using namespace std::chrono_literals;

/// What a test waits for at most; no test expects to.
inline constexpr std::chrono::nanoseconds patience = 20s;

inline result<runtime> on_cpu(runtime_options o) {
  o.engine = engine_kind::cpu;
  return runtime::create(o);
}

/// The cpu engine, every actor on one shard.
struct cpu_with_1_shard {
  static constexpr std::string_view name = "cpu_with_1_shard";
  static constexpr std::uint32_t shards = 1;
  static constexpr bool emulated = false;
  static constexpr bool host_handlers = true;
  static result<runtime> make(runtime_options const& o = {}) { return on_cpu(o); }
  template <class Actor>
  static void know() {}
};

/// The cpu engine, actors dealt over three shards, so that tells and replies cross threads.
struct cpu_with_3_shards {
  static constexpr std::string_view name = "cpu_with_3_shards";
  static constexpr std::uint32_t shards = 3;
  static constexpr bool emulated = false;
  static constexpr bool host_handlers = true;
  static result<runtime> make(runtime_options const& o = {}) { return on_cpu(o); }
  template <class Actor>
  static void know() {}
};

#if defined(GYRE_TEST_ON_DEVICE)
/// The CUDA engine on a GPU. All that uses it is compiled by nvcc.
template <std::uint32_t Shards>
struct cuda_blocks {
  static constexpr std::string_view name = Shards == 1 ? "cuda_with_1_block" : "cuda_with_3_blocks";
  static constexpr std::uint32_t shards = Shards;
  static constexpr bool emulated = true;
  static constexpr bool host_handlers = false;
  static result<runtime> make(runtime_options o = {}) {
    know<account>();
    know<squarer>();
    know<worker>();
    o.engine = engine_kind::cuda;
    o.cuda.host_bytes = o.cuda.device_bytes = std::uint64_t{1} << 30;
    return runtime::create(o);
  }
  template <class Actor>
  static void know() {
    static on_device<Actor> const known;
    (void)known;
  }
};
#elif defined(GYRE_HAS_CUDA)
/// The CUDA engine on an emulated driver: its blocks' lanes are stepped on a CPU.
template <std::uint32_t Shards>
struct emulated_blocks {
  static constexpr std::string_view name =
      Shards == 1 ? "emulated_lanes_with_1_block" : "emulated_lanes_with_3_blocks";
  static constexpr std::uint32_t shards = Shards;
  /// One thread steps all of a block's lanes: a handler that blocks blocks them all. Port's rings
  /// are made at the launch. A message may take several slots. Counters are posted.
  static constexpr bool emulated = true;
  static constexpr bool host_handlers = true;
  static result<runtime> make(runtime_options const& o = {}) {
    know<account>();
    know<squarer>();
    know<worker>();
    cuda_options options = o.cuda;
    options.host_bytes = options.device_bytes = std::uint64_t{1} << 30;
    // The suite is run once more with each of these.
    std::string_view const how = how_to_run();
    if (how == "per_batch") options.stay = cuda_stay::per_batch;
    if (how == "while_busy") {
      options.stay = cuda_stay::while_busy;
      options.idle_exit = std::chrono::milliseconds(1);
    }
    options.worker_process = how == "worker";
    emulated::driver::set_seed(Shards);
    auto made = emulated::make_engine(options);
    if (!made) return tl::unexpected<error>(std::move(made.error()));
    return runtime::create_on(std::move(*made), o);
  }
  template <class Actor>
  static void know() {
    emulated::know<Actor>();
  }

 private:
  static std::string_view how_to_run() {
    char const* const set = std::getenv("GYRE_TEST_CUDA");
    return set == nullptr ? "" : set;
  }
};
#endif

#if defined(GYRE_TEST_ON_DEVICE)
using engines = ::testing::Types<cuda_blocks<1>, cuda_blocks<3>>;
#elif !defined(GYRE_HAS_CUDA)
using engines = ::testing::Types<cpu_with_1_shard, cpu_with_3_shards>;
#elif defined(__SANITIZE_THREAD__)
// Stepped lanes are slow under ThreadSanitizer; unit_block has them there.
using engines = ::testing::Types<cpu_with_1_shard, cpu_with_3_shards>;
#elif defined(__SANITIZE_ADDRESS__)
using engines = ::testing::Types<cpu_with_1_shard, cpu_with_3_shards, emulated_blocks<1>>;
#else
using engines =
    ::testing::Types<cpu_with_1_shard, cpu_with_3_shards, emulated_blocks<1>, emulated_blocks<3>>;
#endif

struct engine_names {
  template <class Engine>
  static std::string GetName(int) {
    return std::string(Engine::name);
  }
};

/// Whether `condition` became true within `patience`: for what a kernel or thread does soon.
[[nodiscard]] inline bool soon(std::function<bool()> const& condition) {
  deadline const until(patience);
  while (!condition()) {
    if (until.expired()) return false;
    std::this_thread::sleep_for(100us);
  }
  return true;
}

/// Whether a figure is `wanted`: at once where a message is counted before its reply, soon on
/// engines that post their counters from time to time.
template <class Engine, class Figure>
[[nodiscard]] ::testing::AssertionResult comes_to(std::uint64_t wanted, Figure&& figure) {
  std::uint64_t last = 0;
  bool const is = (last = figure()) == wanted;
  if (is || (Engine::emulated && soon([&] { return (last = figure()) == wanted; })))
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "it is " << last << ", not " << wanted;
}

/// First in a test whose handlers throw, sleep, or wait for the host.
#define GYRE_NEEDS_HOST_HANDLERS() \
  if (!TypeParam::host_handlers) GTEST_SKIP() << "only handlers on a host throw, sleep and wait"

/// A result that a test cannot do without: its value, or a failed test that says why.
template <class Result>
typename Result::value_type need(Result r, std::string_view what) {
  if (!r) throw std::runtime_error(std::string(what) + ": " + r.error().message());
  if constexpr (!std::is_void_v<typename Result::value_type>) return std::move(*r);
}

/// A runtime on the engine under test.
template <class Engine>
class on_engine : public ::testing::Test {
 protected:
  /// The options with the engine's shards, and at least an actor for each.
  [[nodiscard]] static launch_options options(launch_options o = {}) {
    o.shards = Engine::shards;
    o.actors = std::max<std::uint64_t>(o.actors, Engine::shards);
    return o;
  }

  template <class Actor>
  [[nodiscard]] kernel<Actor> launch(std::string_view id, launch_options const& o = {}) {
    Engine::template know<Actor>();
    return need(rt.template launch<Actor>(id, options(o)), "launch");
  }

  template <class Actor>
  [[nodiscard]] kernel<Actor> launch_active(std::string_view id, launch_options const& o = {}) {
    auto made = launch<Actor>(id, o);
    need(made.activate(), "activate");
    return made;
  }

  /// Whether so many messages wait: `pending` counts slots, of which a job takes one, or several on
  /// the emulated lanes.
  template <class Actor>
  [[nodiscard]] static bool pending_is(kernel<Actor> const& k, std::uint64_t messages) {
    std::uint64_t const slots = k.status().pending;
    return Engine::emulated ? slots > messages : slots == messages;
  }

  [[nodiscard]] std::uint64_t letters(drop_reason reason) const {
    return rt.dead_letters().counts()[static_cast<std::size_t>(reason)];
  }

  runtime rt = need(Engine::make(), "runtime");
};

}  // namespace gyre::conformance
