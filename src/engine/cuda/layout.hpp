#pragma once

#include <cstdint>

#include <gyre/engine/engine.hpp>
#include <gyre/kernel/block/view.hpp>

#include "../arena.hpp"
#include "resident.hpp"

namespace gyre::cuda {

/// Bytes of device memory that `lay_out` takes for such a kernel.
[[nodiscard]] std::uint64_t device_bytes(kernel_image const& image, launch_options const& options,
                                         ring_geometry const& inbox);

/// Puts on the device what its blocks use: the actors' states, the rings between shards, rows,
/// scratch, copies of the tables. `where.host` is the kernel as the host laid it out, with the
/// states in their first form. The result is the view's address on the device; `where` holds its
/// memory. Done when it returns.
[[nodiscard]] result<blocks_view const*> lay_out(kernel_image const& image,
                                                 launch_options const& options, arena& memory,
                                                 residence& where);

}  // namespace gyre::cuda
