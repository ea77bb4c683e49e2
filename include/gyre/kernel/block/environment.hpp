#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/core/expiry.hpp>
#include <gyre/kernel/block/door.hpp>
#include <gyre/kernel/block/egress.hpp>
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

  /// The kernel behind a row of the links; null: there is none.
  [[nodiscard]] GYRE_FN kernel_view const* linked(kernel_view const& kernel,
                                                  std::uint32_t link) const noexcept {
    far_kernel const* const there = block::linked(kernel, blocks_.known_links, link);
    return there != nullptr ? &there->kernel : nullptr;
  }

  /// A handler's message to an actor of a shard, of another kernel if `link` is not 0: into that
  /// shard's ring of tells; or, if there is no room, or others of this block wait already, behind
  /// those in the backlog. `fill` writes `head.length` bytes of payload. False: it is lost, and has
  /// been counted. The lane's second row is its scratch.
  template <class Fill>
  GYRE_FN bool post(kernel_view const& kernel, std::uint32_t link, std::uint32_t to,
                    envelope const& head, Fill&& fill) noexcept {
    block_view const& here = blocks_.blocks[shard_];
    block::door* const door =
        link == 0 ? nullptr : &block::linked(kernel, blocks_.known_links, link)->doors[to];
    ring_memory<> const& tells = door == nullptr ? blocks_.blocks[to].tells : door->tells;
    ring_memory<> const& backlog = door == nullptr ? here.backlog : here.far_backlog;
    auto& kept = door == nullptr ? shared_.kept : shared_.kept_far;
    std::uint64_t const slots = ring<codec>(of_device(tells)).slots_for(head.length);
    std::uint64_t at = 0;
    std::memcpy(row_, &head, sizeof head);
    // What an actor sent before is either out of the backlog, or counted in it.
    bool direct = kept.load(platform::memory_order_acquire) == 0;
    if (direct && door != nullptr && !door->enter()) {
      bury(shared_, here, drop_reason::terminated, head);
      return false;
    }
    if (direct && !writer(ring<codec>(of_device(tells))).reserve(slots, at)) {
      if (door != nullptr) door->leave(0);
      direct = false;
    }
    if (!direct) {
      kept.fetch_add(1, platform::memory_order_acq_rel);
      if (backlog.geometry.slots < slots ||
          !writer(ring<codec>(of_device(backlog))).reserve(slots, at)) {
        kept.fetch_sub(1, platform::memory_order_acq_rel);
        bury(shared_, here, drop_reason::no_room, head);
        return false;
      }
      if (door != nullptr) reinterpret_cast<envelope*>(row_)->correlation = link;
    }
    // What goes behind a door is counted there.
    if (!direct || door == nullptr) {
      shared_.count.told.fetch_add(slots, platform::memory_order_relaxed);
    }
    fill(row_ + sizeof head);
    write_row(direct ? tells : backlog, at, head.length);
    if (direct && door != nullptr) door->leave(slots);
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
    ring_memory<> const& replies = kernel.ports[to.port].replies;
    std::uint64_t const at = blocks_.reply_positions[to.port].fetch_add(
        ring_geometry::slots_for(length, line_payload), platform::memory_order_relaxed);
    if (take_buffers_used()) platform::full_fence();
    std::memcpy(row_, &head, sizeof head);
    write_row(replies, at, length);
  }

  /// When a message is too late that a handler sends now, as it travels: by the host's clock.
  /// Never, as long as the host has not said how far that is ahead.
  [[nodiscard]] GYRE_FN std::uint32_t expires_within(std::int64_t ns) const noexcept {
    std::uint64_t const ahead = shared_.host_ahead.load(platform::memory_order_relaxed);
    std::int64_t const us = ns > 0 ? (ns + 999) / 1000 : 0;
    if (ahead == 0 || us >= INT32_MAX) return 0;
    std::uint32_t const at = expiry_clock(warp_.now()) + static_cast<std::uint32_t>(ahead) +
                             static_cast<std::uint32_t>(us);
    return at == 0 ? 1 : at;
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
  /// Writes the message in the lane's row, with so many bytes of payload, into its reserved lines,
  /// word by word, as `publish` does for a warp.
  GYRE_FN void write_row(ring_memory<> const& into, std::uint64_t at,
                         std::uint64_t length) noexcept {
    std::uint64_t const total = sizeof(envelope) + length;
    std::uint64_t const slots = ring_geometry::slots_for(length, line_payload);
    GYRE_ROLLED
    for (std::uint64_t slot = 0; slot < slots; ++slot) {
      std::uint64_t const lap = into.geometry.lap(at + slot) & 0xFF;
      auto* const line = reinterpret_cast<platform::atomic<std::uint64_t>*>(
          into.slots + into.geometry.offset(at + slot));
      GYRE_ROLLED
      for (std::uint32_t w = 0; w < line_bytes / 8; ++w) {
        std::uint64_t const begin = slot * line_payload + w * 7;
        line[w].store((begin < total ? seven_bytes(row_, begin) << 8 : 0) | lap,
                      platform::memory_order_relaxed);
      }
    }
  }

  /// Rings between blocks lie in the device's memory.
  using codec = tag8_codec<device_memory>;
  using writer = ring_writer<codec, writers::many>;

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
