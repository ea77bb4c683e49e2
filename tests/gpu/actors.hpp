#pragma once

#include <cstdint>

#include <gyre/kernel/handles.hpp>

/// \file
/// The actor of these tests. It lives on the device by actors.cu; the tests' host side is compiled
/// as the library is.

namespace gyre::gpu_test {

struct add {
  std::int64_t n = 0;
};
struct total {
  std::int64_t n = 0;
};
/// Writes to this address, whatever it is.
struct poke {
  std::uint64_t address = 0;
};

/// Sums up. Its answer is its state, so that an echo is not taken for it.
struct adder {
  using handles = gyre::handles<add, poke>;
  std::int64_t sum = 0;

  GYRE_FN total on(add const& m, auto&) { return {sum += m.n}; }
  GYRE_FN total on(poke const& m, auto&) {
    *reinterpret_cast<std::int64_t volatile*>(m.address) = sum;
    return {sum};
  }
};

/// No device maps its first page.
inline constexpr std::uint64_t illegal_address = 0x40;

}  // namespace gyre::gpu_test
