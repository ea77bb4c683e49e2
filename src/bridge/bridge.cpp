#include <gyre/bridge/bridge.hpp>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

#include <gyre/bridge/service.hpp>

namespace gyre {
namespace {

std::uint64_t reply_bytes(message_entry const& entry) noexcept {
  return std::max(entry.reply_greatest, sizeof(failure_reply));
}

drop_reason reason_of(errc code) noexcept {
  switch (code) {
    case errc::rejected: return drop_reason::rejected;
    case errc::handler_failed: return drop_reason::handler_failed;
    case errc::no_such_actor: return drop_reason::no_such_actor;
    case errc::unknown_message: return drop_reason::unknown_message;
    default: return drop_reason::malformed;
  }
}

/// Replies moved in one call, so that no pumping thread is kept for ever.
constexpr std::size_t pump_batch = 256;

}  // namespace

/// What the request queue calls.
class bridge::request_link final : public queue_link {
 public:
  explicit request_link(std::shared_ptr<bridge> b) : bridge_(std::move(b)) {}
  bool take(message_info const& info, std::span<std::byte const> bytes) noexcept override {
    return bridge_->take(info, bytes);
  }
  bool takes() const noexcept override { return true; }
  bool stirs() const noexcept override { return bridge_->stirs(); }
  bool pump() noexcept override { return bridge_->pump(); }
  void arm() noexcept override { bridge_->arm(); }

 private:
  std::shared_ptr<bridge> bridge_;
};

/// What the response queue calls.
class bridge::response_link final : public queue_link {
 public:
  explicit response_link(std::shared_ptr<bridge> b) : bridge_(std::move(b)) {}
  bool takes() const noexcept override { return false; }
  bool bring(arrival& out, std::span<std::byte> room) noexcept override {
    return bridge_->bring(out, room);
  }
  bool brings() const noexcept override { return bridge_->brings(); }
  bool stirs() const noexcept override { return bridge_->stirs(); }
  bool pump() noexcept override { return bridge_->pump(); }
  void arm() noexcept override { bridge_->arm(); }

