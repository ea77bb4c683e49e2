#include <gyre/port/client_port.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

#include <gyre/core/expiry.hpp>

namespace gyre {

client_port::sizes client_port::sizes_for(kernel_image const& image, std::uint64_t window,
                                          ring_format format) noexcept {
  std::size_t usual = sizeof(failure_reply);
  std::size_t greatest = sizeof(failure_reply);
  for (auto const& m : image.messages) {
    usual = std::max(usual, m.reply_usual);
    greatest = std::max(greatest, m.reply_greatest);
  }
  std::size_t const stride = stride_for(format, usual);
  std::size_t const room = slot_payload(format, stride);
  sizes s;
  s.window = std::bit_ceil(window);
  std::uint64_t const asks = format == ring_format::commit ? s.window : bus_port_replies;
  // Every ask of the window may get a reply of the usual size; a few, one of the greatest.
  std::uint64_t const slots = std::max(asks * ring_geometry::slots_for(usual, room),
                                       ring_geometry::slots_for(greatest, room));
  s.replies = ring_geometry::of(slots, stride);
  s.given_up_rows = format == ring_format::commit ? s.window : bus_given_up_rows;
  s.bytes =
      s.shared_bytes() + s.window * (sizeof(pending) + sizeof(kept_reply)) + sizeof(client_port);
  if (!in_place(format, s.replies, greatest)) s.bytes += greatest + sizeof(envelope);
  return s;
}

client_port::client_port(port_host& host, std::uint16_t index, event& bell, sizes const& s,
                         memory_block slots, std::uint64_t first)
    : host_(host),
      sizes_(s),
      index_(index),
      usual_reply_(slot_payload(host.view.format, s.replies.stride) - sizeof(envelope)),
      slots_(std::move(slots)),
      bell_(bell) {
  ring_.geometry = s.replies;
  ring_.slots = slots_.data();
  ring_.words = &words_;
  given_up_ = reinterpret_cast<platform::atomic<std::uint64_t>*>(slots_.data() + s.replies.bytes());
  for (std::uint64_t i = 0; i < s.given_up_rows; ++i) {
    new (&given_up_[i]) platform::atomic<std::uint64_t>(0);
  }
  // Rings across a bus were made empty before the launch.
  if (host.view.rings_bells()) initialise(host.view.format, ring_);
  std::size_t greatest = 0;
  for (auto const& m : host.image->messages) {
    greatest = std::max<std::size_t>(greatest, reply_bytes(m));
  }
  if (!in_place(host.view.format, ring_.geometry, greatest))
    gather_.resize(greatest + sizeof(envelope));
  replies_ = any_reader(host.view.format, ring_, gather_.data(), gather_.size(), first);
  table_.resize(s.window);
  kept_.resize(s.window);
}

/// Whether that is a shard's word that it did not handle a message nobody waits for any more: it
/// has counted the dead letter.
bool client_port::was_spared(message_view const& reply) noexcept {
  if (reply.head.kind != message_kind::failure) return false;
  failure_reply why;
  std::memcpy(&why, reply.payload, sizeof why);
  auto const code = static_cast<errc>(why.code);
  return code == errc::cancelled || code == errc::timed_out;
}

void client_port::count_late(message_view const& reply) noexcept {
  if (was_spared(reply)) return;
  late_.store(late_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  host_.late_reply(reply.head);
}

void client_port::put_aside(message_view const& reply) {
  pending* const p = find(reply.head.correlation);
  clock_.observe({reply.head.time});
  if (p == nullptr) {
    // Not ours to match: nothing was promised for it, so nothing is given back.
    count_late(reply);
    replies_.pop(reply);
    return;
  }
  if (p->state == progress::abandoned) {
    count_late(reply);
    replies_.pop(reply);
    release_slots(*p);
    release_entry(*p);
    return;
  }
  kept_reply& kept = kept_[row_of(*p)];
  kept.head = reply.head;
  kept.lost = false;
  try {
    kept.bytes.assign(reply.payload, reply.payload + reply.head.length);
  } catch (std::bad_alloc const&) {
    kept.lost = true;  // its waiter is told; those of others must not stand behind it
  }
  p->state = progress::arrived;
  replies_.pop(reply);
  release_slots(*p);
  received_.store(received_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

bool client_port::poll(ticket t) {
  message_view reply;
  while (replies_.peek(reply)) put_aside(reply);
  pending const* const p = find(t.correlation);
  return p != nullptr && p->state == progress::arrived;
}

void client_port::abandon(ticket t) {
  pending* const p = find(t.correlation);
  if (p == nullptr) return;
  if (p->state == progress::arrived) {
    late_.store(late_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    host_.late_reply(kept_[row_of(*p)].head);
    release_entry(*p);
  } else {
    give_up(*p);
  }
}

void client_port::abandon_all() {
  for (auto const& p : table_) {
    if (p.state == progress::waiting || p.state == progress::arrived) abandon({p.correlation});
  }
}

/// Nobody waits for it any more: whoever has not begun to handle it need not.
void client_port::give_up(pending& p) noexcept {
  p.state = progress::abandoned;
  given_up_[p.correlation & (sizes_.given_up_rows - 1)].store(p.correlation,
                                                              platform::memory_order_release);
  if (!host_.view.rings_bells()) {
    host_.view.control->given_up.fetch_add(1, platform::memory_order_release);
  }
}

/// Reads the clocks once in a while, for the stamps of a burst; and tells a device the time, for it
/// has a clock of its own.
void client_port::refresh_clocks(std::uint64_t sent) noexcept {
  clock_.refresh(wall_micros());
  if (host_.view.rings_bells() || sent % device_clock_refresh != 0) return;
  host_.view.control->host_us.store(expiry_clock(platform::clock_ns()), std::memory_order_relaxed);
}

tl::unexpected<error> client_port::ended(gate_state how) const {
  return how == gate_state::failed
             ? fail(errc::engine_failed, "kernel '" + host_.id + "' failed")
             : fail(errc::terminated, "kernel '" + host_.id + "' was terminated");
}

error client_port::end_error() const { return ended(host_.door.state()).value(); }

error client_port::too_large(message_entry const& entry, std::size_t length) const {
  std::size_t const greatest = std::min(entry.greatest, limits::greatest_payload);
  return fail(errc::too_large, "a message '" + std::string(entry.name) + "' of " +
                                   std::to_string(length) + " bytes, allowed: at most " +
                                   std::to_string(greatest))
      .value();
}

tl::unexpected<error> client_port::refusal() {
  return tl::unexpected<error>(std::exchange(why_, error{}));
}

client_port::sending client_port::send_again(step s, outgoing const& out,
                                             std::chrono::nanoseconds& timeout,
                                             writer_ref fill) noexcept try {
  ticket sent{};
  room_wait waiting{timeout, {}, {}, false};
  do {
    if (auto r = wait_for_room(s, out.entry, out.length, waiting); !r) {
      why_ = std::move(r.error());
      return {};
    }
    s = attempt(out, fill, sent);
  } while (s != step::done);
  if (waiting.started) timeout = waiting.until.left();
  return {sent, true};
} catch (std::bad_alloc const&) {  // for the error's text: nothing was sent
  why_ = error{errc::no_memory, 0, 0, {}};
  return {};
}

void client_port::put_pieces(any_writer inbox, std::uint64_t at, envelope const& head,
                             writer_ref fill) noexcept {
  fill(scratch_.data());
  inbox.write(at, head, scratch_.data());
}

bool client_port::grow_scratch(std::size_t length) noexcept {
  try {
    scratch_.resize(length);
    return true;
  } catch (std::bad_alloc const&) {
    return false;
  }
}

bool client_port::bring(pending* p, std::chrono::nanoseconds timeout, message_view& reply) noexcept
    try {
  return bring_or_throw(p, timeout, reply);
} catch (std::bad_alloc const&) {  // for the error's text: the ticket is used up
  why_ = error{errc::no_memory, 0, 0, {}};
  return false;
}

bool client_port::bring_or_throw(pending* p, std::chrono::nanoseconds timeout,
                                 message_view& reply) {
  if (p == nullptr || p->state == progress::abandoned) {
    why_ = fail(errc::invalid_argument, "the ticket is not in flight on this port").value();
    return false;
  }
  if (p->state == progress::arrived) {
    kept_reply const& kept = kept_[row_of(*p)];
    if (kept.lost) {
      release_entry(*p);
      why_ =
          fail(errc::no_memory, "a reply of " + std::to_string(kept.head.length) +
                                    " bytes came before it was waited for, and could not be kept")
              .value();
      return false;
    }
    reply.head = kept.head;
    reply.payload = kept.bytes.data();
    return true;
  }
  auto r = await(*p, timeout, reply);
  if (!r) why_ = std::move(r.error());
  return r.has_value();
}

client_port::pending* client_port::skip_taken() noexcept {
  for (std::uint64_t i = 0; i < sizes_.window; ++i) {
    pending& p = table_[next_correlation_ & (sizes_.window - 1)];
    if (p.state == progress::free) return &p;
    ++next_correlation_;
  }
  return nullptr;
}

/// Waits until the ring has the reply to this ask; those to others that come first are kept.
result<void> client_port::await(pending& p, std::chrono::nanoseconds timeout, message_view& reply) {
  backoff pause(spin);
  deadline until;
  bool started = false;
  for (;;) {
    while (replies_.peek(reply)) {
      if (reply.head.correlation == p.correlation) return {};
      put_aside(reply);
    }
    pause.step();
    if (!pause.slow()) continue;
    if (!started) {
      until = deadline(timeout);
      started = true;
    }
    if (auto r = keep_waiting(p, until, pause); !r) return r;
  }
}

result<void> client_port::keep_waiting(pending& p, deadline until, backoff& pause) {
  auto const over = [&] { return host_.door.state() >= gate_state::ended; };
  if (pause.exhausted()) sleep(until);
  if (replies_.ready()) return {};
  if (over()) {
    // The shards are gone, or going nowhere: what they published is seen after the gate.
    if (replies_.ready()) return {};
    gate_state const how = host_.door.state();
    release_slots(p);  // none came, so none was received
    release_entry(p);
    return ended(how);
  }
  if (!until.expired()) return {};
  give_up(p);
  return tl::unexpected<error>(host_.no_reply());
}

result<void> client_port::wait_for_room(step s, message_entry const& entry, std::size_t length,
                                        room_wait& waiting) {
  switch (s) {
    case step::shut: return ended(host_.door.state());
    case step::too_large: return tl::unexpected<error>(too_large(entry, length));
    case step::no_memory:
      return fail(errc::no_memory, "a message '" + std::string(entry.name) + "' of " +
                                       std::to_string(length) +
                                       " bytes takes several slots, and is made elsewhere first");
    case step::done:
    case step::window_full:
    case step::ring_full: break;
  }
  bool const window = s == step::window_full;
  // Replies that nobody has waited for yet hold the window; late ones free it.
  if (window) {
    poll({0});
    std::uint64_t const reserved = reserved_slots_;
    bool const room = reserved < ring_.geometry.slots && next_free() != nullptr &&
                      reserved + reply_slots(entry) <= ring_.geometry.slots;
    if (room) return {};
  }
  auto const what = [&] {
    return window
               ? "all " + std::to_string(sizes_.window) + " asks of the port's window are in flight"
               : "the inbox of kernel '" + host_.id + "' is full";
  };
  if (host_.overflow != overflow_policy::block) return fail(errc::full, what());
  if (!waiting.started) {
    waiting.started = true;
    waiting.until = deadline(waiting.timeout);
  }
  waiting.pause.step();
  if (waiting.pause.exhausted()) {
    // Nobody rings for room in an inbox: its reader only posts credits. Sleep a little.
    auto const nap =
        std::min<std::chrono::nanoseconds>(waiting.until.left(), std::chrono::microseconds(50));
    bell_.park(deadline(nap), [&] {
      return (window && replies_.ready()) || host_.door.state() != gate_state::open;
    });
  }
  if (waiting.until.expired()) return fail(errc::timed_out, what() + " until the deadline");
  return {};
}

error port_host::no_reply() const {
  std::string text = "no reply from kernel '" + id + "' by the deadline";
  if (is_inactive()) text += "; it is inactive, and handles nothing until activate() is called";
  return {errc::timed_out, 0, 0, std::move(text)};
}

error read_failure(port_host const& host, message_view const& reply) {
  failure_reply why;
  std::memcpy(&why, reply.payload, sizeof why);
  auto const code = static_cast<errc>(why.code);
  return {code, why.reject_code, why.detail,
          host.explain(reply.head.port, reply.head.correlation, code)};
}

}  // namespace gyre
