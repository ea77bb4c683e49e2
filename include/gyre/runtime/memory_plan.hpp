#pragma once

#include <cstdint>

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

}  // namespace gyre
