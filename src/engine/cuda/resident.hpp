#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include <gyre/core/options.hpp>
#include <gyre/engine/engine.hpp>

#include "../arena.hpp"
#include "device.hpp"
#include "keeper.hpp"
#include "mapping.hpp"
#include "residence.hpp"

namespace gyre::cuda {

/// How memory of a device is given back: to the device, as a whole, by the device.
inline void keep(std::byte*) noexcept {}

/// What the engine and its kernels share: they may outlive it.
struct engine_state {
  cuda_options options;
  cuda_stay stay = cuda_stay::always;
  std::shared_ptr<device> on;
  std::shared_ptr<mapping> mapped;
  std::shared_ptr<keeper> kernels = std::make_shared<keeper>();

  std::mutex mutex;
  memories memory;                          // guarded by mutex
  std::uint64_t generation = 0;             // likewise
  std::uint32_t multiprocessors_taken = 0;  // likewise

  memories now() {
    std::scoped_lock const lock(mutex);
    return memory;
  }
  /// Takes the device's memory anew, which is another after each failure. With mutex held.
  void take_device_memory() {
    generation = on->generation();
    auto const all = on->device_memory();
    memory.device = std::make_shared<arena>(all.data(), all.size(), &keep);
  }
};

/// A kernel that was launched, as the runtime holds it.
[[nodiscard]] std::unique_ptr<resident_kernel> make_resident(std::shared_ptr<residence> where,
                                                             std::shared_ptr<engine_state> state);

}  // namespace gyre::cuda
