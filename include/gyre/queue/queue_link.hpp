#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <gyre/core/hybrid_clock.hpp>
#include <gyre/core/uuid.hpp>

namespace gyre {

/// What travels beside a message's bytes in a named queue.
struct message_info {
  /// For deduplication and dead letters. Nil: this message is not deduplicated.
  uuid id{};
  /// Higher first, where the queue's priority is on.
  std::uint8_t priority = 128;
  /// Whom it is for.
  std::uint64_t actor = 0;
  /// When it was sent: the start of its age. Zero: it is being sent now. A message that is sent on
  /// with the time it had keeps its age.
  hybrid_time time{};
};

/// A message on its way to a receiver, but for its bytes.
struct arrival {
  message_info info{};
  std::size_t size = 0;  ///< Bytes of it.
  /// Set by a link that wants `pump` to be called once the lock is free: there is room now.
  bool pump = false;
};

/// The bridge's side of a queue.
///
/// A queue calls it from the threads that use the queue. It holds a shared pointer to its link
/// until `detach` or `close`; a link should hold its queue weakly, or be detached.
class queue_link {
 public:
  queue_link() = default;
  queue_link(queue_link const&) = delete;
  queue_link& operator=(queue_link const&) = delete;
  virtual ~queue_link();

  /// Offers the next message to the rings; true: taken. Called with the queue's lock held: must not
  /// call back into the queue, and must not block. The bytes are valid during the call. `info.time`
  /// is zero if the message went straight through, without standing in the queue.
  virtual bool take(message_info const& info, std::span<std::byte const> bytes) noexcept;

  /// Whether `take` is to be called at all; a link that only brings messages (a response queue's)
  /// says false and saves the calls. Read once, at `attach`.
  [[nodiscard]] virtual bool takes() const noexcept;

  /// Brings the next message that has arrived, and all of whose predecessors are in the queue, to a
  /// receiver that found the queue empty: its bytes into `room`, which has 1 KiB, the rest into
  /// `out`. False: there is none, or it cannot go this way; then `pump` moves it. Called with the
  /// queue's lock held: must not call back into the queue, and must not block.
  virtual bool bring(arrival& out, std::span<std::byte> room) noexcept;

  /// Whether `bring` is to be called at all: every message that comes fits the room. Read once, at
  /// `attach`; a queue with priorities does not call it, for what arrives has to be ordered first.
  [[nodiscard]] virtual bool brings() const noexcept;

  /// Whether `bring` or `pump` may find something to move: a hint, for waiting threads to poll
  /// without the lock.
  [[nodiscard]] virtual bool stirs() const noexcept;

  /// Moves what has arrived from the rings into queues, and what waits in queues into the rings
  /// (`drain_to_link`). Called by waiting threads without the lock; many may call it at once, and
  /// what it does must not wait. True if anything moved.
  virtual bool pump() noexcept;

  /// A waiter is about to sleep, or a message was left standing in the queue because the link did
  /// not take it: from now the link must pump by itself (its own thread) until the queue's
  /// `needs_pump` is false. Called without the lock, and after `needs_pump` became true.
  virtual void arm() noexcept;
};

}  // namespace gyre
