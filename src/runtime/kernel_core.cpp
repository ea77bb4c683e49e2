#include <gyre/runtime/kernel_core.hpp>

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

#include <gyre/core/uuid.hpp>

namespace gyre {
namespace {

/// What a kernel that is being ended gets beyond its deadline to leave the handler it is in.
constexpr auto stop_grace = std::chrono::seconds(1);

/// Exceptions' texts kept for askers that have not read their reply yet.
constexpr std::size_t kept_texts = 64;

std::uint64_t next_serial() noexcept {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

/// Gives out parts of a block, each on lines of its own.
class carver {
 public:
  explicit carver(std::byte* at) noexcept : at_(at) {}
  template <class T>
  T* take(std::uint64_t count) {
    T* const first = reinterpret_cast<T*>(at_);
    std::uninitialized_value_construct_n(first, count);
    at_ += rounded(count * sizeof(T));
    return first;
  }
  static constexpr std::uint64_t rounded(std::uint64_t bytes) noexcept {
    return (bytes + cache_line - 1) / cache_line * cache_line;
  }

 private:
  std::byte* at_;
};

}  // namespace

kernel_core::kernel_core(kernel_surroundings around, kernel_image const& kernel, std::string name,
                         launch_options const& options, launch_plan const& plan,
                         std::uint64_t launches)
    : around_(std::move(around)),
      options_(options),
      plan_(plan),
      launches_(launches),
      serial_(next_serial()),
      account_(std::make_shared<memory_account>()) {
  image = &kernel;
  id = std::move(name);
  overflow = options.overflow;
}

kernel_core::~kernel_core() {
  if (resident_ != nullptr && state() != kernel_state::terminated) {
    // The last handle went without a terminate: no time is given for what is left.
    (void)terminate(std::chrono::nanoseconds::zero());
  }
}

// ---- launching ----------------------------------------------------------------------------------

result<std::shared_ptr<kernel_core>> kernel_core::launch(kernel_surroundings around,
                                                         kernel_image const& image, std::string id,
                                                         launch_options const& options,
                                                         std::uint64_t launches) {
  auto plan = plan_launch(image, options);
  if (!plan) return tl::unexpected<error>(std::move(plan.error()));
  std::uint64_t const available = around.where->available_memory();
  if (plan->memory.total() > available) {
    return fail(errc::no_memory, "kernel '" + id + "' needs " +
                                     std::to_string(plan->memory.total()) +
                                     " bytes, available: " + std::to_string(available));
  }
  std::shared_ptr<kernel_core> core(
      new kernel_core(std::move(around), image, std::move(id), options, *plan, launches));
  for (auto step : {&kernel_core::allocate, &kernel_core::make_queues, &kernel_core::start}) {
    if (auto r = ((*core).*step)(); !r) {
      core->undo_launch();
      r.error().context = "kernel '" + core->id + "' was not launched: " + r.error().context;
      return tl::unexpected<error>(std::move(r.error()));
    }
  }
  return core;
}

result<memory_block> kernel_core::charged(std::uint64_t bytes) {
  auto block = around_.where->allocate(bytes);
  if (block) block->charge(account_);
  return block;
}

result<void> kernel_core::allocate() {
  std::uint32_t const shards = options_.shards;
  std::uint32_t const ports = options_.ports + (plan_.bridged != nullptr ? 1 : 0);
  std::uint64_t control = carver::rounded(sizeof(control_words));
  control += carver::rounded(ports * sizeof(port_view<cpu_codec>));
  for (std::size_t each : {sizeof(shard_view<cpu_codec>), sizeof(shard_words),
                           sizeof(telemetry_block), sizeof(ring_words<>)}) {
    control += carver::rounded(shards * each);
  }
  auto control_block = charged(control);
  if (!control_block) return tl::unexpected<error>(std::move(control_block.error()));
  control_block_ = std::move(*control_block);

  std::uint64_t const scratch =
      plan_.scratch_bytes == 0 ? 0 : carver::rounded(plan_.scratch_bytes + 8);
  auto inboxes = charged(shards * (plan_.inbox.bytes() + scratch));
  if (!inboxes) return tl::unexpected<error>(std::move(inboxes.error()));
  inbox_block_ = std::move(*inboxes);

  // Each shard's states begin on a line of their own.
  std::uint64_t const most = (options_.actors + shards - 1) / shards;
  std::uint64_t const states = carver::rounded(most * image->state_bytes);
  auto state_block = charged(shards * states);
  if (!state_block) return tl::unexpected<error>(std::move(state_block.error()));
  state_block_ = std::move(*state_block);

  carver carve(control_block_.data());
  view.control = carve.take<control_words>(1);
  view.ports = carve.take<port_view<cpu_codec>>(ports);
  view.shards = carve.take<shard_view<cpu_codec>>(shards);
  auto* const words = carve.take<shard_words>(shards);
  auto* const telemetry = carve.take<telemetry_block>(shards);
  auto* const inbox_words = carve.take<ring_words<>>(shards);
  view.control->telemetry_on.store(options_.telemetry ? 1 : 0, std::memory_order_relaxed);
  view.buffers = around_.buffers->table();
  view.actors = options_.actors;
  view.shard_count = shards;
  view.port_count = ports;
  view.wall_offset_ns = static_cast<std::int64_t>(wall_micros() * 1000) -
                        static_cast<std::int64_t>(platform::clock_ns());
  ports_.resize(ports);

  std::byte* inbox = inbox_block_.data();
  for (std::uint32_t i = 0; i < shards; ++i) {
    shard_view<cpu_codec>& s = view.shards[i];
    s.inbox.geometry = plan_.inbox;
    s.inbox.slots = inbox;
    s.inbox.words = &inbox_words[i];
    s.inbox.initialise();
    inbox += plan_.inbox.bytes();
    if (scratch != 0) {
      s.scratch = inbox + 8;  // so that the payload after the envelope is aligned to 16
      s.scratch_bytes = plan_.scratch_bytes;
      inbox += scratch;
    }
    s.words = &words[i];
    s.telemetry = &telemetry[i];
    s.actors = state_block_.data() + i * states;
    s.actor_count = view.actors_on(i);
    s.bell = &bells_.emplace_back();
    image->construct(s.actors, s.actor_count);
  }
  return {};
}

result<void> kernel_core::make_queues() {
  if (plan_.bridged == nullptr) return {};
  message_entry const& entry = *plan_.bridged;
  auto const name = [](std::string_view type) {
    return "ringkernel_" + std::string(type) + "_" + uuid::random().to_string();
  };
  auto requests = named_queue::create({name(entry.name), std::string(entry.name), entry.type, id},
                                      plan_.requests, entry.wire_greatest, around_.dead_letters);
  if (!requests) return tl::unexpected<error>(std::move(requests.error()));
  auto responses = named_queue::create(
      {name(entry.reply_name), std::string(entry.reply_name), entry.reply_type, id},
      plan_.responses, entry.reply_wire_greatest, around_.dead_letters);
  if (!responses) return tl::unexpected<error>(std::move(responses.error()));

  auto replies = charged(bridge::reply_geometry(entry, plan_.bridge_window).bytes());
  if (!replies) return tl::unexpected<error>(std::move(replies.error()));
  account_->add(plan_.memory.named_queues + plan_.memory.bridge - replies->bytes());
  bridge::parts parts;
  parts.host = this;
  parts.entry = &entry;
  parts.port = 0;
  parts.window = plan_.bridge_window;
  parts.replies = std::move(*replies);
  parts.requests = *requests;
  parts.responses = *responses;
  parts.dead_letters = around_.dead_letters;
  parts.service = around_.bridges;
  bridge_ = std::make_shared<bridge>(std::move(parts));
  ports_[0].leased = true;
  view.ports[0] = bridge_->view();
  if (auto r = bridge_->connect(); !r) return r;
  around_.bridges->add(bridge_);
  if (auto r = around_.queues->adopt(*requests); !r) return r;
  return around_.queues->adopt(*responses);
}

result<void> kernel_core::start() {
  auto resident = around_.where->start(*image, view, options_, *this);
  if (!resident) return tl::unexpected<error>(std::move(resident.error()));
  resident_ = std::move(*resident);
  launched_ = clock::now();
  return {};
}

void kernel_core::undo_launch() noexcept {
  if (bridge_ == nullptr) return;
  around_.queues->remove_owned(id);
  bridge_->disconnect();
  around_.bridges->remove(*bridge_);
  bridge_.reset();
}

// ---- life cycle ---------------------------------------------------------------------------------

result<transition> kernel_core::check(kernel_operation operation) const {
  kernel_state const from = state();
  transition const t = next_state(from, operation);
  if (t.allowed) return t;
  std::string wanted = operation == kernel_operation::activate ? "inactive" : "active";
  return fail(errc::wrong_state, "kernel '" + id + "' is " + std::string(to_string(from)) + ", " +
                                     std::string(to_string(operation)) + " needs it to be " +
                                     wanted);
}

void kernel_core::command(kernel_command c) noexcept {
  view.control->command.store(c, std::memory_order_seq_cst);  // before the phases are looked at
  resident_->wake();
}

std::int64_t kernel_core::now_ns() noexcept { return clock::now().time_since_epoch().count(); }

/// Adds the time since the kernel became active to what it was active before.
void kernel_core::stop_activity() noexcept {
  std::int64_t const since = active_since_.exchange(0, std::memory_order_relaxed);
  if (since != 0) active_before_.fetch_add(now_ns() - since, std::memory_order_relaxed);
}

result<void> kernel_core::activate() {
  std::scoped_lock const lock(life_);
  auto t = check(kernel_operation::activate);
  if (!t) return tl::unexpected<error>(std::move(t.error()));
  active_since_.store(now_ns(), std::memory_order_relaxed);
  command(kernel_command::run);
  state_.store(t->to, std::memory_order_release);
  return {};
}

result<void> kernel_core::deactivate(std::chrono::nanoseconds timeout) {
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

result<final_report> kernel_core::terminate(std::chrono::nanoseconds timeout) {
  std::scoped_lock const lock(life_);
  if (state() == kernel_state::terminated) return report_;
  if (stuck_) {
    // Has the handler come out after all?
    if (!resident_->join(deadline(std::chrono::nanoseconds::zero()))) return stuck();
    return finish(false);
  }
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
result<final_report> kernel_core::finish(bool drained) {
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
  release_memory();
  state_.store(kernel_state::terminated, std::memory_order_release);
  return report_;
}

/// Waits until everything that was taken has been handled and answered.
bool kernel_core::drain(deadline until) {
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
void kernel_core::wait_for_visitors() noexcept {
  std::scoped_lock const lock(ports_mutex_);
  auto const wait_for = [](gate::visitor const& v) {
    backoff wait;
    while (v.inside()) wait.step();
  };
  for (auto const& slot : ports_) {
    if (slot.port != nullptr) wait_for(slot.port->visitor());
  }
  if (bridge_ != nullptr) wait_for(bridge_->visitor());
}

/// Whether no message is in any inbox or handler. A handler's own tells are reserved before its
/// message counts as taken, so two equal looks at all shards are enough.
bool kernel_core::quiet() const noexcept {
  auto const look = [&] {
    std::uint64_t open = 0;
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < view.shard_count; ++i) {
      std::uint64_t const taken = view.shards[i].words->taken.load(std::memory_order_acquire);
      std::uint64_t const reserved =
          view.shards[i].inbox.words->reserved.load(std::memory_order_acquire);
      open += reserved - taken;
      sum += reserved;
    }
    return std::pair(open, sum);
  };
  auto const first = look();
  return first.first == 0 && look() == first;
}

std::uint64_t kernel_core::inbox_depth() const noexcept {
  std::uint64_t depth = 0;
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    std::uint64_t const taken = view.shards[i].words->taken.load(std::memory_order_acquire);
    std::uint64_t const reserved =
        view.shards[i].inbox.words->reserved.load(std::memory_order_acquire);
    depth += reserved > taken ? reserved - taken : 0;
  }
  return depth;
}

/// Makes dead letters of what the stopped shards left. Returns how many.
std::uint64_t kernel_core::bury_inboxes() {
  std::uint64_t buried_now = 0;
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    shard_view<cpu_codec> const& s = view.shards[i];
    ring_reader<cpu_codec> rest(s.inbox, s.scratch, s.scratch_bytes,
                                s.words->taken.load(std::memory_order_acquire));
    message_view message;
    while (rest.peek(message)) {
      buried(drop_reason::terminated, message.head);
      rest.pop(message);
      ++buried_now;
    }
    s.words->taken.store(rest.position(), std::memory_order_release);
  }
  return buried_now;
}

void kernel_core::release_memory() noexcept {
  resident_.reset();
  inbox_block_ = memory_block();
  state_block_ = memory_block();
  if (bridge_ != nullptr) {
    account_->remove(plan_.memory.named_queues + plan_.memory.bridge -
                     bridge::reply_geometry(*plan_.bridged, plan_.bridge_window).bytes());
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
}

/// A shard is in a handler and does not come out. What it stands on must stay, whatever becomes of
/// the handles; a second terminate may find it out.
result<final_report> kernel_core::stuck() {
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

// ---- looking on ---------------------------------------------------------------------------------

kernel_status kernel_core::status() const {
  kernel_status s;
  s.id = id;
  s.actor = std::string(image->name);
  s.state = state();
  s.engine = around_.kind;
  s.shards = options_.shards;
  s.actors = options_.actors;
  s.pending = inbox_depth();
  if (auto const queue = requests()) s.pending += queue->depth();
  telemetry_snapshot totals;
  for (std::uint32_t i = 0; i < view.shard_count; ++i) merge(*view.shards[i].words, totals);
  s.handled = totals.handled;
  std::int64_t const lived = lived_.load(std::memory_order_relaxed);
  s.uptime = lived >= 0 ? std::chrono::nanoseconds(lived) : clock::now() - launched_;
  return s;
}

kernel_metrics kernel_core::metrics() const {
  kernel_metrics m;
  m.launches = launches_;
  m.memory_bytes = account_->used();
  m.peak_memory_bytes = account_->peak();
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    shard_view<cpu_codec> const& s = view.shards[i];
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

telemetry_snapshot kernel_core::telemetry() const {
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
void kernel_core::merge_lost(telemetry_snapshot& out) const noexcept {
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    std::uint64_t const n = lost_[i].load(std::memory_order_relaxed);
    out.dropped += n;
    out.dropped_by_reason[i] += n;
  }
}

void kernel_core::set_telemetry_enabled(bool enabled) noexcept {
  view.control->telemetry_on.store(enabled ? 1 : 0, std::memory_order_relaxed);
}

void kernel_core::reset_telemetry() noexcept {
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

std::shared_ptr<named_queue> kernel_core::requests() const {
  std::scoped_lock const lock(ports_mutex_);
  return bridge_ == nullptr ? nullptr : bridge_->requests();
}

std::shared_ptr<named_queue> kernel_core::responses() const {
  std::scoped_lock const lock(ports_mutex_);
  return bridge_ == nullptr ? nullptr : bridge_->responses();
}

// ---- ports --------------------------------------------------------------------------------------

/// A row for a port of this window, or null. With ports_mutex_ held.
kernel_core::port_slot* kernel_core::choose_row(std::uint64_t window) {
  // A port that rests, of the same size, else a row without one, else a resting one of another size
  // that expects no reply any more.
  port_slot* chosen = nullptr;
  for (auto& slot : ports_) {
    if (slot.leased) continue;
    if (slot.port != nullptr && slot.port->window() == window) {
      chosen = &slot;
      break;
    }
    if (slot.port == nullptr && (chosen == nullptr || chosen->port != nullptr)) chosen = &slot;
    if (slot.port != nullptr && chosen == nullptr) {
      slot.port->poll({0});
      if (slot.port->in_flight() == 0) chosen = &slot;
    }
  }
  return chosen;
}

result<std::shared_ptr<client_port>> kernel_core::open_port(port_options const& options) {
  if (auto r = validate(options); !r) return tl::unexpected<error>(std::move(r.error()));
  client_port::sizes const sizes = client_port::sizes_for(*image, options.window);
  std::unique_lock lock(ports_mutex_);
  if (door.state() == gate_state::failed) {
    return fail(errc::engine_failed, "kernel '" + id + "' failed");
  }
  if (door.state() != gate_state::open) {
    return fail(errc::terminated, "kernel '" + id + "' was terminated");
  }
  port_slot* chosen = choose_row(sizes.window);
  // A row may rest for replies that are on their way: give them a moment.
  for (backoff moment({0, 0, 1000}); chosen == nullptr && !moment.exhausted(); moment.step()) {
    bool const resting = std::any_of(ports_.begin(), ports_.end(),
                                     [](port_slot const& slot) { return !slot.leased; });
    if (!resting) break;
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
    if (door.state() != gate_state::open) break;
    chosen = choose_row(sizes.window);
  }
  if (chosen == nullptr) {
    return fail(errc::full, "all " + std::to_string(options_.ports) + " ports of kernel '" + id +
                                "' are open (launch option ports)");
  }
  if (chosen->port == nullptr || chosen->port->window() != sizes.window) {
    auto const index = static_cast<std::uint16_t>(chosen - ports_.data());
    auto block = charged(sizes.replies.bytes());
    if (!block) return tl::unexpected<error>(std::move(block.error()));
    if (chosen->port != nullptr) {
      sent_before_ += chosen->port->sent();
      received_before_ += chosen->port->received();
    }
    if (chosen->bell == nullptr) chosen->bell = std::make_unique<event>();
    chosen->port =
        std::make_unique<client_port>(*this, index, *chosen->bell, sizes, std::move(*block));
    view.ports[index] = chosen->port->view();
  }
  chosen->leased = true;
  return std::shared_ptr<client_port>(
      chosen->port.get(),
      [core = shared_from_this()](client_port* p) { core->close_port(p->index()); });
}

void kernel_core::close_port(std::uint16_t index) noexcept {
  std::scoped_lock const lock(ports_mutex_);
  port_slot& slot = ports_[index];
  slot.leased = false;
  slot.port->abandon_all();
  if (state() != kernel_state::terminated) return;  // it rests: replies may still come
  sent_before_ += slot.port->sent();
  received_before_ += slot.port->received();
  slot.port.reset();
}

// ---- what clients and shards tell ---------------------------------------------------------------

void kernel_core::late_reply(envelope const& head) noexcept {
  lost(drop_reason::late_reply);
  buried(drop_reason::late_reply, head);
}

void kernel_core::lost(drop_reason reason) noexcept {
  lost_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
}

std::string kernel_core::explain(std::uint16_t port, std::uint64_t correlation, errc code) const {
  std::string text = "kernel '" + id + "'";
  switch (code) {
    case errc::rejected: return text + ": the handler refused the message";
    case errc::no_such_actor:
      return text + " has the actors 0 to " + std::to_string(options_.actors - 1);
    case errc::handler_failed: {
      std::scoped_lock const lock(notes_mutex_);
      // The latest first: a port that was made anew counts its asks from 1 again.
      for (auto note = thrown_.rbegin(); note != thrown_.rend(); ++note) {
        if (note->port == port && note->correlation == correlation) {
          return text + ": the handler threw: " + note->what;
        }
      }
      return text + ": the handler threw an exception";
    }
    default: return text + ": " + std::string(describe(code));
  }
}

void kernel_core::buried(drop_reason reason, envelope const& head) noexcept {
  message_entry const* const entry = image->find(head.type);
  try {
    around_.dead_letters->put({reason,
                               id,
                               entry != nullptr ? std::string(entry->name) : "",
                               uuid{},
                               head.actor,
                               head.length,
                               {head.time}});
  } catch (...) {
    around_.dead_letters->count(reason);
  }
}

void kernel_core::threw(envelope const& head, std::string_view what) noexcept {
  if (head.port == no_port) return;
  try {
    std::scoped_lock const lock(notes_mutex_);
    if (thrown_.size() == kept_texts) thrown_.pop_front();
    thrown_.push_back({head.port, head.correlation, std::string(what)});
  } catch (...) {
    // The asker learns that it threw, not what.
  }
}

}  // namespace gyre
