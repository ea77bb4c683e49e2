#include <gyre/actor/ask_queue.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <gyre/core/event.hpp>
#include <gyre/port/batch.hpp>

namespace gyre {
namespace {

/// Between two looks at all deadlines.
constexpr auto look_period = std::chrono::milliseconds(1);
/// Between two attempts to send where the inbox is full: nobody rings for room there.
constexpr auto room_period = std::chrono::microseconds(50);

/// An error as `make` words it; without a text if there is no memory for one.
template <class Make>
error worded(errc code, Make&& make) noexcept {
  try {
    return make();
  } catch (std::bad_alloc const&) {
    return error{code, 0, 0, {}};
  }
}

}  // namespace

pending_ask::~pending_ask() {
  if (queue_ != nullptr) queue_->remove(*this);
}

ask_queue::ask_queue(std::shared_ptr<client_port> end)
    : end_(std::move(end)),
      by_ticket_(end_->window()),
      now_(deadline::clock::now()),
      looked_(now_) {
  batch_.reserve(client_port::greatest_batch);
  batch_heads_.reserve(client_port::greatest_batch);
}

ask_queue::~ask_queue() {
  for (list* of : {&sent_, &waiting_, &served_}) {
    while (pending_ask* const ask = of->first) {
      remove(*ask);
      ask->drop();
    }
  }
}

void ask_queue::append(list& to, pending_ask& ask) noexcept {
  ask.before_ = to.last;
  ask.after_ = nullptr;
  (to.last != nullptr ? to.last->after_ : to.first) = &ask;
  to.last = &ask;
}

void ask_queue::unlink(list& from, pending_ask& ask) noexcept {
  (ask.before_ != nullptr ? ask.before_->after_ : from.first) = ask.after_;
  (ask.after_ != nullptr ? ask.after_->before_ : from.last) = ask.before_;
}

/// Its waiter is gone.
void ask_queue::remove(pending_ask& ask) noexcept {
  bool const in_flight = ask.sent_;
  if (in_flight) {
    by_ticket_[ask.ticket_.correlation & (by_ticket_.size() - 1)] = nullptr;
    end_->abandon(ask.ticket_);
  }
  bool const served = ask.served_;
  unlink(served ? served_ : in_flight ? sent_ : waiting_, ask);
  if (!served) --size_;
  ask.queue_ = nullptr;
}

void ask_queue::put_off(pending_ask& ask, std::chrono::nanoseconds timeout) noexcept {
  ask.queue_ = this;
  ask.sent_ = false;
  ask.served_ = false;
  ask.timeout_ = timeout;
  ask.until_ = {};
  ++size_;
  append(waiting_, ask);
}

void ask_queue::add(pending_ask& ask, std::chrono::nanoseconds timeout) {
  put_off(ask, timeout);
  // Whoever came before is sent before.
  if (waiting_.first == &ask) (void)try_send(ask);
}

void ask_queue::now_sent(pending_ask& ask) noexcept {
  unlink(waiting_, ask);
  ask.sent_ = true;
  by_ticket_[ask.ticket_.correlation & (by_ticket_.size() - 1)] = &ask;
  append(sent_, ask);
}

/// One attempt with the first of those that wait. False: there is no room.
bool ask_queue::try_send(pending_ask& ask) {
  switch (ask.send(*end_, ask.ticket_)) {
    case client_port::step::done: now_sent(ask); return true;
    case client_port::step::shut:
      if (!end_->over()) return false;  // what is in flight is still answered
      finish(ask, worded(errc::terminated, [&] { return end_->end_error(); }));
      return true;
    case client_port::step::too_large:
      finish(ask, worded(errc::too_large, [&] { return ask.oversize(*end_); }));
      return true;
    case client_port::step::no_memory: finish(ask, error{errc::no_memory, 0, 0, {}}); return true;
    case client_port::step::window_full:
    case client_port::step::ring_full: break;
  }
  return false;
}

/// Sends what it can of the first `n` that wait. Those that it cannot stay where they are.
void ask_queue::send_batch(std::size_t n) {
  batch_.clear();
  batch_heads_.clear();
  for (pending_ask* ask = waiting_.first; ask != nullptr && batch_.size() < n; ask = ask->after_) {
    batch_.push_back(ask);
    batch_heads_.push_back(ask->outgoing());
  }
  std::array<ticket, client_port::greatest_batch> tickets;
  (void)end_->attempt_all(
      batch_.size(), [&](std::size_t i) -> client_port::outgoing const& { return batch_heads_[i]; },
      [&](std::size_t i, std::byte* out) { batch_[i]->write(out); }, tickets.data());
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    if (tickets[i].correlation == 0) continue;
    batch_[i]->ticket_ = tickets[i];
    now_sent(*batch_[i]);
  }
}

