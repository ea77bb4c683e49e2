#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/kernel/block/door.hpp>
#include <gyre/kernel/block/letters.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/ring/codec.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre::block {

/// Sends on what waits in a block's backlogs, each in its order: one for this kernel's shards, one
/// for other kernels, so that a kernel that takes nothing holds up none of this one's messages.
///
/// One warp of the block; every lane calls every member.
template <class Warp>
class forwarder {
 public:
  GYRE_FN forwarder(Warp& warp, shared_block& shared, blocks_view const& blocks,
                    std::uint32_t shard) noexcept
      : warp_(warp), shared_(shared), blocks_(blocks), here_(blocks.blocks[shard]) {}

  /// Sends on the first message of each. False: none, for there is none, or no room for it yet.
  GYRE_FN bool run() noexcept {
    bool sent = false;
    GYRE_ROLLED
    for (std::uint32_t far = 0; far < 2; ++far) sent = send_on(far != 0) || sent;
    return sent;
  }

 private:
  static constexpr std::uint32_t lanes = Warp::lanes;
  static constexpr std::uint64_t words_per_line = line_bytes / 8;
  static constexpr std::uint64_t no_room = UINT64_MAX;
  static constexpr std::uint64_t nowhere = UINT64_MAX - 1;

  /// The ring that a message goes to, for as long as it takes: of another kernel, behind its door.
  struct way {
    ring_memory<> tells{};
    block::door* door = nullptr;
    std::uint64_t at = no_room;  ///< Where in the ring; or `no_room`, or `nowhere`.
  };

  GYRE_FN bool send_on(bool far) noexcept {
    auto& kept = far ? shared_.kept_far : shared_.kept;
    if (uniform(warp_, kept) == 0) return false;
    ring<tag8_codec<>> const backlog(far ? here_.far_backlog : here_.backlog);
    std::uint64_t const from =
        warp_.shuffle(backlog.words->consumed.load(platform::memory_order_relaxed), 0);
    envelope head;
    std::uint64_t slots = 0;
    if (warp_.lane() == 0 && tag8_codec<>::get(backlog.at(from), backlog.geometry.lap(from),
                                               reinterpret_cast<std::byte*>(&head), sizeof head)) {
      slots = backlog.slots_for(head.length);
    }
    slots = warp_.shuffle(slots, 0);
    if (slots == 0) return false;  // it is being written
    bool whole = true;
    for (std::uint64_t i = warp_.lane(); i < slots * words_per_line; i += lanes) {
      std::uint64_t const lap = backlog.geometry.lap(from + i / words_per_line);
      whole = whole && (word_of(backlog, from, i).load(platform::memory_order_relaxed) & 0xFF) ==
                           (lap & 0xFF);
    }
    if (warp_.ballot(!whole) != 0) return false;

    way there;
    if (warp_.lane() == 0) there = far ? find_far(head, slots) : find(head, slots);
    std::uint64_t const at = warp_.shuffle(there.at, 0);
    if (at == no_room) return false;
    if (at != nowhere) copy(backlog, from, slots, far, there, at);
    if (warp_.lane() == 0) {
      if (there.door != nullptr) there.door->leave(slots);
      if (at == nowhere) {
        head.correlation = 0;
        bury(shared_, here_, drop_reason::terminated, head);
      }
      if (far) shared_.count.told.fetch_sub(slots, platform::memory_order_relaxed);
      backlog.words->consumed.store(from + slots, platform::memory_order_release);
      kept.fetch_sub(1, platform::memory_order_acq_rel);
    }
    return true;
  }

  /// This lane's own. Room in the ring of a shard of this kernel.
  GYRE_FN way find(envelope const& head, std::uint64_t slots) noexcept {
    std::uint32_t const to = reach_of(head) == reach::one ? blocks_.kernel.home(head.actor)
                                                          : shard_reached(head.correlation);
    return reserve({blocks_.blocks[to].tells}, slots);
  }
  /// The same of another kernel, whose row stands in the envelope as its correlation; whoever gets
  /// room is inside the door.
  GYRE_FN way find_far(envelope const& head, std::uint64_t slots) noexcept {
    auto const row = static_cast<std::uint32_t>(head.correlation);
    far_kernel const& kernel = *linked(blocks_.kernel, blocks_.known_links, row);
    block::door& door = kernel.doors[kernel.kernel.home(head.actor)];
    if (!door.enter()) return {{}, nullptr, nowhere};
    way const found = reserve({door.tells, &door}, slots);
    if (found.at == no_room) door.leave(0);
    return found;
  }
  [[nodiscard]] GYRE_FN static way reserve(way in, std::uint64_t slots) noexcept {
    ring_writer<tag8_codec<>, writers::many> const tells(ring<tag8_codec<>>(in.tells));
    if (!tells.reserve(slots, in.at)) in.at = no_room;
    return in;
  }

  /// The lines as they are, but for their tags, and for the row of a message to another kernel.
  GYRE_FN void copy(ring<tag8_codec<>> const& backlog, std::uint64_t from, std::uint64_t slots,
                    bool far, way const& leaders, std::uint64_t at) noexcept {
    ring<tag8_codec<>> target;
    target.geometry.slots = warp_.shuffle(leaders.tells.geometry.slots, 0);
    target.geometry.log2_slots = warp_.shuffle(leaders.tells.geometry.log2_slots, 0);
    target.geometry.stride = line_bytes;
    target.slots = reinterpret_cast<std::byte*>(
        warp_.shuffle(reinterpret_cast<std::uintptr_t>(leaders.tells.slots), 0));
    for (std::uint64_t i = warp_.lane(); i < slots * words_per_line; i += lanes) {
      std::uint64_t value = word_of(backlog, from, i).load(platform::memory_order_relaxed);
      // Bytes 7i … 7i+6 of the envelope are in word i, above the tag: `correlation` is 8 … 15.
      if (far && i == 1) value &= 0xFFFF;
      if (far && i == 2) value &= ~std::uint64_t{0xFF'FF00};
      std::uint64_t const lap = target.geometry.lap(at + i / words_per_line);
      word_of(target, at, i)
          .store((value & ~std::uint64_t{0xFF}) | (lap & 0xFF), platform::memory_order_relaxed);
    }
    warp_.sync();
  }

  /// Word `i` of the lines that begin at a position.
  [[nodiscard]] GYRE_FN static platform::atomic<std::uint64_t>& word_of(
      ring<tag8_codec<>> const& in, std::uint64_t position, std::uint64_t i) noexcept {
    return reinterpret_cast<platform::atomic<std::uint64_t>*>(
        in.at(position + i / words_per_line))[i % words_per_line];
  }

  Warp& warp_;
  shared_block& shared_;
  blocks_view const& blocks_;
  block_view const& here_;
};

}  // namespace gyre::block
