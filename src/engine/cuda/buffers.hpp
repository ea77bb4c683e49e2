#pragma once

#include <functional>
#include <memory>

#include <gyre/engine/buffer_memory.hpp>

#include "keeper.hpp"
#include "residence.hpp"

namespace gyre::cuda {

/// What device buffers of one runtime need of their engine.
struct buffer_surroundings {
  std::shared_ptr<device> on;
  std::shared_ptr<keeper> kernels;
  /// The engine's memories as they are now: after a device failed they are others.
  std::function<memories()> now;
};

/// Device buffers in the device's own memory, with a table of its own for the kernels; copies go by
/// a stream of their own, through pinned memory, and wait for no kernel.
[[nodiscard]] result<std::unique_ptr<buffer_memory>> make_device_buffers(buffer_surroundings around,
                                                                         buffer_table host);

}  // namespace gyre::cuda
