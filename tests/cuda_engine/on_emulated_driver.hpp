#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

#include "../emulated/driver.hpp"

/// \file
/// What the tests of the cuda engine have in common: a small actor, and a fixture that leaves the
/// emulated driver as it found it.

namespace gyre::cuda_test {

using namespace std::chrono_literals;
using emulated::driver;

inline constexpr std::chrono::nanoseconds patience = 20s;

struct add {
  std::int64_t n = 0;
};
struct sum {
  std::int64_t n = 0;
};
/// Tells the next actors in turn, so many times.
struct pass_on {
  std::int64_t times = 0;
};
struct fill {
  std::uint64_t buffer = 0;
  std::int32_t value = 0;
};
struct seen {
  std::uint64_t elements = 0;
  std::int64_t total = 0;
};
/// Does not come back before the host has written `word` (a host address).
struct wait_for {
  std::uint64_t word = 0;
  std::uint64_t buffer = 0;
};
/// Waits likewise, then has an actor add one, so many times.
struct sleep_and_send {
  std::uint64_t word = 0;
  std::uint64_t to = 0;
  std::int64_t times = 0;
};

struct counter {
  using handles = gyre::handles<add, pass_on, fill, wait_for, sleep_and_send>;
  std::int64_t n = 0;

  sum on(add const& m, auto&) { return {n += m.n}; }
  void on(pass_on const& m, auto& self) {
    ++n;
    if (m.times > 0) self.tell(gyre::actor<counter>{(self.id() + 1) % 6}, pass_on{m.times - 1});
  }
  seen on(fill const& m, auto& self) {
    auto view = self.template buffer<std::int32_t>({m.buffer});
    seen out;
    if (!view) return out;
    out.elements = view.size();
    for (std::uint64_t i = 0; i < view.size(); ++i) {
      out.total += view[i];
      view[i] = m.value;
    }
    return out;
  }
  sum on(wait_for const& m, auto& self) {
    auto view = self.template buffer<std::int32_t>({m.buffer});
    sleep_until(m.word);
    return {view ? view[0] : -1};
  }
  void on(sleep_and_send const& m, auto& self) {
    sleep_until(m.word);
    for (std::int64_t i = 0; i < m.times; ++i) self.tell(gyre::actor<counter>{m.to}, add{1});
  }

 private:
  static void sleep_until(std::uint64_t written) {
    auto const& word = *reinterpret_cast<std::atomic<int> const*>(written);
    // A block's lanes are one thread here: they go on one by one.
    while (word.load() == 0) emulated::fiber::yield();
  }
};

[[nodiscard]] inline bool soon(std::function<bool()> const& condition) {
  deadline const until(patience);
  while (!condition()) {
    if (until.expired()) return false;
    std::this_thread::sleep_for(100us);
  }
  return true;
}

template <class Result>
typename Result::value_type need(Result r, std::string_view what) {
  if (!r) throw std::runtime_error(std::string(what) + ": " + r.error().message());
  if constexpr (!std::is_void_v<typename Result::value_type>) return std::move(*r);
}

class cuda_engine : public ::testing::Test {
 protected:
  cuda_engine() { emulated::know<counter>(); }
  ~cuda_engine() override { driver::repair(); }

  [[nodiscard]] static cuda_options small() {
    cuda_options o;
    o.host_bytes = o.device_bytes = std::uint64_t{64} << 20;
    return o;
  }
  [[nodiscard]] static result<runtime> make(cuda_options const& options = small()) {
    auto made = emulated::make_engine(options);
    if (!made) return tl::unexpected<error>(std::move(made.error()));
    return runtime::create_on(std::move(*made));
  }
  [[nodiscard]] static kernel<counter> launch_active(runtime& rt, std::string_view id = "k",
                                                     std::uint32_t shards = 2) {
    auto k = need(rt.launch<counter>(id, {.queue_capacity = 64, .shards = shards, .actors = 6}),
                  "launch");
    need(k.activate(), "activate");
    return k;
  }
  static std::int64_t ask(kernel<counter>& k, std::uint64_t actor, std::int64_t n) {
    return need(k.ask(actor, add{n}, patience), "ask").n;
  }
};

}  // namespace gyre::cuda_test
