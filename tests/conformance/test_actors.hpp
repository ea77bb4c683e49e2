#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

#include <gyre/kernel/handles.hpp>

/// \file
/// The messages and actors that the conformance suite uses. Replies are computed from the actor's
/// state and the message, so that an echo or a stub does not pass.

/// What in a handler only the host can do: nothing on a device.
#if defined(__CUDA_ARCH__)
#define GYRE_ON_HOST(...)
#else
#define GYRE_ON_HOST(...) __VA_ARGS__
#endif

namespace gyre::conformance {

struct deposit {
  std::int64_t cents = 0;
};
struct withdraw {
  std::int64_t cents = 0;
};
struct balance {
  std::int64_t cents = 0;
};
/// Keeps its handler busy.
struct nap {
  std::int64_t milliseconds = 0;
};
/// Makes its handler throw, naming `number`, after a while.
struct blow_up {
  std::int32_t number = 0;
  std::int32_t milliseconds = 0;
};

/// Answers, refuses, throws, sleeps.
struct account {
  using handles = gyre::handles<deposit, withdraw, nap, blow_up>;
  std::int64_t cents = 0;

  GYRE_FN balance on(deposit const& m, auto&) { return {cents += m.cents}; }
  GYRE_FN gyre::reply<balance> on(withdraw const& m, auto& self) {
    if (m.cents > cents) return self.reject(1, cents);
    return balance{cents -= m.cents};
  }
  GYRE_FN void on([[maybe_unused]] nap const& m, auto&) {
    GYRE_ON_HOST(std::this_thread::sleep_for(std::chrono::milliseconds(m.milliseconds));)
  }
  GYRE_FN balance on([[maybe_unused]] blow_up const& m, auto&) {
    GYRE_ON_HOST(std::this_thread::sleep_for(std::chrono::milliseconds(m.milliseconds));
                 throw std::runtime_error("blown up by number " + std::to_string(m.number));)
    return {};
  }
};

struct square {
  std::int64_t n = 0;
};
struct squared {
  std::int64_t n = 0;
};

/// Answers exactly one message, so it has named queues. Refuses negative numbers.
struct squarer {
  using handles = gyre::handles<square>;
  std::uint64_t asked = 0;

  GYRE_FN gyre::reply<squared> on(square const& m, auto& self) {
    ++asked;
    if (m.n < 0) return self.reject(2, m.n);
    return squared{m.n * m.n};
  }
};

}  // namespace gyre::conformance
