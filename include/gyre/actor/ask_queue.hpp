#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <gyre/core/chrono.hpp>
#include <gyre/core/deadline.hpp>
#include <gyre/core/error.hpp>
#include <gyre/port/client_port.hpp>

namespace gyre {

class ask_queue;
class async_service;

/// An ask that somebody waits for, without a thread of its own: lies where the waiter lies (in a
/// coroutine's frame, say), and stays there until `resume`. Neither copied nor moved.
class pending_ask {
 public:
  pending_ask() noexcept = default;
  pending_ask(pending_ask const&) = delete;
  pending_ask& operator=(pending_ask const&) = delete;

 protected:
  /// Gives the ask up, if it is still in the queue: its reply will be dropped and counted.
  ~pending_ask();

  /// How long its waiter waits for it.
  [[nodiscard]] std::chrono::nanoseconds timeout() const noexcept { return timeout_; }

  /// One attempt to send it.
  virtual client_port::step send(client_port& end, ticket& sent) = 0;
  /// What is to be sent, and its bytes: for one of many that are sent together.
  [[nodiscard]] virtual client_port::outgoing outgoing() const = 0;
  virtual void write(std::byte* out) const = 0;
  /// Its reply, which lies in the ring until this returns.
  virtual void accept(message_view const& reply) = 0;
  /// Why there is none.
  virtual void refuse(error why) = 0;
  /// The error for a message that is too large.
  [[nodiscard]] virtual error oversize(client_port const& end) const = 0;
  /// It has been accepted or refused; the waiter may go on, and this may be destroyed.
  virtual void resume() = 0;
  /// The queue has ended before it was served; nobody looks at it any more.
  virtual void drop() noexcept {}

 private:
  friend class ask_queue;
  friend class async_service;

  ask_queue* queue_ = nullptr;  ///< Null: not in one.
  pending_ask* before_ = nullptr;
  pending_ask* after_ = nullptr;
  ticket ticket_{};
  bool sent_ = false;
  bool served_ = false;
  std::chrono::nanoseconds timeout_{};
  deadline::clock::time_point until_{};  ///< Zero: not reckoned yet.
};

/// Many asks in flight on one port, whose replies are handed out as they come. Asks beyond the
/// port's window, or the inbox's room, wait in their order, and cost nothing while they wait.
///
/// Used by one thread at a time. Deadlines are reckoned from the first look after the ask, so that
/// an ask reads no clock: they are late by about a millisecond, and never early. Nothing is
/// allocated after the queue was made.
class ask_queue {
 public:
  explicit ask_queue(std::shared_ptr<client_port> end);
  ask_queue(ask_queue const&) = delete;
  ask_queue& operator=(ask_queue const&) = delete;
  /// Asks that are left are given up; nobody is resumed.
  ~ask_queue();

  /// Sends it now, or as soon as there is room. It is refused with `timed_out` if no reply came by
  /// the deadline, with `terminated` or `engine_failed` if the kernel ended, with `too_large`.
  void add(pending_ask& ask, std::chrono::nanoseconds timeout);

  /// As `add`, but it is sent by the next `send_waiting`, with others.
  void put_off(pending_ask& ask, std::chrono::nanoseconds timeout) noexcept;
  /// Sends of those that wait as many as there is room for: many to one shard cost one publication.
  void send_waiting();

  /// Takes in what has come, sends what waits, ends what is late, and resumes whoever is served.
  /// How many were. Never waits. Not to be called from a waiter that it resumed.
  std::size_t poll();
  /// As `poll`, but waits for the first.
  std::size_t wait();

  /// How long its thread may sleep, should nobody ring the port's bell: `forever` if nothing waits.
  [[nodiscard]] std::chrono::nanoseconds patience() const noexcept;

  /// Asks that have neither been accepted nor refused.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  friend class pending_ask;

  /// Asks in the order in which they were added; each knows its neighbours.
  struct list {
    pending_ask* first = nullptr;
    pending_ask* last = nullptr;
  };

  static void append(list& to, pending_ask& ask) noexcept;
  static void unlink(list& from, pending_ask& ask) noexcept;
  void remove(pending_ask& ask) noexcept;
  bool try_send(pending_ask& ask);
  void now_sent(pending_ask& ask) noexcept;
  void send_batch(std::size_t n);
  void end_late();
  deadline::clock::time_point reckon(pending_ask& ask) const noexcept;
  void finish(pending_ask& ask, error why);
  std::size_t resume_served();

  std::shared_ptr<client_port> const end_;
  std::vector<pending_ask*> by_ticket_;  // by the low bits of the correlation id
  std::vector<pending_ask*> batch_;      // what is being sent
  std::vector<client_port::outgoing> batch_heads_;
  list sent_;
  list waiting_;
  list served_;
  std::size_t size_ = 0;
  deadline::clock::time_point now_;
  deadline::clock::time_point looked_;  // when deadlines were last looked at
};

}  // namespace gyre
