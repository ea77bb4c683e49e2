#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

/// \file
/// What the conformance suite runs on. A new engine is a struct like these and a name in `engines`.

namespace gyre::conformance {

using namespace std::chrono_literals;

/// What a test waits for at most; no test expects to.
inline constexpr std::chrono::nanoseconds patience = 20s;

/// The cpu engine, every actor on one shard.
struct cpu_with_1_shard {
  static constexpr std::string_view name = "cpu_with_1_shard";
  static constexpr engine_kind kind = engine_kind::cpu;
  static constexpr std::uint32_t shards = 1;
};

/// The cpu engine, actors dealt over three shards, so that tells and replies cross threads.
struct cpu_with_3_shards {
  static constexpr std::string_view name = "cpu_with_3_shards";
  static constexpr engine_kind kind = engine_kind::cpu;
  static constexpr std::uint32_t shards = 3;
};

using engines = ::testing::Types<cpu_with_1_shard, cpu_with_3_shards>;

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
    return need(rt.template launch<Actor>(id, options(o)), "launch");
  }

  template <class Actor>
  [[nodiscard]] kernel<Actor> launch_active(std::string_view id, launch_options const& o = {}) {
    auto made = launch<Actor>(id, o);
    need(made.activate(), "activate");
    return made;
  }

  [[nodiscard]] std::uint64_t letters(drop_reason reason) const {
    return rt.dead_letters().counts()[static_cast<std::size_t>(reason)];
  }

  runtime rt = need(runtime::create({.engine = Engine::kind}), "runtime");
};

}  // namespace gyre::conformance
