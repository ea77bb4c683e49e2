#pragma once

#include <memory>

#include <gyre/core/options.hpp>
#include <gyre/engine/engine.hpp>

namespace gyre {

/// What the CUDA engine finds on this machine: the device it would use, or why there is none. Asks
/// the driver; makes nothing.
[[nodiscard]] engine_report report_on_cuda();

/// The engine whose shards are blocks of a GPU. `unsupported` where the device, the driver or the
/// environment is not fit for a kernel that stays, saying why; `no_memory`.
///
/// All memory that kernels will use, on the host's side and on the device's, is taken now, for a
/// driver may make an allocation wait for a resident kernel, which is for ever.
[[nodiscard]] result<std::shared_ptr<engine>> make_cuda_engine(cuda_options const& options);

}  // namespace gyre
