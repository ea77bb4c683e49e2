#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/kernel/block/letters.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/ring/codec.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre::block {

/// What a block's lanes bring to a handler's `context`: who runs it with whom, and how it tells
/// others. One for each lane.
template <class Warp>
class environment {
 public:
  GYRE_FN environment(Warp& warp, shared_block& shared, blocks_view const& blocks,
                      std::uint32_t shard, std::byte* row, std::uint32_t worker) noexcept
      : warp_(warp), shared_(shared), blocks_(blocks), row_(row), shard_(shard), worker_(worker) {}

  /// From here on handlers are run by one lane, a warp, or all workers.
  GYRE_FN void run_as(width w) noexcept { width_ = w; }

  [[nodiscard]] GYRE_FN std::uint32_t lanes() const noexcept {
    switch (width_) {
      case width::lane: return 1;
      case width::warp: return Warp::lanes;
      case width::block: break;
    }
    return Warp::lanes * blocks_.workers;
  }
  [[nodiscard]] GYRE_FN std::uint32_t lane() const noexcept {
    switch (width_) {
      case width::lane: return 0;
      case width::warp: return warp_.lane();
      case width::block: break;
    }
    return Warp::lanes * worker_ + warp_.lane();
  }
  /// The handler looks into a device buffer.
  GYRE_FN void use_buffers() noexcept { buffers_used_ = true; }
  /// Whether one has since this was last asked.
  [[nodiscard]] GYRE_FN bool take_buffers_used() noexcept {
    bool const used = buffers_used_;
    buffers_used_ = false;
    return used;
  }
  GYRE_FN void sync() noexcept {
    if (width_ == width::warp) warp_.sync();
    if (width_ == width::block) warp_.sync_workers(blocks_.workers);
  }

  /// A handler's message to an actor of a shard: into that shard's ring of tells; or, if there is
  /// no room, or others of this block wait already, behind those in the backlog. `fill` writes
  /// `head.length` bytes of payload. False: the backlog is full. The lane's row is free until the
  /// handler's reply is put into it.
  template <class Fill>
  GYRE_FN bool post(kernel_view const&, std::uint32_t to, envelope const& head,
                    Fill&& fill) noexcept {
    writer const tells(ring<tag8_codec<>>(blocks_.blocks[to].tells));
    std::uint64_t at = 0;
    std::uint64_t const slots = tells.target().slots_for(head.length);
    // What an actor sent before is either out of the backlog, or counted in it.
    bool const behind = shared_.kept.load(platform::memory_order_acquire) != 0;
    bool const direct = !behind && tells.reserve(slots, at);
    writer const kept(ring<tag8_codec<>>(blocks_.blocks[shard_].backlog));
    if (!direct) {
      if (kept.target().geometry.slots < slots) return false;
      shared_.kept.fetch_add(1, platform::memory_order_acq_rel);
      if (!kept.reserve(slots, at)) {
        shared_.kept.fetch_sub(1, platform::memory_order_acq_rel);
        return false;
      }
    }
    shared_.count.told.fetch_add(slots, platform::memory_order_relaxed);
    fill(row_ + sizeof head);
    (direct ? tells : kept).write(at, head, row_ + sizeof head);
    return true;
  }

  /// Publishes a reply on its own, not with its warp's batch: to somebody who asked earlier. The
  /// ask has reserved the room.
  template <class Fill>
  GYRE_FN void reply(kernel_view const& kernel, envelope const& to, message_kind kind,
                     type_code type, std::size_t length, std::uint64_t time, Fill&& fill) noexcept {
    if (to.port >= kernel.port_count) return;
    envelope head = to;
    head.time = time;
    head.type = type;
    head.expires = 0;
    head.length = static_cast<std::uint32_t>(length);
    head.kind = kind;
    fill(row_ + sizeof head);
    shared_.count.answered.fetch_add(1, platform::memory_order_relaxed);
    writer const replies(ring<tag8_codec<>>(kernel.ports[to.port].replies));
    std::uint64_t const at = blocks_.reply_positions[to.port].fetch_add(
        replies.target().slots_for(length), platform::memory_order_relaxed);
    if (take_buffers_used()) platform::full_fence();
    replies.write(at, head, row_ + sizeof head);
  }

  /// What this worker's actors subscribe to.
  [[nodiscard]] GYRE_FN topics_view const& subscriptions(kernel_view const& kernel) const noexcept {
    return kernel.shards[shard_].topics[worker_];
  }

  /// Counts a message that a handler could not send.
  GYRE_FN void lose(kernel_view const&, drop_reason reason, envelope const& head) noexcept {
    bury(shared_, blocks_.blocks[shard_], reason, head);
  }

 private:
  using writer = ring_writer<tag8_codec<>, writers::many>;

  Warp& warp_;
  shared_block& shared_;
  blocks_view const& blocks_;
  std::byte* row_;
  std::uint32_t shard_;
  std::uint32_t worker_;
  width width_ = width::lane;
  bool buffers_used_ = false;
};

}  // namespace gyre::block
