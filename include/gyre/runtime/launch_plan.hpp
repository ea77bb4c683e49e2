#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/options.hpp>
#include <gyre/engine/engine.hpp>
#include <gyre/engine/image.hpp>
#include <gyre/port/client_port.hpp>
#include <gyre/runtime/memory_plan.hpp>

namespace gyre {

/// How a launch is laid out.
struct launch_plan {
  ring_geometry port_ring{};  ///< Of every port, where all are made at the launch; else nothing.
  ring_format format = ring_format::commit;
  ring_geometry inbox{};
  std::size_t scratch_bytes = 0;           ///< A shard's, for messages of several slots; or 0.
  message_entry const* bridged = nullptr;  ///< The message that the named queues carry, if any.
  std::uint64_t bridge_window = 0;
  std::uint32_t homes = 1;   ///< Of a shard: one, or its workers.
  std::uint64_t places = 0;  ///< Keyed actors that may live in each.
  ring_geometry rest{};      ///< For the states of those at rest; or nothing.
  queue_options requests{};
  queue_options responses{};
  memory_plan memory{};
};

/// Lays a launch out. Pure arithmetic, in 64 bits; `no_memory` if it overflows them.
[[nodiscard]] result<launch_plan> plan_launch(kernel_image const& image,
                                              launch_options const& options, engine const& where);

}  // namespace gyre
