#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <gyre/engine/engine.hpp>
#include <gyre/kernel/block/block.hpp>

#include "block.hpp"

/// \file
/// The CUDA engine on a machine without a GPU: this folder defines the functions of CUDA's runtime
/// that the engine calls, with host memory for the device's and stepped lanes for its blocks.
/// Rings, layout, launches, copies, failures are the engine's own code.

namespace gyre::emulated {

/// Lanes of an emulated warp. Fewer than a GPU's 32, so that tests are quick: the code does not
/// know.
inline constexpr std::uint32_t lanes = 8;
/// Worker warps of a block, unless a test says otherwise.
inline constexpr std::uint32_t workers = 2;

/// What one lane runs of a kernel.
using lane_body = void (*)(block_state&, warp_state<lanes>&, std::uint32_t warp_index,
                           std::uint32_t lane, block::shared_block&, blocks_view const&,
                           std::uint32_t shard);

/// Makes an actor known to the engine, as nvcc's code would, with its type as the compiler spells
/// it. Thread-safe.
void know(std::string_view actor, std::string_view spelled, lane_body body);

namespace detail {
template <class Actor>
inline bool const known = [] {
  know(type_name<Actor>(), gyre::detail::spelled_name<Actor>(),
       [](block_state& block, warp_state<lanes>& shared_warp, std::uint32_t warp_index,
          std::uint32_t lane, block::shared_block& shared, blocks_view const& blocks,
          std::uint32_t shard) {
         warp<lanes> w(block, shared_warp, lane);
         run_block<Actor>(w, warp_index, shared, blocks, shard);
       });
  return true;
}();
}  // namespace detail

/// The engine can run this actor, in this process and in its worker: it is made known before
/// `main`.
template <class Actor>
bool know() {
  return detail::known<Actor>;
}

/// The CUDA engine. Handlers may throw here, as on the cpu engine. `lanes`, if the options leave it
/// to the engine, are two workers' worth.
[[nodiscard]] result<std::shared_ptr<engine>> make_engine(cuda_options const& options = {});

/// What the driver does from now on, and what it saw.
struct driver {
  /// The device fails: every call returns `code` (a cudaError_t), its blocks stop where they are.
  static void fail(int code);
  /// A device that works again, as in another process. Blocks that stood still are forgotten.
  static void repair();
  /// An attribute of the device (a cudaDeviceAttr) is this; until `repair`.
  static void set_attribute(int which, int value);
  /// How many devices there are; -1: no driver.
  static void set_devices(int count);
  /// Order in which lanes are stepped, for launches from now on.
  static void set_seed(std::uint32_t seed);
  /// Who hears of exceptions in this kernel's handlers.
  static void listen(control_words const* kernel, kernel_listener& listener);
  /// Blocks that run now.
  [[nodiscard]] static std::uint32_t blocks_running();
  /// Kernels ever launched.
  [[nodiscard]] static std::uint64_t launches();
  /// Allocations of either memory that have not been given back.
  [[nodiscard]] static std::uint64_t allocations();
  /// Calls that would have waited for a resident kernel, for ever.
  [[nodiscard]] static std::uint64_t hazards();
};

}  // namespace gyre::emulated
