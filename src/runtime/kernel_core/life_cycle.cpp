#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <gyre/core/expiry.hpp>

#include "running_kernel.hpp"

// Activate, deactivate, terminate: what is asked of the shards, and what becomes of what they left.

namespace gyre {
namespace {

/// What a kernel that is being ended gets beyond its deadline to leave the handler it is in.
constexpr auto stop_grace = std::chrono::seconds(1);

}  // namespace

/// Locks may be held by threads that are not here, so none is taken: whoever calls is told before.
void running_kernel::forked(void* self) noexcept {
  auto& kernel = *static_cast<running_kernel*>(self);
  kernel.forked_ = true;
  if (kernel.state() == kernel_state::terminated) return;
  kernel.state_.store(kernel_state::failed, std::memory_order_relaxed);
  kernel.door.shut(gate_state::failed);
}

tl::unexpected<error> running_kernel::left_behind() const {
  return fail(errc::engine_failed, "kernel '" + id +
                                       "' runs in the process that launched it, of which this is a "
                                       "forked child; a child launches its own");
}

result<transition> running_kernel::check(kernel_operation operation) const {
  kernel_state const from = state();
  transition const t = next_state(from, operation);
  if (t.allowed) return t;
  std::string wanted = operation == kernel_operation::activate ? "inactive" : "active";
  return fail(errc::wrong_state, "kernel '" + id + "' is " + std::string(to_string(from)) + ", " +
                                     std::string(to_string(operation)) + " needs it to be " +
                                     wanted);
}

void running_kernel::command(kernel_command c) noexcept {
  view.control->host_us.store(expiry_clock(platform::clock_ns()), std::memory_order_relaxed);
  view.control->command.store(c, std::memory_order_seq_cst);  // before the phases are looked at
  resident_->wake();
}

std::int64_t running_kernel::now_ns() noexcept { return clock::now().time_since_epoch().count(); }

/// Adds the time since the kernel became active to what it was active before.
void running_kernel::stop_activity() noexcept {
  std::int64_t const since = active_since_.exchange(0, std::memory_order_relaxed);
  if (since != 0) active_before_.fetch_add(now_ns() - since, std::memory_order_relaxed);
}

result<void> running_kernel::activate() {
  if (forked_) return left_behind();
  std::scoped_lock const lock(life_);
  auto t = check(kernel_operation::activate);
  if (!t) return tl::unexpected<error>(std::move(t.error()));
  active_since_.store(now_ns(), std::memory_order_relaxed);
  command(kernel_command::run);
  state_.store(t->to, std::memory_order_release);
  return {};
}

result<void> running_kernel::deactivate(std::chrono::nanoseconds timeout) {
  if (forked_) return left_behind();
  std::scoped_lock const lock(life_);
  auto t = check(kernel_operation::deactivate);
  if (!t) return tl::unexpected<error>(std::move(t.error()));
  command(kernel_command::pause);
  deadline const until(timeout);
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    backoff wait;
    while (view.shards[i].words->phase.load(std::memory_order_seq_cst) == shard_phase::running) {
      wait.step();
      if (!wait.exhausted() || !until.expired()) continue;
      command(kernel_command::run);
      return fail(errc::timed_out, "kernel '" + id + "' stays active: shard " + std::to_string(i) +
                                       " has not left its handler by the deadline");
    }
  }
  stop_activity();
  state_.store(t->to, std::memory_order_release);
  return {};
}

result<final_report> running_kernel::terminate(std::chrono::nanoseconds timeout) {
  if (forked_) return left_behind();
  std::scoped_lock const lock(life_);
  if (state() == kernel_state::terminated) return report_;
  if (stuck_) {
    // Has the handler come out after all?
    if (!resident_->join(deadline(std::chrono::nanoseconds::zero()))) return stuck();
    return finish(false);
  }
  // The device failed under it: what is left is to account and to give back.
  if (state() == kernel_state::failed && resident_->join(deadline(stop_grace)))
    return finish(false);
  bool const was_active = state() == kernel_state::active;
  auto t = check(kernel_operation::terminate);
  if (!t) return tl::unexpected<error>(std::move(t.error()));
  state_.store(t->to, std::memory_order_release);
  deadline const until(timeout);

  if (bridge_ != nullptr) bridge_->requests()->seal();
  bool const drained = was_active ? drain(until) : inbox_depth() == 0;
  door.shut(gate_state::closed);
  wait_for_visitors();
  stop_activity();
  command(kernel_command::stop);
  if (!resident_->join(deadline(until.left() > stop_grace ? until.left() : stop_grace))) {
    stuck_ = true;
    return stuck();
  }
  return finish(drained);
}

