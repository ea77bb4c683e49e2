#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <gyre/runtime/kernel_core.hpp>

// How kernels' handlers reach one another: rows of `kernel_view::links`.

namespace gyre {

result<kernel_core::link_rows> kernel_core::link_to(std::shared_ptr<kernel_core> const& other) {
  if (other.get() == this) {
    return fail(errc::invalid_argument,
                "kernel '" + id + "' reaches its own actors by gyre::actor, without a link");
  }
  std::scoped_lock const lock(life_, other->life_);
  for (kernel_core const* const k : {this, other.get()}) {
    switch (k->state()) {
      case kernel_state::inactive:
      case kernel_state::active: break;
      case kernel_state::failed: return fail(errc::engine_failed, "kernel '" + k->id + "' failed");
      default: return fail(errc::terminated, "kernel '" + k->id + "' was terminated");
    }
    if (k->resident_->tells().empty()) {
      return fail(errc::unsupported, "kernel '" + k->id +
                                         "': handlers reach the actors of other kernels on the cpu "
                                         "engine alone, so far");
    }
  }
  auto const back = other->link_row(shared_from_this());
  if (!back) return tl::unexpected<error>(back.error());
  auto const there = link_row(other);
  if (!there) return tl::unexpected<error>(there.error());
  return link_rows{*there, *back};
}

/// The row of a kernel, from 1 on, made if there is none. With both kernels' life_ held.
result<std::uint32_t> kernel_core::link_row(std::shared_ptr<kernel_core> const& other) {
  for (std::uint32_t i = 0; i < outgoing_.size(); ++i) {
    if (outgoing_[i].target == other) return i + 1;
  }
  if (outgoing_.size() == greatest_links) {
    return fail(errc::full, "kernel '" + id + "' is linked with " + std::to_string(greatest_links) +
                                " others, which is the most");
  }
  auto way =
      std::make_shared<kernel_link>(other->door, other->resident_->tells(), view.shard_count);
  {
    std::scoped_lock const lock(other->links_mutex_);
    other->incoming_.push_back(way);
  }
  link_view& row = link_views_[outgoing_.size()];
  row.way = way.get();
  row.target.store(&other->view, std::memory_order_release);
  outgoing_.push_back({other, std::move(way)});
  return static_cast<std::uint32_t>(outgoing_.size());
}

/// What other kernels' handlers have sent to this one's.
std::uint64_t kernel_core::told_from_afar() const noexcept {
  std::scoped_lock const lock(links_mutex_);
  std::uint64_t n = told_by_others_;
  for (auto const& way : incoming_) n += way->sent();
  return n;
}

/// This kernel's shards have stopped: lets go of those that they reached.
void kernel_core::unlink() noexcept {
  for (auto const& link : outgoing_) {
    std::scoped_lock const lock(link.target->links_mutex_);
    std::erase(link.target->incoming_, link.way);
    link.target->told_by_others_ += link.way->sent();
  }
  outgoing_.clear();
}

}  // namespace gyre
