#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <gyre/engine/engine.hpp>
#include <gyre/kernel/block/block.hpp>

#include "block.hpp"

namespace gyre::emulated {

/// Lanes of an emulated warp. Fewer than a GPU's 32, so that tests are quick: the code does not
/// know.
inline constexpr std::uint32_t lanes = 8;
/// Worker warps of a block.
inline constexpr std::uint32_t workers = 2;

/// What one lane runs of a kernel.
using lane_body = void (*)(block_state&, warp_state<lanes>&, std::uint32_t warp_index,
                           std::uint32_t lane, block::shared_block&, blocks_view const&,
                           std::uint32_t shard);

/// Tells the engine how to run kernels of this name. Thread-safe; again and again if you like.
void know(std::string_view actor, lane_body body);

/// The engine can run this actor from now on; a GPU's engine has it from the compiler.
template <class Actor>
void know() {
  know(type_name<Actor>(),
       [](block_state& block, warp_state<lanes>& shared_warp, std::uint32_t warp_index,
          std::uint32_t lane, block::shared_block& shared, blocks_view const& blocks,
          std::uint32_t shard) {
         warp<lanes> w(block, shared_warp, lane);
         run_block<Actor>(w, warp_index, shared, blocks, shard);
       });
}

/// An engine for tests: the CUDA engine's blocks, their lanes stepped one after another by a thread
/// for each block. Rings are tagged as across a bus, and nobody rings a bell.
[[nodiscard]] std::unique_ptr<engine> make_engine(std::uint32_t seed);

}  // namespace gyre::emulated