/// The shards have stopped: accounts for what they left, and gives back what they stood on.
result<final_report> running_kernel::finish(bool drained) {
  report_.id = id;
  report_.uptime = clock::now() - launched_;
  lived_.store(report_.uptime.count(), std::memory_order_relaxed);
  report_.undelivered = bury_inboxes();
  if (door.state() != gate_state::failed) door.shut(gate_state::ended);
  if (bridge_ != nullptr) {
    report_.unread = bridge_->finish();
    bridge_->disconnect();
    around_.bridges->remove(*bridge_);
    report_.unread += bridge_->responses()->close();
    report_.undelivered += around_.queues->remove_owned(id);
  }
  telemetry_snapshot totals;
  for (std::uint32_t i = 0; i < view.shard_count; ++i) merge(*view.shards[i].words, totals);
  report_.handled = totals.handled;
  report_.refused = totals.refused;
  report_.dropped = totals.dropped_by_reason;
  report_.dropped[static_cast<std::size_t>(drop_reason::terminated)] +=
      report_.undelivered + report_.unread;
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    report_.dropped[i] += lost_[i].load(std::memory_order_relaxed);
  }
  report_.drained = drained && report_.undelivered == 0;
  unlink();
  release_memory();
  state_.store(kernel_state::terminated, std::memory_order_release);
  return report_;
}

/// Waits until everything that was taken has been handled and answered.
bool running_kernel::drain(deadline until) {
  backoff wait;
  auto const patient = [&] {
    if (wait.slow() && until.expired()) return false;
    if (wait.exhausted()) std::this_thread::sleep_for(std::chrono::microseconds(50));
    wait.step();
    return true;
  };
  // First what stands in the request queue, while its bridge may still send.
  while (bridge_ != nullptr &&
         (bridge_->requests()->depth() != 0 || bridge_->sent() != bridge_->answered())) {
    if (bridge_->pump()) continue;
    if (!patient()) return false;
  }
  door.shut(gate_state::closed);
  wait_for_visitors();
  while (!quiet()) {
    if (!patient()) return false;
  }
  return true;
}

/// A visitor writes one message and leaves; it never waits inside.
void running_kernel::wait_for_visitors() noexcept {
  std::scoped_lock const lock(ports_mutex_);
  auto const wait_for = [](gate::visitor const& v) {
    backoff wait;
    while (v.inside()) wait.step();
  };
  for (auto const& slot : ports_) {
    if (slot.port != nullptr) wait_for(slot.port->visitor());
  }
  if (bridge_ != nullptr) wait_for(bridge_->visitor());
  wait_for_others();
}

/// Whether no message is in any inbox, backlog or handler. A handler's own tells are counted before
/// its message counts as taken, so two equal looks at all shards are enough; where words are posted
/// from time to time, each shard has posted in between.
bool running_kernel::quiet() const noexcept {
  struct sums {
    std::uint64_t open = 0;
    std::uint64_t reserved = 0;
    std::uint64_t told = 0;
    std::uint64_t tells_taken = 0;
    bool operator==(sums const&) const = default;
  };
  auto const look = [&] {
    sums s;
    for (std::uint32_t i = 0; i < view.shard_count; ++i) {
      shard_view const& shard = view.shards[i];
      std::uint64_t const taken = shard.words->taken.load(std::memory_order_acquire);
      std::uint64_t const reserved = shard.inbox.words->reserved.load(std::memory_order_acquire);
      s.tells_taken += shard.words->tells_taken.load(std::memory_order_acquire);
      s.told += shard.words->told.load(std::memory_order_acquire);
      s.open += reserved - taken;
      s.reserved += reserved;
    }
    s.told += told_from_afar();
    return s;
  };
  sums const first = look();
  if (first.open != 0 || first.told != first.tells_taken) return false;
  return wait_for_posts() && look() == first;
}

