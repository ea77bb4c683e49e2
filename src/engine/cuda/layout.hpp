#pragma once

#include <cstdint>

#include <gyre/engine/engine.hpp>
#include <gyre/kernel/block/view.hpp>

#include "residence.hpp"

namespace gyre::cuda {

/// Bytes that `lay_out` takes for such a kernel, of the device's memory and the host's together.
[[nodiscard]] std::uint64_t layout_bytes(kernel_image const& image, launch_options const& options,
                                         ring_geometry const& inbox);

/// Puts on the device what its blocks use: the actors' states, the rings between shards, rows,
/// scratch, copies of the tables; and into the host's memory their letter boxes. `where.host` is
/// the kernel as the host laid it out, with the states in their first form. Fills in `where`'s
/// memory, blocks and view. Done when it returns.
[[nodiscard]] result<void> lay_out(kernel_image const& image, launch_options const& options,
                                   memories const& from, residence& where);

}  // namespace gyre::cuda
