#pragma once

#include <cstdint>
#include <string>

#include <cuda_runtime.h>

#include <gyre/core/error.hpp>

namespace gyre::cuda {

/// What the engine has to know of a device.
struct device_facts {
  int index = 0;
  std::string name;
  int major = 0;
  int minor = 0;
  std::uint32_t multiprocessors = 0;
  /// Why a kernel cannot stay on it; empty: it can.
  std::string cannot_stay;
};

/// Nothing wrong, or `engine_failed` with `what` and the driver's own words.
[[nodiscard]] result<void> check(cudaError_t status, std::string const& what);

/// The device, if it can be used at all; `unsupported` says why not.
[[nodiscard]] result<device_facts> inspect(int index);

}  // namespace gyre::cuda