/// Waits until each shard has brought its words up to date once more; shards that always do so are
/// not waited for. False: one of them does not come to it now.
bool running_kernel::wait_for_posts() const noexcept {
  deadline const until(std::chrono::milliseconds(100));
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    auto const& posts = view.shards[i].words->posts;
    std::uint64_t const before = posts.load(std::memory_order_acquire);
    if (before == 0) continue;
    // The first may have begun before now.
    while (posts.load(std::memory_order_acquire) < before + 2) {
      if (until.expired()) return false;
      resident_->wake();  // shards that have left the device come and post
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }
  return true;
}

std::uint64_t running_kernel::inbox_depth() const noexcept {
  std::uint64_t depth = 0;
  std::uint64_t told = 0;
  std::uint64_t tells_taken = 0;
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    std::uint64_t const taken = view.shards[i].words->taken.load(std::memory_order_acquire);
    std::uint64_t const reserved =
        view.shards[i].inbox.words->reserved.load(std::memory_order_acquire);
    depth += reserved > taken ? reserved - taken : 0;
    // Read in this order, no shard has taken what has not been counted as sent.
    tells_taken += view.shards[i].words->tells_taken.load(std::memory_order_acquire);
  }
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    told += view.shards[i].words->told.load(std::memory_order_acquire);
  }
  told += told_from_afar();
  return depth + (told > tells_taken ? told - tells_taken : 0);
}

/// Makes dead letters of what the stopped shards left. Returns how many.
std::uint64_t running_kernel::bury_inboxes() {
  std::uint64_t buried_now = 0;
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    shard_view const& s = view.shards[i];
    any_reader rest(plan_.format, s.inbox, s.scratch, s.scratch_bytes,
                    s.words->taken.load(std::memory_order_acquire));
    message_view message;
    while (rest.peek(message)) {
      buried(drop_reason::terminated, message.head);
      rest.pop(message);
      ++buried_now;
    }
    s.words->taken.store(rest.position(), std::memory_order_release);
  }
  return buried_now + resident_->bury_tells();
}

void running_kernel::release_memory() noexcept {
  resident_.reset();
  account_->remove(plan_.memory.engine);
  inbox_block_ = memory_block();
  state_block_ = memory_block();
  topic_block_ = memory_block();
  if (bridge_ != nullptr) {
    account_->remove(
        plan_.memory.named_queues + plan_.memory.bridge -
        bridge::reply_geometry(*plan_.bridged, plan_.bridge_window, plan_.format).bytes());
  }
  std::scoped_lock const lock(ports_mutex_);
  if (bridge_ != nullptr) {
    sent_before_ += bridge_->sent();
    received_before_ += bridge_->answered();
    bridge_.reset();
  }
  for (auto& slot : ports_) {
    if (slot.port == nullptr) continue;
    slot.port->wake();
    if (slot.leased) continue;  // given back when its holder lets go
    sent_before_ += slot.port->sent();
    received_before_ += slot.port->received();
    slot.port.reset();
  }
  free_port_rings();
}

/// A shard is in a handler and does not come out. What it stands on must stay, whatever becomes of
/// the handles; a second terminate may find it out.
result<final_report> running_kernel::stuck() {
  if (state() != kernel_state::failed) {
    // Never destroyed: a shard may run until the process ends, and past its static objects.
    static auto& kept = *new std::vector<std::shared_ptr<kernel_core>>;
    static std::mutex mutex;
    {
      std::scoped_lock const lock(mutex);
      kept.push_back(weak_from_this().lock());
    }
    state_.store(kernel_state::failed, std::memory_order_release);
    door.shut(gate_state::failed);
    std::scoped_lock const ports(ports_mutex_);
    for (auto& slot : ports_) {
      if (slot.port != nullptr) slot.port->wake();
    }
  }
  return fail(errc::engine_failed, "kernel '" + id +
                                       "' does not stop: a shard has not left its handler; its "
                                       "memory is kept");
}

}  // namespace gyre
