#pragma once

#include <cstdint>

#include <gyre/kernel/block/control.hpp>
#include <gyre/kernel/block/ingress.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/block/worker.hpp>

namespace gyre {

/// The ring kernel of engines whose shards are blocks of warps: what one lane of one warp does,
/// until the host says stop. A block is a shard.
///
/// | warp | role                                                                    |
/// | ---- | ----------------------------------------------------------------------- |
/// | 0    | control: the host's commands, the block's counters                      |
/// | 1    | ingress from the host: polls the shard's inbox                          |
/// | 2    | ingress of tells: polls the ring that other handlers write              |
/// | 3 …  | workers: run handlers, publish replies straight into the askers' rings |
///
/// `Warp` is the engine's:
///
/// | `Warp::`              |                                                                |
/// | --------------------- | -------------------------------------------------------------- |
/// | `lanes`, `lane()`     | lanes of a warp, at most 32 and a multiple of 4; which of them |
/// | `ballot(b)`           | a bit for each lane whose b is true; all lanes meet            |
/// | `shuffle(v, i)`       | lane i's v, in every lane; i may differ; all lanes meet        |
/// | `match(v)`            | a bit for each lane with the same v; all lanes meet            |
/// | `sync()`              | all lanes meet; memory written before is seen after            |
/// | `sync_workers(n)`     | the same for all lanes of the n workers                        |
/// | `nap(n)`              | a pause, longer with n                                         |
/// | `nap_for(ns)`, `now()`| a pause of about so long; a clock in nanoseconds               |
/// | `guard(f, head)`      | runs a handler; false if it threw                              |
///
/// `shared` is the block's, all zero bytes before the first lane comes but for what `initialise`
/// puts there.
template <class Actor, class Warp>
GYRE_FN void run_block(Warp& warp, std::uint32_t warp_index, block::shared_block& shared,
                       blocks_view const& blocks, std::uint32_t shard) noexcept {
  static_assert(Warp::lanes % 4 == 0 && Warp::lanes <= 32, "a line of a ring is four lanes' work");
  if (warp_index == 0) {
    if (warp.lane() == 0) block::control<Warp>(warp, shared, blocks, shard).run();
    return;
  }
  if (warp_index <= block::sources) {
    auto const from = static_cast<block::source>(warp_index - 1);
    block::ingress<Warp>(warp, shared, blocks, shard, from).run();
  } else {
    std::uint32_t const index = warp_index - 1 - block::sources;
    block::worker<Actor, Warp>(warp, shared, blocks, shard, index).run();
  }
  warp.sync();
  if (warp.lane() == 0) shared.left.fetch_add(1, platform::memory_order_acq_rel);
}

}  // namespace gyre
