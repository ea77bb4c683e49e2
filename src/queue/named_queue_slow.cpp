#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

#include <gyre/queue/named_queue.hpp>

// What a queue does off its fast paths: waiting, staging large messages, telling the reason.

namespace gyre {

template <class Attempt>
named_queue::outcome named_queue::wait(wait_list& list, outcome missing, deadline until,
                                       std::stop_token const& stop, Attempt&& attempt) {
  {
    std::shared_ptr<queue_link> const pumped = link();
    for (backoff spin; !spin.exhausted(); spin.step()) {
      bool const stirs = pumped != nullptr && pumped->stirs();
      // A receiver's attempt asks the link; a sender's offers to it, which may have room where the
      // queue has none.
      bool const asks = &list == &receivers_ ? stirs : link_takes_.load(std::memory_order_relaxed);
      if (asks || things_for(list) != 0) {
        if (outcome const o = attempt(); o != missing) return o;
      }
      if (stirs && pumped->pump() && things_for(list) != 0) {
        if (outcome const o = attempt(); o != missing) return o;
      }
      if (closed_.load(std::memory_order_relaxed)) return outcome::closed;
      if (stop.stop_requested()) return outcome::cancelled;
      if (spin.slow() && until.expired()) break;
    }
  }
  for (bool again = false;; again = true) {
    if (outcome const o = attempt(); o != missing) return o;
    if (stop.stop_requested()) return outcome::cancelled;
    if (until.expired()) return outcome::timed_out;
    if (!sleep(list, again, until, stop)) return outcome::no_memory;
  }
}

bool named_queue::sleep(wait_list& list, bool again, deadline until, std::stop_token const& stop) {
  queue_waiter* waiter = nullptr;
  {
    std::scoped_lock const lock(lock_);
    waiter = list.reuse();
  }
  if (waiter == nullptr) waiter = wait_list::allocate();
  if (waiter == nullptr) return false;
  std::shared_ptr<queue_link> pumped;
  {
    std::scoped_lock const lock(lock_);
    if (closed_.load(std::memory_order_relaxed) || things_for(list) != 0) {
      list.keep(*waiter);
      return true;
    }
    list.enter(*waiter, again);
    sleepers_.fetch_add(1, std::memory_order_release);
    if (&list == &senders_) until = until_expiry(until);
    pumped = link_;
  }
  if (pumped != nullptr) pumped->arm();
  {
    std::stop_callback const wake(stop, [waiter] { waiter->wake.notify(); });
    waiter->wake.park(until, [&] {
      return waiter->called.load(std::memory_order_acquire) || stop.stop_requested();
    });
  }
  std::scoped_lock const lock(lock_);
  list.leave(*waiter);
  list.keep(*waiter);
  sleepers_.fetch_sub(1, std::memory_order_release);
  return true;
}

/// Old messages may make room before the deadline: when the first of them will, or the deadline.
deadline named_queue::until_expiry(deadline until) const noexcept {
  if (time_to_live_ == 0) return until;
  std::int64_t const now = clock_.now();
  std::int64_t left = time_to_live_;
  lists_.for_each_front(
      [&](message_node const& node) { left = std::min(left, time_to_live_ - (now - node.born)); });
  deadline const expiry(std::chrono::nanoseconds(left),
                        deadline::clock::time_point(std::chrono::nanoseconds(now)) + clock_.lag());
  return expiry.when() < until.when() ? expiry : until;
}

result<void> named_queue::finish_send(outcome o, message_info const& info,
                                      std::span<std::byte const> bytes, detail::patience patience,
                                      std::stop_token const& stop) {
  detail::staged_buffer buffer;
  detail::staged_buffer* staged = nullptr;
  auto const attempt = [&] { return try_send(info, bytes, staged); };
  for (;;) {
    if (o == outcome::no_buffer) {
      if (!stage(buffer, bytes)) {
        o = outcome::no_memory;
        break;
      }
      staged = &buffer;
      o = attempt();
    } else if (o == outcome::full && options_.overflow == overflow_policy::block) {
      o = patience.none() ? outcome::timed_out
                          : wait(senders_, outcome::full, patience.start(), stop, attempt);
    } else {
      break;
    }
  }
  if (buffer.held.data != nullptr) return_buffer(buffer.held);
  if (o == outcome::done) return {};
  return not_sent(o, info, bytes.size());
}

result<void> named_queue::finish_receive(outcome o, detail::taken_message& out,
                                         detail::patience patience, std::stop_token const& stop) {
  auto const attempt = [&] { return try_receive(out); };
  if (o == outcome::empty) {
    if (auto const pumped = link(); pumped != nullptr && pumped->stirs()) {
      pumped->pump();
      o = attempt();
    }
    if (o == outcome::empty) {
      o = patience.none() ? outcome::timed_out
                          : wait(receivers_, outcome::empty, patience.start(), stop, attempt);
    }
  }
  if (o == outcome::done) return {};
  return not_received(o);
}

bool named_queue::stage(detail::staged_buffer& staged, std::span<std::byte const> bytes) noexcept {
  auto const size_class = buffer_pool::class_of(bytes.size());
  {
    std::scoped_lock const lock(lock_);
    staged.held = store_.pool().take(size_class);
  }
  if (staged.held.data == nullptr) {
    staged.held = buffer_pool::allocate(size_class);
    if (staged.held.data == nullptr) return false;
    std::scoped_lock const lock(lock_);
    store_.pool().own(staged.held);
  }
  if (!bytes.empty()) std::memcpy(staged.held.data, bytes.data(), bytes.size());
  return true;
}

void named_queue::return_buffer(buffer_pool::buffer used) noexcept {
  std::scoped_lock const lock(lock_);
  store_.pool().give(used);
}

std::shared_ptr<queue_link> named_queue::link() const noexcept {
  std::scoped_lock const lock(lock_);
  return link_;
}

void named_queue::bury(detail::dropped_messages& dropped) noexcept {
  if (dead_letters_ != nullptr) {
    for (auto const& r : dropped) {
      dead_letter letter;
      try {
        letter = {r.reason, about_.name, about_.message_type, uuid{r.id},
                  r.actor,  r.bytes,     hybrid_time{r.time}};
      } catch (...) {  // no memory for the names: it is counted all the same
        dead_letters_->count(r.reason);
        continue;
      }
      try {
        dead_letters_->put(std::move(letter));
      } catch (...) {  // it counts before it keeps
      }
    }
  }
  dropped.clear();
}

tl::unexpected<error> named_queue::malformed(detail::taken_message const& taken) {
  detail::dropped_messages dropped;
  {
    std::scoped_lock const lock(lock_);
    ++counts_.dropped[static_cast<std::size_t>(drop_reason::malformed)];
  }
  dropped.add(taken.info, taken.size, drop_reason::malformed);
  bury(dropped);
  return fail(errc::malformed, "queue '" + about_.name + "': " + std::to_string(taken.size) +
                                   " bytes are not a " + about_.message_type);
}

tl::unexpected<error> named_queue::refuse_size(std::size_t bytes) {
  return not_sent(outcome::too_large, {}, bytes);
}

tl::unexpected<error> named_queue::not_sent(outcome o, message_info const& info,
                                            std::size_t bytes) {
  std::string const queue = "queue '" + about_.name + "'";
  std::string const filled =
      std::to_string(depth()) + " of " + std::to_string(capacity_) + " messages";
  switch (o) {
    case outcome::duplicate:
      return fail(errc::duplicate, queue + " has seen message " + info.id.to_string());
    case outcome::dropped:
      return fail(errc::dropped, queue + " holds " + filled + ", its policy is drop_newest");
    case outcome::expired:
      return fail(errc::dropped, queue + ": the message is older than the time to live of " +
                                     std::to_string(time_to_live_) + " ns");
    case outcome::closed: return fail(errc::terminated, queue + " was destroyed");
    default: break;
  }
  {
    std::scoped_lock const lock(lock_);
    ++counts_.refused;
  }
  switch (o) {
    case outcome::full: return fail(errc::full, queue + " holds " + filled);
    case outcome::timed_out:
      return fail(errc::timed_out, queue + " had no room before the deadline: " + filled);
    case outcome::cancelled:
      return fail(errc::cancelled, queue + ": the wait for room was cancelled: " + filled);
    case outcome::too_large:
      return fail(errc::too_large, queue + ": the message has " + std::to_string(bytes) +
                                       " bytes, allowed: at most " + std::to_string(max_bytes_));
    default:
      return fail(errc::no_memory,
                  queue + ": no memory for a message of " + std::to_string(bytes) + " bytes");
  }
}

tl::unexpected<error> named_queue::not_received(outcome o) {
  std::string const queue = "queue '" + about_.name + "'";
  switch (o) {
    case outcome::timed_out:
      return fail(errc::timed_out, queue + " had no message before the deadline");
    case outcome::cancelled:
      return fail(errc::cancelled, queue + ": the wait for a message was cancelled");
    case outcome::closed: return fail(errc::terminated, queue + " was destroyed");
    default: return fail(errc::no_memory, queue + ": no memory to wait with");
  }
}

}  // namespace gyre
