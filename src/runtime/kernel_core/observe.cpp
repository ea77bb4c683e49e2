#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>

#include "running_kernel.hpp"

// What a kernel says of itself: status, metrics, telemetry.

namespace gyre {

kernel_status running_kernel::status() const {
  kernel_status s;
  s.id = id;
  s.actor = std::string(image->name);
  s.state = state();
  s.engine = around_.kind;
  s.shards = options_.shards;
  s.actors = options_.actors;
  s.live = image->keyed ? 0 : options_.actors;
  for (std::uint32_t i = 0; image->keyed && i < view.shard_count; ++i) {
    s.live += view.shards[i].words->live.load(std::memory_order_relaxed);
  }
  s.pending = inbox_depth();
  if (auto const queue = requests()) s.pending += queue->depth();
  telemetry_snapshot totals;
  for (std::uint32_t i = 0; i < view.shard_count; ++i) merge(*view.shards[i].words, totals);
  s.handled = totals.handled;
  std::int64_t const lived = lived_.load(std::memory_order_relaxed);
  s.uptime = lived >= 0 ? std::chrono::nanoseconds(lived) : clock::now() - launched_;
  return s;
}

kernel_metrics running_kernel::metrics() const {
  kernel_metrics m;
  m.launches = launches_;
  m.memory_bytes = account_->used();
  m.peak_memory_bytes = account_->peak();
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    shard_view const& s = view.shards[i];
    std::uint64_t const taken = s.words->taken.load(std::memory_order_acquire);
    std::uint64_t const reserved = s.inbox.words->reserved.load(std::memory_order_acquire);
    double const use = static_cast<double>(reserved > taken ? reserved - taken : 0) /
                       static_cast<double>(plan_.inbox.slots);
    m.queue_use = std::max(m.queue_use, use);
    m.handled += s.words->handled.load(std::memory_order_acquire);
  }
  {
    std::scoped_lock const lock(ports_mutex_);
    m.sent = sent_before_;
    m.received = received_before_;
    for (auto const& slot : ports_) {
      if (slot.port == nullptr) continue;
      m.sent += slot.port->sent();
      m.received += slot.port->received();
    }
    if (bridge_ != nullptr) {
      m.sent += bridge_->sent();
      m.received += bridge_->answered();
    }
  }
  std::int64_t active = active_before_.load(std::memory_order_relaxed);
  if (std::int64_t const since = active_since_.load(std::memory_order_relaxed); since != 0) {
    active += now_ns() - since;
  }
  double const seconds = static_cast<double>(active) * 1e-9;
  m.throughput = seconds > 0 ? static_cast<double>(m.handled) / seconds : 0;
  return m;
}

telemetry_snapshot running_kernel::telemetry() const {
  telemetry_snapshot out;
  // What was read before a reset is not to be reckoned from its baseline: then, again.
  std::unique_lock lock(baseline_mutex_, std::defer_lock);
  std::uint64_t epoch = 0;
  do {
    if (lock.owns_lock()) lock.unlock();
    out = telemetry_snapshot{};
    epoch = telemetry_epoch_.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < view.shard_count; ++i) {
      merge(*view.shards[i].telemetry, epoch, out);
      merge(*view.shards[i].words, out);
    }
    merge_lost(out);
    out.queue_depth = inbox_depth();
    if (epoch == 0) return out;
    lock.lock();
  } while (telemetry_epoch_.load(std::memory_order_relaxed) != epoch);
  out.handled -= baseline_.handled;
  out.refused -= baseline_.refused;
  out.dropped -= baseline_.dropped;
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    out.dropped_by_reason[i] -= baseline_.dropped_by_reason[i];
  }
  return out;
}

/// Adds what the host's side counted.
void running_kernel::merge_lost(telemetry_snapshot& out) const noexcept {
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    std::uint64_t const n = lost_[i].load(std::memory_order_relaxed);
    out.dropped += n;
    out.dropped_by_reason[i] += n;
  }
}

void running_kernel::set_telemetry_enabled(bool enabled) noexcept {
  view.control->telemetry_on.store(enabled ? 1 : 0, std::memory_order_relaxed);
}

void running_kernel::reset_telemetry() noexcept {
  // Counters are never written by two sides: what they say now is subtracted from now on, and the
  // kernel starts its block again when it sees the new epoch.
  std::scoped_lock const life(life_);
  std::uint64_t epoch = 0;
  {
    std::scoped_lock const lock(baseline_mutex_);
    baseline_ = telemetry_snapshot{};
    for (std::uint32_t i = 0; i < view.shard_count; ++i) merge(*view.shards[i].words, baseline_);
    merge_lost(baseline_);
    epoch = telemetry_epoch_.fetch_add(1, std::memory_order_acq_rel) + 1;
  }
  view.control->telemetry_epoch.store(epoch, std::memory_order_release);
  if (resident_ != nullptr) resident_->wake();
}

std::shared_ptr<named_queue> running_kernel::requests() const {
  std::scoped_lock const lock(ports_mutex_);
  return bridge_ == nullptr ? nullptr : bridge_->requests();
}

std::shared_ptr<named_queue> running_kernel::responses() const {
  std::scoped_lock const lock(ports_mutex_);
  return bridge_ == nullptr ? nullptr : bridge_->responses();
}

}  // namespace gyre
