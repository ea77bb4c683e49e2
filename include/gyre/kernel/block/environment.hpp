#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/kernel/block/letters.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/payload.hpp>
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

  /// A handler's tell: into the target shard's ring of tells, or not at all. The lane's row is free
  /// until the handler's reply is put into it.
  template <class Message>
  GYRE_FN bool tell(kernel_view const& kernel, std::uint32_t, std::uint64_t to,
                    Message const& message, std::uint64_t time) noexcept {
    using form = payload<Message>;
    envelope head;
    head.actor = to;
    head.time = time;
    head.type = type_id_of<Message>;
    head.kind = form::raw ? message_kind::raw : message_kind::wire;
    std::size_t const length = form::size(message);
    head.length = static_cast<std::uint32_t>(length);
    if (to >= kernel.actors) return lose(drop_reason::no_such_actor, head);

    ring_writer<tag8_codec<>, writers::many> const ring(
        gyre::ring<tag8_codec<>>(blocks_.blocks[kernel.home(to)].tells));
    std::uint64_t at = 0;
    std::uint64_t const slots = ring.target().slots_for(length);
    if (length > form::greatest || !ring.reserve(slots, at)) {
      return lose(drop_reason::no_room, head);
    }
    shared_.count.told.fetch_add(slots, platform::memory_order_relaxed);
    form::pack(message, row_ + sizeof head);
    ring.write(at, head, row_ + sizeof head);
    return true;
  }

 private:
  GYRE_FN bool lose(drop_reason reason, envelope const& head) noexcept {
    bury(shared_, blocks_.blocks[shard_], reason, head);
    return false;
  }

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