void ask_queue::send_waiting() {
  // One by itself says what becomes of the first: whether there is room, or it is too large.
  while (waiting_.first != nullptr && try_send(*waiting_.first)) {
    std::uint64_t const room = std::min<std::uint64_t>(end_->room(), client_port::greatest_batch);
    if (room > 1 && waiting_.first != waiting_.last) send_batch(room);
  }
}

/// It has no reply.
void ask_queue::finish(pending_ask& ask, error why) {
  if (ask.sent_) {
    by_ticket_[ask.ticket_.correlation & (by_ticket_.size() - 1)] = nullptr;
    end_->abandon(ask.ticket_);
  }
  unlink(ask.sent_ ? sent_ : waiting_, ask);
  ask.sent_ = false;
  ask.served_ = true;
  append(served_, ask);
  --size_;
  ask.refuse(std::move(why));
}

/// When it is late: so long after the first look at it.
deadline::clock::time_point ask_queue::reckon(pending_ask& ask) const noexcept {
  if (ask.until_ == deadline::clock::time_point{}) ask.until_ = deadline(ask.timeout_, now_).when();
  return ask.until_;
}

void ask_queue::end_late() {
  bool const over = end_->over();
  if (!over && now_ - looked_ < look_period) return;
  looked_ = now_;
  for (list* of : {&sent_, &waiting_}) {
    for (pending_ask* ask = of->first; ask != nullptr;) {
      pending_ask* const next = ask->after_;
      if (over) {
        finish(*ask, worded(errc::terminated, [&] { return end_->end_error(); }));
      } else if (reckon(*ask) <= now_) {
        finish(*ask, worded(errc::timed_out, [&] { return end_->late_error(); }));
      }
      ask = next;
    }
  }
}

std::size_t ask_queue::resume_served() {
  std::size_t n = 0;
  for (; served_.first != nullptr; ++n) {
    pending_ask& ask = *served_.first;
    unlink(served_, ask);
    ask.queue_ = nullptr;
    ask.resume();  // it may add others, and may be gone now
  }
  return n;
}

std::size_t ask_queue::poll() {
  // A lap of the window at most, so that what is to be resumed is not kept waiting for ever.
  for (std::size_t i = 0; i < by_ticket_.size(); ++i) {
    bool const some = end_->take_next([&](std::uint64_t correlation, message_view const& reply) {
      pending_ask& ask = *std::exchange(by_ticket_[correlation & (by_ticket_.size() - 1)], nullptr);
      unlink(sent_, ask);
      ask.sent_ = false;
      ask.served_ = true;
      append(served_, ask);
      --size_;
      try {
        ask.accept(reply);
      } catch (std::bad_alloc const&) {
        ask.refuse(error{errc::no_memory, 0, 0, {}});
      }
    });
    if (!some) break;
  }
  if (waiting_.first != nullptr) send_waiting();
  now_ = deadline::clock::now();
  end_late();
  return resume_served();
}

std::chrono::nanoseconds ask_queue::patience() const noexcept {
  auto next = deadline::clock::time_point::max();
  for (list const* of : {&sent_, &waiting_}) {
    for (pending_ask* ask = of->first; ask != nullptr; ask = ask->after_) {
      next = std::min(next, reckon(*ask));
    }
  }
  auto left = next == deadline::clock::time_point::max() ? forever : next - now_;
  left = std::max<std::chrono::nanoseconds>(left, look_period);
  if (waiting_.first != nullptr) left = std::min<std::chrono::nanoseconds>(left, room_period);
  return left;
}

std::size_t ask_queue::wait() {
  backoff pause;
  while (size_ != 0 || served_.first != nullptr) {
    if (std::size_t const n = poll(); n != 0) return n;
    pause.step();
    if (pause.exhausted()) end_->sleep(deadline(patience()));
  }
  return 0;
}

}  // namespace gyre
