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
};

/// Nothing wrong, or `engine_failed` with `what` and the driver's own words.
[[nodiscard]] result<void> check(cudaError_t status, std::string const& what);

/// The device, if it and this process's surroundings are fit for a kernel that stays. `unsupported`
/// says what is not.
[[nodiscard]] result<device_facts> inspect(int index);

}  // namespace gyre::cuda
