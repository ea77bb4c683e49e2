#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "running_kernel.hpp"

// Who talks to a kernel: ports as they come and go, and what clients and shards tell.

namespace gyre {
namespace {

/// Exceptions' texts kept for askers that have not read their reply yet.
constexpr std::size_t kept_texts = 64;
/// Bytes that a string keeps in itself.
constexpr std::size_t short_text = 15;
/// Bytes of each that are kept: an exception's text may be of any size, and whoever throws is not
/// the one who pays.
constexpr std::size_t greatest_text = 1024;

/// The text, or its beginning and a mark; no character of UTF-8 is cut in two.
std::string bounded(std::string_view text) {
  if (text.size() <= greatest_text) return std::string(text);
  std::size_t end = greatest_text;
  while (end > greatest_text - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

/// A row for a port of this window, or null. With ports_mutex_ held.
running_kernel::port_slot* running_kernel::choose_row(std::uint64_t window) {
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

/// Makes the row's port, in place of one of another window. With ports_mutex_ held.
result<void> running_kernel::make_port(port_slot& row, client_port::sizes const& sizes) {
  auto const index = static_cast<std::uint16_t>(&row - ports_.data());
  bool const made_at_launch = plan_.port_ring.slots != 0;
  memory_block slots;
  std::uint64_t first = 0;
  if (!made_at_launch) {
    auto block = charged(sizes.shared_bytes());
    if (!block) return tl::unexpected<error>(std::move(block.error()));
    slots = std::move(*block);
  } else if (row.port != nullptr) {
    slots = row.port->give_up_slots(first);
  } else {
    slots = memory_block(view.ports[index].replies.slots, sizes.shared_bytes(),
                         [](void*, std::byte*, std::uint64_t) noexcept {});
  }
  if (row.port != nullptr) {
    sent_before_ += row.port->sent();
    received_before_ += row.port->received();
  }
  if (row.bell == nullptr) row.bell = std::make_unique<event>();
  row.port = std::make_unique<client_port>(*this, index, *row.bell, sizes, std::move(slots), first);
  if (!made_at_launch) view.ports[index] = row.port->view();
  return {};
}

result<std::shared_ptr<client_port>> running_kernel::open_port(port_options const& options) {
  auto leased = lease_port(options);
  if (!leased) return tl::unexpected<error>(std::move(leased.error()));
  return std::shared_ptr<client_port>(
      *leased, [core = shared_from_this()](client_port* p) { core->close_port(p->index()); });
}

result<client_port*> running_kernel::lease_port(port_options const& options) {
  if (forked_) return left_behind();
  if (auto r = validate(options); !r) return tl::unexpected<error>(std::move(r.error()));
  client_port::sizes const sizes = client_port::sizes_for(*image, options.window, plan_.format);
  std::unique_lock lock(ports_mutex_);
  if (door.state() == gate_state::failed) {
    std::scoped_lock const notes(notes_mutex_);
    return fail(errc::engine_failed,
                "kernel '" + id + "' failed" + (failure_.empty() ? "" : ": " + failure_));
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
    if (auto r = make_port(*chosen, sizes); !r) return tl::unexpected<error>(std::move(r.error()));
  }
  chosen->leased = true;
  return chosen->port.get();
}

void running_kernel::close_port(std::uint16_t index) noexcept {
  if (forked_) return;  // ports_mutex_ may be held for ever
  std::scoped_lock const lock(ports_mutex_);
  port_slot& slot = ports_[index];
  slot.leased = false;
  slot.port->abandon_all();
  if (state() != kernel_state::terminated) return;  // it rests: replies may still come
  sent_before_ += slot.port->sent();
  received_before_ += slot.port->received();
  slot.port.reset();
  free_port_rings();
}

result<kernel_service*> running_kernel::make_service(kernel_service_maker make) {
  std::scoped_lock const lock(service_mutex_);
  if (held_service_ == nullptr) {
    auto made = make(*this);
    if (!made) return tl::unexpected<error>(std::move(made.error()));
    held_service_ = std::move(*made);
    service_.store(held_service_.get(), std::memory_order_release);
  }
  return held_service_.get();
}

/// Gives back the rings that were made at the launch, if no handle looks into one any more. The
/// kernel has ended. With ports_mutex_ held.
void running_kernel::free_port_rings() noexcept {
  bool const looked_into = std::any_of(ports_.begin(), ports_.end(),
                                       [](port_slot const& slot) { return slot.port != nullptr; });
  if (!looked_into) port_block_ = memory_block();
}

/// With rest_mutex_ held.
result<void> running_kernel::take_rested(std::chrono::nanoseconds timeout, full_key& key,
                                         std::span<std::byte> state) {
  std::scoped_lock const lock(rest_mutex_);
  message_view m;
  if (auto r = wait_for_rested(timeout, m); !r) return r;
  key = {m.head.actor, m.head.correlation};
  std::memcpy(state.data(), m.payload, state.size());
  rested_.pop(m);
  rested_.post();
  return {};
}

result<void> running_kernel::wait_for_rested(std::chrono::nanoseconds timeout, message_view& m) {
  if (plan_.rest.slots == 0) {
    return fail(errc::unsupported, "kernel '" + id +
                                       "' puts no actor to rest: it was launched without "
                                       "rest_window, or its actors have no keys");
  }
  deadline const until(timeout);
  for (;;) {
    bool const ended = door.state() >= gate_state::ended;
    if (rested_.peek(m)) return {};
    if (ended) return fail(errc::terminated, "kernel '" + id + "' was terminated");
    if (until.expired()) {
      return fail(errc::timed_out,
                  "no actor of kernel '" + id + "' was put to rest by the deadline");
    }
    auto const nap = std::min<std::chrono::nanoseconds>(
        until.left(), view.rings_bells() ? std::chrono::milliseconds(100) : bus_nap);
    rest_bell_.park(deadline(nap), [&] { return rested_.ready(); });
  }
}

void running_kernel::late_reply(envelope const& head) noexcept {
  lost(drop_reason::late_reply);
  buried(drop_reason::late_reply, head);
}

void running_kernel::lost(drop_reason reason) noexcept {
  lost_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
}

std::string running_kernel::explain(std::uint16_t port, std::uint64_t correlation,
                                    errc code) const {
  // Refusals are answers like others, and may come as often: no memory is taken for them.
  if (code == errc::rejected) return id.size() <= short_text ? id : std::string();
  std::string text = "kernel '" + id + "'";
  switch (code) {
    case errc::no_such_actor:
      if (image->keyed) return text + " has no actor with this key";
      return text + " has the actors 0 to " + std::to_string(options_.actors - 1);
    case errc::full:
      return text + " has room for " + std::to_string(options_.actors) +
             " actors, and none can be put to rest now";
    case errc::no_memory:
      return text +
             ": no memory for the reply; or the actor's home holds as many subscriptions as it can "
             "(launch option subscriptions, " +
             std::to_string(options_.subscriptions) + ")";
    case errc::not_found: return text + ": the actor had not subscribed to this topic";
    case errc::already_exists: return text + " has an actor with this key";
    case errc::timed_out: return text + ": the message's time had passed before it was handled";
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

bool running_kernel::is_inactive() const noexcept {
  return state_.load(std::memory_order_acquire) == kernel_state::inactive;
}

void running_kernel::buried(drop_reason reason, envelope const& head) noexcept {
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

void running_kernel::buried_unseen(drop_reason reason, std::uint64_t n) noexcept {
  around_.dead_letters->count(reason, n);
}

void running_kernel::failed(std::string_view why) noexcept {
  try {
    std::scoped_lock const lock(notes_mutex_);
    failure_ = why;
  } catch (...) {  // it is known that it failed, not why
  }
  state_.store(kernel_state::failed, std::memory_order_release);
  door.shut(gate_state::failed);
  std::scoped_lock const lock(ports_mutex_);
  for (auto& slot : ports_) {
    if (slot.port != nullptr) slot.port->wake();
  }
}

void running_kernel::threw(envelope const& head, std::string_view what) noexcept {
  if (head.port == no_port) return;
  try {
    std::scoped_lock const lock(notes_mutex_);
    if (thrown_.size() == kept_texts) thrown_.pop_front();
    thrown_.push_back({head.port, head.correlation, bounded(what)});
  } catch (...) {
    // The asker learns that it threw, not what.
  }
}

}  // namespace gyre
