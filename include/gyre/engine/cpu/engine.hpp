#pragma once

#include <memory>

#include <gyre/engine/engine.hpp>

namespace gyre {

/// The engine that is always there: a thread for each shard, the loop with one lane.
[[nodiscard]] std::unique_ptr<engine> make_cpu_engine();

}  // namespace gyre
