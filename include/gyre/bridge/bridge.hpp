#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <gyre/core/dead_letter.hpp>
#include <gyre/core/spin_lock.hpp>
#include <gyre/core/uuid.hpp>
#include <gyre/port/client_port.hpp>
#include <gyre/queue/named_queue.hpp>
#include <gyre/queue/queue_link.hpp>

namespace gyre {

class bridge_service;

/// Moves messages between a kernel's two named queues and its rings. No thread of its own stands in
/// the way: a sender hands its message on to the ring itself, a receiver takes replies of at most
/// 1 KiB from the ring itself. Only when nobody is awake to do it (a receiver sleeps, or the ring
/// was full) the runtime's `bridge_service` does.
///
/// Nothing is lost on the way: a message that the rings have no room for stays in its queue, in
/// order; a reply that the response queue has no room for stays in the ring, and then holds up the
/// requests. A failure (a rejection, an exception, unreadable bytes) is a dead letter with its
/// reason, for a queue carries values alone.
///
/// Thread-safe. The request side runs under the request queue's lock, the reply side under
/// `pump_lock_`; they meet in the rows of `in_flight_`, each written by one side at a time. Who
/// holds `pump_lock_` may wait for the response queue's lock; so `bring`, which is called with that
/// held, only tries.
/// *Memory ordering*: a row is handed over by its `correlation`: stored with release by the request
/// side before the message is published, and by the reply side when it is done with the row.
class bridge : public std::enable_shared_from_this<bridge> {
 public:
  /// What a bridge is made of.
  struct parts {
    port_host* host = nullptr;             ///< The kernel; outlives the bridge.
    message_entry const* entry = nullptr;  ///< The request's type.
    std::uint16_t port = 0;                ///< The bridge's row among the kernel's ports.
    std::uint64_t window = 0;              ///< Messages in the rings at once; a power of two.
    memory_block replies;                  ///< `bytes_needed` for the reply ring.
    std::shared_ptr<named_queue> requests;
    std::shared_ptr<named_queue> responses;
    std::shared_ptr<dead_letter_box> dead_letters;
    std::shared_ptr<bridge_service> service;
  };

  [[nodiscard]] static ring_geometry reply_geometry(message_entry const& entry,
                                                    std::uint64_t window,
                                                    ring_format format) noexcept;
  /// Bytes that a bridge allocates beside its reply ring.
  [[nodiscard]] static std::uint64_t bytes_beside(message_entry const& entry,
                                                  std::uint64_t window) noexcept;

  explicit bridge(parts p);
  bridge(bridge const&) = delete;
  bridge& operator=(bridge const&) = delete;

  /// Attaches both queues. Once, after the port's row is in place.
  [[nodiscard]] result<void> connect();
  /// Detaches them; no message moves afterwards.
  void disconnect() noexcept;

  /// Moves what can be moved now, both ways. Any thread; true if anything moved.
  bool pump() noexcept;
  /// Moves every reply that is left; what the response queue does not take becomes a dead letter.
  /// After the shards have stopped. Returns how many did.
  std::uint64_t finish() noexcept;
  /// Whether somebody sleeps or waits on the other side of it.
  [[nodiscard]] bool needs_pump() const noexcept {
    return requests_->needs_pump() || responses_->needs_pump();
  }
  /// Messages handed to the rings, and those of them not answered yet.
  [[nodiscard]] std::uint64_t sent() const noexcept {
    return sent_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t answered() const noexcept {
    return answered_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] port_view view() noexcept;
  [[nodiscard]] gate::visitor const& visitor() const noexcept { return visitor_; }
  [[nodiscard]] std::shared_ptr<named_queue> const& requests() const noexcept { return requests_; }
  [[nodiscard]] std::shared_ptr<named_queue> const& responses() const noexcept {
    return responses_;
  }

 private:
  class request_link;
  class response_link;

  /// A message in the rings. `correlation` 0: the row is free.
  struct row {
    std::atomic<std::uint64_t> correlation{0};
    uuid id{};
    std::uint64_t actor = 0;
  };

  bool take(message_info const& info, std::span<std::byte const> bytes) noexcept;
  bool bring(arrival& out, std::span<std::byte> room) noexcept;
  [[nodiscard]] bool brings() const noexcept;
  [[nodiscard]] bool stirs() const noexcept;
  [[nodiscard]] bool arrived() const noexcept;
  bool pump_replies() noexcept;
  [[nodiscard]] row& row_of(message_view const& reply) noexcept {
    return in_flight_[reply.head.correlation & (in_flight_.size() - 1)];
  }
  /// With `pump_lock_` held. The position goes first: whoever sees this slot written again would
  /// look for the next message in vain.
  void finish_with(message_view const& reply, row& sent) noexcept {
    read_.store(replies_.position() + reply.slots, std::memory_order_relaxed);
    replies_.pop(reply);
    sent.correlation.store(0, std::memory_order_release);
    answered_.store(answered_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  bool deliver(message_view const& reply, row const& sent) noexcept;
  void bury(message_view const& reply, row const& sent) noexcept;
  void arm() noexcept;

  // Never changed.
  port_host& host_;
  message_entry const& entry_;
  std::uint16_t const port_;
  std::shared_ptr<named_queue> const requests_;
  std::shared_ptr<named_queue> const responses_;
  std::shared_ptr<dead_letter_box> const dead_letters_;
  std::shared_ptr<bridge_service> const service_;
  memory_block const slots_;
  ring_memory<> ring_{};

  // Written by the request side, under the request queue's lock.
  alignas(cache_line) std::uint64_t next_ = 1;
  local_clock clock_{};
  gate::visitor visitor_;
  std::atomic<std::uint64_t> sent_{0};

  // Written by the reply side, under `pump_lock_`.
  alignas(cache_line) spin_lock pump_lock_;
  any_reader replies_;
  std::vector<std::byte> gather_;
  std::vector<std::byte> encoded_;
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::uint64_t> read_{0};  ///< The reader's position, for whoever polls.

  // Rows go from side to side.
  std::vector<row> in_flight_;

  // Written by shards.
  ring_words<> words_;
};

}  // namespace gyre
