#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "running_kernel.hpp"

// How kernels' handlers reach one another: rows of `kernel_view::links`.

namespace gyre {

result<running_kernel::link_rows> running_kernel::link_to(std::shared_ptr<kernel_core> const& to) {
  auto const other = std::static_pointer_cast<running_kernel>(to);
  if (other.get() == this) {
    return fail(errc::invalid_argument,
                "kernel '" + id + "' reaches its own actors by gyre::actor, without a link");
  }
  std::scoped_lock const lock(life_, other->life_);
  for (running_kernel const* const k : {this, other.get()}) {
    switch (k->state()) {
      case kernel_state::inactive:
      case kernel_state::active: break;
      case kernel_state::failed: return fail(errc::engine_failed, "kernel '" + k->id + "' failed");
      default: return fail(errc::terminated, "kernel '" + k->id + "' was terminated");
    }
  }
  auto const back = other->link_row(shared_from_this());
  if (!back) return tl::unexpected<error>(back.error());
  auto const there = link_row(other);
  if (!there) return tl::unexpected<error>(there.error());
  return link_rows{*there, *back};
}

/// The row of a kernel, from 1 on, made if there is none. With both kernels' life_ held.
result<std::uint32_t> running_kernel::link_row(std::shared_ptr<running_kernel> const& other) {
  for (std::uint32_t i = 0; i < outgoing_.size(); ++i) {
    if (outgoing_[i].target.lock() == other) return i + 1;
  }
  if (outgoing_.size() == greatest_links) {
    return fail(errc::full, "kernel '" + id + "' is linked with " + std::to_string(greatest_links) +
                                " others, which is the most");
  }
  auto way = other->resident_->way_from(*resident_, view.shard_count);
  if (way == nullptr) {
    return fail(errc::unsupported,
                "handlers of kernel '" + id + "' do not reach the actors of '" + other->id +
                    "': both are to be on one engine, and to stay there (cuda.stay always)");
  }
  {
    std::scoped_lock const lock(other->links_mutex_);
    other->incoming_.push_back(way);
  }
  link_view& row = view.links[outgoing_.size()];
  row.way = way->way();
  row.target.store(way->target(), std::memory_order_release);
  outgoing_.push_back({other, std::move(way)});
  return static_cast<std::uint32_t>(outgoing_.size());
}

/// What other kernels' handlers have sent to this one's.
std::uint64_t running_kernel::told_from_afar() const noexcept {
  std::scoped_lock const lock(links_mutex_);
  std::uint64_t n = told_by_others_;
  for (auto const& way : incoming_) n += way->sent();
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    n += view.shards[i].words->told_by_others.load(std::memory_order_acquire);
  }
  return n;
}

/// Takes no more messages of other kernels' handlers; returns when none is on its way.
void running_kernel::wait_for_others() noexcept {
  std::scoped_lock const lock(links_mutex_);
  if (incoming_.empty()) return;
  for (auto const& way : incoming_) way->shut();
  resident_->shut_out_others();
  for (auto const& way : incoming_) {
    backoff wait;
    while (way->inside()) wait.step();
  }
}

/// This kernel's shards have stopped: lets go of those that they reached.
void running_kernel::unlink() noexcept {
  for (auto const& link : outgoing_) {
    auto const target = link.target.lock();
    if (target == nullptr) continue;
    std::scoped_lock const lock(target->links_mutex_);
    std::erase(target->incoming_, link.way);
    target->told_by_others_ += link.way->sent();
  }
  outgoing_.clear();
}

}  // namespace gyre
