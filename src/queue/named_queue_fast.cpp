#include <cstring>
#include <mutex>

#include <gyre/queue/named_queue.hpp>

#include "named_queue_wake_ups.hpp"

// The fast paths: what happens under the lock as messages come and go.

namespace gyre {
namespace {

/// Messages offered to a link in one go, so that the lock is not held for a whole queue.
constexpr std::size_t offers_per_lock = 16;

/// `uuid::is_nil` in two words: g++ 12 calls memcmp for it, 5 ns of a send.
bool is_nil(uuid const& id) noexcept {
  std::uint64_t half[2];
  std::memcpy(half, &id, sizeof half);
  return (half[0] | half[1]) == 0;
}

}  // namespace

named_queue::outcome named_queue::try_send(message_info const& info,
                                           std::span<std::byte const> bytes,
                                           detail::staged_buffer* staged) noexcept {
  if (bytes.size() > max_bytes_) return outcome::too_large;
  detail::dropped_messages dropped;
  bool offer_more = false;
  bool left_standing = false;
  std::shared_ptr<queue_link> to_arm;
  wake_ups wakes;
  outcome o{};
  {
    std::scoped_lock const lock(lock_);
    o = admit(info, bytes, staged, dropped, offer_more, left_standing);
    if (left_standing) to_arm = link_;
    choose_wake_ups(wakes);
  }
  wakes.notify();
  if (!dropped.empty()) [[unlikely]]
    bury(dropped);
  if (offer_more) [[unlikely]]
    drain_to_link();
  if (left_standing) to_arm->arm();
  return o;
}

named_queue::outcome named_queue::admit(message_info const& info, std::span<std::byte const> bytes,
                                        detail::staged_buffer* staged,
                                        detail::dropped_messages& dropped, bool& offer_more,
                                        bool& left_standing) noexcept {
  if (sealed_.load(std::memory_order_relaxed)) [[unlikely]]
    return outcome::closed;
  bool const remember = options_.deduplication && !is_nil(info.id);
  std::uint64_t place_of_id = 0;
  if (remember && window_.contains(info.id, place_of_id)) [[unlikely]] {
    ++counts_.duplicates;
    return outcome::duplicate;
  }

  hybrid_time time = info.time;
  std::int64_t now = 0;
  std::int64_t born = 0;
  if (time_to_live_ != 0 && time.word != 0) {
    now = clock_.now();
    born = clock_.born(time, now);
    if (now - born >= time_to_live_) {
      ++counts_.dropped[static_cast<std::size_t>(drop_reason::expired)];
      dropped.add(info, bytes.size(), drop_reason::expired);
      return outcome::expired;
    }
  }

  bool const takes = link_takes_.load(std::memory_order_relaxed);
  if (takes) {
    // What came before goes first; only then may this one go straight through.
    std::size_t moved = 0;
    if (!lists_.empty()) offer_more = offer_to_link(moved, dropped);
    if (lists_.empty() && link_->take(info, bytes)) {
      if (remember) window_.remember(info.id, place_of_id);
      ++counts_.sent;
      ++counts_.forwarded;
      return outcome::done;
    }
  }

  std::uint64_t depth = depth_.load(std::memory_order_relaxed);
  if (depth == capacity_) [[unlikely]] {
    if (outcome const o = make_room(info, bytes.size(), dropped); o != outcome::done) return o;
    depth = depth_.load(std::memory_order_relaxed);
  }
  buffer_pool::buffer buffer{};
  if (store_.pooled()) {
    if (outcome const o = place(bytes, staged, buffer); o != outcome::done) return o;
  }

  message_node& node = store_.acquire();
  if (buffer.data != nullptr) {
    node.data = buffer.data;
    node.size_class = buffer.size_class;
    if (staged != nullptr) staged->held.data = nullptr;
  } else if (!bytes.empty()) {
    std::memcpy(node.data, bytes.data(), bytes.size());
  }
  if (time_to_live_ != 0 && time.word == 0) {
    born = now = clock_.now();
    time = clock_.stamp(now);
  }
  node.born = born;
  node.actor = info.actor;
  node.time = time;
  node.id = info.id;
  node.bytes = static_cast<std::uint32_t>(bytes.size());
  node.priority = info.priority;
  lists_.push_back(node, info.priority);
  if (remember) window_.remember(info.id, place_of_id);
  set_depth(++depth);
  ++counts_.sent;
  if (depth > counts_.peak_depth) counts_.peak_depth = depth;
  left_standing = takes && depth == 1;
  return outcome::done;
}

named_queue::outcome named_queue::place(std::span<std::byte const> bytes,
                                        detail::staged_buffer* staged,
                                        buffer_pool::buffer& out) noexcept {
  if (staged != nullptr) {
    out = staged->held;
    return outcome::done;
  }
  if (bytes.size() > detail::near_bytes) return outcome::no_buffer;
  out = store_.pool().take(buffer_pool::class_of(bytes.size()));
  if (out.data == nullptr) return outcome::no_buffer;
  if (!bytes.empty()) std::memcpy(out.data, bytes.data(), bytes.size());
  return outcome::done;
}

named_queue::outcome named_queue::make_room(message_info const& info, std::size_t bytes,
                                            detail::dropped_messages& dropped) noexcept {
  if (time_to_live_ != 0) {
    std::int64_t const now = clock_.now();
    lists_.drop_fronts(
        [&](message_node const& node) { return !dropped.full() && expired(node, now); },
        [&](message_node& node) { discard(node, drop_reason::expired, dropped); });
    if (depth_.load(std::memory_order_relaxed) < capacity_) return outcome::done;
  }
  switch (options_.overflow) {
    case overflow_policy::block:
    case overflow_policy::reject: return outcome::full;
    case overflow_policy::drop_oldest:
      discard(lists_.pop_lowest(), drop_reason::drop_oldest, dropped);
      return outcome::done;
    case overflow_policy::drop_newest: break;
  }
  ++counts_.dropped[static_cast<std::size_t>(drop_reason::drop_newest)];
  dropped.add(info, bytes, drop_reason::drop_newest);
  return outcome::dropped;
}

named_queue::outcome named_queue::try_receive(detail::taken_message& out) noexcept {
  for (;;) {
    detail::dropped_messages dropped;
    wake_ups wakes;
    std::shared_ptr<queue_link> to_pump;
    outcome o = outcome::empty;
    {
      std::scoped_lock const lock(lock_);
      if (closed_.load(std::memory_order_relaxed)) [[unlikely]] {
        o = outcome::closed;
      } else if (!lists_.empty()) {
        std::int64_t const now = time_to_live_ != 0 ? clock_.now() : 0;
        do {
          message_node& node = lists_.pop_front();
          if (time_to_live_ != 0 && expired(node, now)) [[unlikely]] {
            discard(node, drop_reason::expired, dropped);
          } else {
            take_out(node, out);
            o = outcome::done;
          }
        } while (o != outcome::done && !lists_.empty() && !dropped.full());
      } else if (link_brings_) {
        if (bring_from_link(out)) o = outcome::done;
        if (out.pump) [[unlikely]]
          to_pump = link_;
      }
      choose_wake_ups(wakes);
    }
    wakes.notify();
    if (to_pump != nullptr) [[unlikely]]
      to_pump->pump();
    if (dropped.empty()) [[likely]]
      return o;
    bool const stopped_short = dropped.full() && o == outcome::empty;
    bury(dropped);
    if (!stopped_short) return o;
  }
}

/// A message that was seen before is passed over, as a send would have been refused.
bool named_queue::bring_from_link(detail::taken_message& out) noexcept {
  out.pump = false;
  while (!sealed_.load(std::memory_order_relaxed) && link_->bring(out, out.near)) {
    if (options_.deduplication && seen_before(out.info.id)) [[unlikely]]
      continue;
    ++counts_.sent;
    ++counts_.received;
    return true;
  }
  return false;
}

/// Counts the duplicate, or remembers the id.
bool named_queue::seen_before(uuid const& id) noexcept {
  if (is_nil(id)) return false;
  std::uint64_t place = 0;
  if (window_.contains(id, place)) {
    ++counts_.duplicates;
    return true;
  }
  window_.remember(id, place);
  return false;
}

void named_queue::take_out(message_node& node, detail::taken_message& out) noexcept {
  out.info = node.info();
  out.size = node.bytes;
  if (node.bytes <= detail::near_bytes) {
    if (node.bytes != 0) std::memcpy(out.near, node.data, node.bytes);
    if (store_.pooled()) store_.pool().give({node.data, node.size_class});
  } else {
    out.held = {node.data, node.size_class};
  }
  store_.release(node);
  set_depth(depth_.load(std::memory_order_relaxed) - 1);
  ++counts_.received;
}

void named_queue::release(message_node& node) noexcept {
  if (store_.pooled()) store_.pool().give({node.data, node.size_class});
  store_.release(node);
  set_depth(depth_.load(std::memory_order_relaxed) - 1);
}

void named_queue::discard(message_node& node, drop_reason reason,
                          detail::dropped_messages& dropped) noexcept {
  ++counts_.dropped[static_cast<std::size_t>(reason)];
  dropped.add(node.info(), node.bytes, reason);
  release(node);
}

bool named_queue::offer_to_link(std::size_t& taken, detail::dropped_messages& dropped) noexcept {
  std::int64_t const now = time_to_live_ != 0 ? clock_.now() : 0;
  for (std::size_t offers = 0; offers < offers_per_lock && !dropped.full(); ++offers) {
    if (lists_.empty()) return false;
    message_node& node = lists_.front();
    if (time_to_live_ != 0 && expired(node, now)) {
      discard(lists_.pop_front(), drop_reason::expired, dropped);
      continue;
    }
    if (!link_->take(node.info(), {node.data, node.bytes})) return false;
    release(lists_.pop_front());
    ++counts_.forwarded;
    ++taken;
  }
  return !lists_.empty();
}

std::size_t named_queue::drain_to_link() noexcept {
  std::size_t taken = 0;
  for (bool more = true; more;) {
    detail::dropped_messages dropped;
    wake_ups wakes;
    {
      std::scoped_lock const lock(lock_);
      more = link_takes_.load(std::memory_order_relaxed) && offer_to_link(taken, dropped);
      choose_wake_ups(wakes);
    }
    wakes.notify();
    if (!dropped.empty()) bury(dropped);
  }
  return taken;
}

}  // namespace gyre
