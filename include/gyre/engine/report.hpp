#pragma once

#include <cstdint>
#include <string>

#include <gyre/core/options.hpp>

namespace gyre {

/// What an engine can say of itself and its machine.
struct engine_report {
  engine_kind kind = engine_kind::cpu;
  bool built = false;  ///< This build has it.
  bool found = false;  ///< This machine has what it needs.
  std::string detail;  ///< The device, or why it is not there.
  int worker_pid = 0;  ///< The process that drives the device; 0: this one.
  std::uint32_t greatest_shards = 0;
  std::uint32_t greatest_lanes = 0;
};

}  // namespace gyre
