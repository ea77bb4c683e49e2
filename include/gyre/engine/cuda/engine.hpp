#pragma once

#include <memory>

#include <gyre/core/options.hpp>
#include <gyre/engine/engine.hpp>

namespace gyre {

/// What the CUDA engine finds on this machine: the device it would use, or why there is none. Asks
/// the driver; makes nothing.
[[nodiscard]] engine_report report_on_cuda();

/// The engine whose shards are blocks of a GPU. `unsupported` where the device, the driver or the
/// environment is not fit for what the options ask, saying why; `invalid_option`, `no_memory`.
///
/// All memory that kernels will use, on the host's side and on the device's, is taken now, for a
/// driver may make an allocation wait for a resident kernel, which is for ever.
[[nodiscard]] result<std::shared_ptr<engine>> make_cuda_engine(cuda_options const& options);

/// Does not return if this process was started as the worker of a cuda engine: it then drives the
/// device until its engine is gone. See `serve_if_worker`.
void serve_if_cuda_worker();
/// Whether it was, and `serve_if_cuda_worker` has not been called.
[[nodiscard]] bool is_unserved_cuda_worker();

}  // namespace gyre