 private:
  std::shared_ptr<bridge> bridge_;
};

ring_geometry bridge::reply_geometry(message_entry const& entry, std::uint64_t window,
                                     ring_format format) noexcept {
  std::uint64_t const bytes = reply_bytes(entry);
  std::size_t const stride =
      stride_for(format, std::max<std::uint64_t>(entry.reply_usual, sizeof(failure_reply)));
  return ring_geometry::of(window * ring_geometry::slots_for(bytes, slot_payload(format, stride)),
                           stride);
}

std::uint64_t bridge::bytes_beside(message_entry const& entry, std::uint64_t window) noexcept {
  return sizeof(bridge) + window * sizeof(row) + reply_bytes(entry) + sizeof(envelope);
}

bridge::bridge(parts p)
    : host_(*p.host),
      entry_(*p.entry),
      port_(p.port),
      requests_(std::move(p.requests)),
      responses_(std::move(p.responses)),
      dead_letters_(std::move(p.dead_letters)),
      service_(std::move(p.service)),
      slots_(std::move(p.replies)),
      in_flight_(p.window) {
  ring_.geometry = reply_geometry(entry_, p.window, host_.view.format);
  ring_.slots = slots_.data();
  ring_.words = &words_;
  initialise(host_.view.format, ring_);
  std::uint64_t const bytes = reply_bytes(entry_);
  if (!in_place(host_.view.format, ring_.geometry, bytes)) gather_.resize(bytes + sizeof(envelope));
  if (entry_.reply_to_wire != nullptr) encoded_.resize(entry_.reply_wire_greatest);
  replies_ = any_reader(host_.view.format, ring_, gather_.data(), gather_.size());
}

port_view bridge::view() noexcept { return {ring_, &service_->bell()}; }

result<void> bridge::connect() {
  auto self = shared_from_this();
  if (auto r = responses_->attach(std::make_shared<response_link>(self)); !r) return r;
  return requests_->attach(std::make_shared<request_link>(self));
}

void bridge::disconnect() noexcept {
  requests_->detach();
  responses_->detach();
}

bool bridge::take(message_info const& info, std::span<std::byte const> bytes) noexcept {
  row& r = in_flight_[next_ & (in_flight_.size() - 1)];
  if (r.correlation.load(std::memory_order_acquire) != 0) return false;
  if (!visitor_.enter(host_.door)) return false;
  shard_view const& shard = host_.view.shards[host_.view.home(info.actor)];
  any_writer const inbox(host_.view.format, shard.inbox);
  std::uint64_t at = 0;
  if (!inbox.reserve(inbox.slots_for(bytes.size()), at)) {
    visitor_.leave();
    return false;
  }
  r.id = info.id;
  r.actor = info.actor;
  r.correlation.store(next_, std::memory_order_release);
  envelope head;
  head.actor = info.actor;
  head.correlation = next_++;
  clock_.observe(info.time);
  head.time = clock_.tick().word;
  head.type = entry_.code;
  head.length = static_cast<std::uint32_t>(bytes.size());
  head.port = port_;
  head.priority = info.priority;
  head.kind = message_kind::wire;
  if (inbox.in_place(bytes.size())) [[likely]] {
    inbox.write_in_place(at, head,
                         [&](std::byte* out) { std::memcpy(out, bytes.data(), bytes.size()); });
  } else {
    inbox.write(at, head, bytes.data());
  }
  static_cast<event*>(shard.bell)->notify();
  visitor_.leave();
  sent_.store(sent_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return true;
}

bool bridge::brings() const noexcept {
  return std::max(entry_.reply_greatest, entry_.reply_wire_greatest) <= detail::near_bytes;
}

/// A failure is left to `pump`: a dead letter is no matter for under a lock.
bool bridge::bring(arrival& out, std::span<std::byte> room) noexcept {
  if (!pump_lock_.try_lock()) return false;
  std::lock_guard const lock(pump_lock_, std::adopt_lock);
  message_view reply;
  if (!replies_.peek(reply) || reply.head.kind == message_kind::failure) return false;
  row& sent = row_of(reply);
  out.info = {sent.id, reply.head.priority, sent.actor, {}};
  if (entry_.reply_to_wire != nullptr) {
    out.size = entry_.reply_to_wire(reply.payload, room.data());
  } else {
    out.size = reply.head.length;
    std::memcpy(room.data(), reply.payload, out.size);
  }
  finish_with(reply, sent);
  if (requests_->depth() != 0) out.pump = true;
  return true;
}

bool bridge::arrived() const noexcept {
  std::uint64_t const next = read_.load(std::memory_order_relaxed);
  return any_reader(host_.view.format, ring_, nullptr, 0, next).ready();
}

bool bridge::stirs() const noexcept { return arrived() || requests_->depth() != 0; }

bool bridge::pump() noexcept {
  bool moved = arrived() && pump_replies();
  // Replies have freed room, and somebody may have left messages standing for want of it.
  if (requests_->depth() != 0) moved = requests_->drain_to_link() != 0 || moved;
  return moved;
}

bool bridge::pump_replies() noexcept {
  if (!pump_lock_.try_lock()) return false;
  std::lock_guard const lock(pump_lock_, std::adopt_lock);
  bool moved = false;
  message_view reply;
  for (std::size_t i = 0; i < pump_batch && replies_.peek(reply); ++i) {
    row& sent = row_of(reply);
    if (!deliver(reply, sent)) break;
    finish_with(reply, sent);
    moved = true;
  }
  return moved;
}

std::uint64_t bridge::finish() noexcept {
  std::lock_guard const lock(pump_lock_);
  std::uint64_t left = 0;
  message_view reply;
  while (replies_.peek(reply)) {
    row& sent = row_of(reply);
    if (!deliver(reply, sent)) {
      bury(reply, sent);
      ++left;
    }
    finish_with(reply, sent);
  }
  return left;
}

/// False: the response queue has no room now; the reply stays where it is.
bool bridge::deliver(message_view const& reply, row const& sent) noexcept {
  if (reply.head.kind == message_kind::failure) {
    bury(reply, sent);
    return true;
  }
  std::span<std::byte const> bytes{reply.payload, reply.head.length};
  if (entry_.reply_to_wire != nullptr) {
    bytes = {encoded_.data(), entry_.reply_to_wire(reply.payload, encoded_.data())};
  }
  message_info const info{sent.id, reply.head.priority, sent.actor, {}};
  if (responses_->refuses()) return false;  // the usual case of no room, without an error's text
  try {
    auto const r = responses_->send(info, bytes, std::chrono::nanoseconds::zero());
    if (r) return true;
    switch (r.error().code) {
      case errc::full:
      case errc::timed_out:
      case errc::no_memory: return false;
      case errc::terminated: bury(reply, sent); return true;
      default: return true;  // dropped or a duplicate: the queue has accounted for it
    }
  } catch (...) {
    return false;  // no memory for an error's text: try again later
  }
}

void bridge::bury(message_view const& reply, row const& sent) noexcept {
  drop_reason reason = drop_reason::terminated;
  if (reply.head.kind == message_kind::failure) {
    failure_reply why;
    std::memcpy(&why, reply.payload, sizeof why);
    reason = reason_of(static_cast<errc>(why.code));
    host_.lost(reason);
  }
  try {
    dead_letters_->put({reason,
                        host_.id,
                        std::string(entry_.name),
                        sent.id,
                        sent.actor,
                        reply.head.length,
                        {reply.head.time}});
  } catch (...) {
    dead_letters_->count(reason);
  }
}

void bridge::arm() noexcept { service_->kick(); }

}  // namespace gyre
