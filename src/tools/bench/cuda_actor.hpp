#pragma once

#include <cstdint>

#include <gyre/kernel/handles.hpp>

/// \file
/// The actor that the rows `cuda.` ask. It lives on the device by cuda_floors.cu.
namespace gyre::tool {

/// 16 bytes there, 16 back: with its envelope, a line each way.
struct cuda_number {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};

/// 64 bytes: with its envelope, two lines.
struct cuda_parcel {
  std::int64_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
};

struct cuda_adder {
  using handles = gyre::handles<cuda_number, cuda_parcel>;
  std::int64_t sum = 0;

  GYRE_FN cuda_number on(cuda_number const& m, auto&) { return {sum += m.value, m.tag}; }
  GYRE_FN void on(cuda_parcel const& m, auto&) { sum += m.a + m.h; }
};

}  // namespace gyre::tool
