#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/options.hpp>
#include <gyre/engine/engine.hpp>
#include <gyre/engine/image.hpp>
#include <gyre/port/client_port.hpp>

namespace gyre {

/// The memory that a launch takes, in bytes, known before anything is allocated.
struct memory_plan {
  std::uint64_t inboxes = 0;       ///< The shards' inbox rings.
  std::uint64_t states = 0;        ///< The actors' states.
  std::uint64_t directory = 0;     ///< What finds keyed actors, and what those at rest wait in.
  std::uint64_t topics = 0;        ///< What actors subscribe to.
  std::uint64_t named_queues = 0;  ///< The request and the response queue, if the kernel has them.
  std::uint64_t bridge = 0;        ///< The bridge's reply ring and rows, likewise.
  std::uint64_t control = 0;       ///< Control words, counters, telemetry blocks, port rows.
  std::uint64_t ports = 0;         ///< Reply rings, where all are made at the launch.
  std::uint64_t engine = 0;        ///< What the engine allocates beside all this, on its device.
  std::uint64_t each_port = 0;     ///< Taken later, for each port that is opened; not in `total`.

  [[nodiscard]] std::uint64_t total() const noexcept {
    return inboxes + states + directory + topics + named_queues + bridge + control + ports + engine;
  }
};

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
