#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

#include <gyre/core/chrono.hpp>
#include <gyre/core/dead_letter.hpp>
#include <gyre/core/deadline.hpp>
#include <gyre/core/error.hpp>
#include <gyre/core/options.hpp>
#include <gyre/core/spin_lock.hpp>
#include <gyre/core/type_name.hpp>
#include <gyre/queue/deduplication_window.hpp>
#include <gyre/queue/detail/dropped_messages.hpp>
#include <gyre/queue/detail/message_buffers.hpp>
#include <gyre/queue/detail/patience.hpp>
#include <gyre/queue/message_clock.hpp>
#include <gyre/queue/message_store.hpp>
#include <gyre/queue/priority_lists.hpp>
#include <gyre/queue/queue_link.hpp>
#include <gyre/queue/wait_list.hpp>

namespace gyre {

/// A bounded host-side queue with a name, of encoded messages: deduplication, priority, time to
/// live, an overflow policy. `queue<T>` is its typed handle.
///
/// Order is first in, first out, within a priority where priorities are on. Every message that a
/// send accepted is received, taken by the link, or counted as dropped with its reason and put into
/// the dead-letter box; a message whose send failed is not remembered as seen.
///
/// With a link attached, a send into an empty queue offers the message to the link at once; what
/// the link does not take stands in the queue and is offered again, in order, before anything
/// newer. A receive from an empty queue asks the link at once for what has arrived, and what it
/// brings never stands in the queue: it counts as sent and received, and its time is zero.
///
/// Thread-safe. Who may write: everything below `lock_` is written with it held. `depth_` and
/// `sleepers_` are written so too, but read without it, as hints. Sections under the lock are
/// short: they copy at most 1 KiB (larger messages are copied outside) and allocate nothing. A
/// thread that waits spins, calling the link's `pump` where that stirs, then sleeps; a wake-up
/// costs a system call only where somebody sleeps.
///
/// *Memory ordering*: what a thread did before a send is visible to the thread whose receive
/// returned the message, and to the link's `take`: both happen under the same lock. What a link's
/// `bring` has seen is visible to the receiver.
class named_queue {
 public:
  struct description {
    std::string name;
    std::string message_type;
    type_id type = 0;
    std::string owner;  ///< The kernel's id; empty: the user's.
  };

  struct statistics {
    std::uint64_t depth = 0;       ///< Messages standing in the queue.
    std::uint64_t capacity = 0;    ///< Messages that it holds.
    std::uint64_t peak_depth = 0;  ///< The greatest depth so far.
    std::uint64_t sent = 0;        ///< Accepted: = received + forwarded + dropped later + depth.
    std::uint64_t received = 0;    ///< Handed to receivers, malformed ones too.
    std::uint64_t forwarded = 0;   ///< Taken by the link.
    std::uint64_t duplicates = 0;  ///< Refused as seen before.
    std::uint64_t refused = 0;     ///< Told `full`, `timed_out`, `cancelled` or `too_large`.
    /// Dropped, by reason. `drop_newest`, and `expired` on arrival, were not accepted; the sender
    /// was told `dropped`.
    drop_counts dropped{};
    std::uint64_t sleepers = 0;      ///< Threads that sleep on the queue.
    std::uint64_t memory_bytes = 0;  ///< Allocated now.
  };

  /// Makes a queue for messages of at most `max_bytes`, or of `limits::greatest_payload` where that
  /// is less. `invalid_option`, `invalid_argument` (the name) or `no_memory`, nothing left behind.
  /// Without a dead-letter box, drops are counted here alone.
  [[nodiscard]] static result<std::shared_ptr<named_queue>> create(
      description about, queue_options const& options, std::size_t max_bytes,
      std::shared_ptr<dead_letter_box> dead_letters);

  /// Bytes that such a queue allocates at once, without making it; saturates. Messages with a bound
  /// over 1 KiB, or none, take buffers of their real size beside it as they come.
  [[nodiscard]] static std::uint64_t memory_needed(queue_options const& options,
                                                   std::size_t max_bytes) noexcept;

  named_queue(named_queue const&) = delete;
  named_queue& operator=(named_queue const&) = delete;
  /// Closes it.
  ~named_queue();

  /// Enqueues a message, or hands it to the link.
  ///
  /// `too_large` with both sizes, at once. `duplicate`: the id is in the window (a nil id is never
  /// looked up, nor remembered). `full` by policy reject. `dropped`: by policy drop_newest, or the
  /// message came with a time older than the time to live. By policy block it waits for room until
  /// the deadline (`timed_out`, also at once if that has passed) or until the token is signalled
  /// (`cancelled`); while there is room neither is looked at. `terminated`: the queue is closed.
  /// `no_memory`: no buffer for a large message.
  result<void> send(message_info const& info, std::span<std::byte const> bytes, deadline until,
                    std::stop_token stop = {}) {
    return send_within(info, bytes, detail::patience(until), stop);
  }
  /// The same with a timeout, for which the clock is read only if there is a wait.
  result<void> send(message_info const& info, std::span<std::byte const> bytes,
                    std::chrono::nanoseconds timeout, std::stop_token stop = {}) {
    return send_within(info, bytes, detail::patience(timeout), stop);
  }
  /// The same, waiting as long as the option `block_timeout` says.
  result<void> send(message_info const& info, std::span<std::byte const> bytes) {
    return send_within(info, bytes, detail::patience(options_.block_timeout.value_or(forever)), {});
  }

  /// Counts and words the refusal of a message of `bytes` bytes, over `max_bytes()`, for a sender
  /// that need not encode it to know: `too_large`.
  [[nodiscard]] tl::unexpected<error> refuse_size(std::size_t bytes);

  /// Takes the next message and calls `consume(std::span<std::byte const>)` once with its bytes,
  /// on the caller's thread, without the lock. If `consume` returns a bool, false says that the
  /// bytes are not a message: it is counted as malformed, and the error is `malformed`.
  ///
  /// Waits for a message until the deadline (`timed_out`; one that has passed does not wait, but
  /// pumps the link once) or until the token is signalled (`cancelled`). `terminated`: closed.
  template <std::invocable<std::span<std::byte const>> Consume>
  result<message_info> receive(Consume&& consume, deadline until, std::stop_token stop = {}) {
    return receive_within(consume, detail::patience(until), stop);
  }
  /// The same with a timeout; zero or less does not wait.
  template <std::invocable<std::span<std::byte const>> Consume>
  result<message_info> receive(Consume&& consume, std::chrono::nanoseconds timeout = forever,
                               std::stop_token stop = {}) {
    return receive_within(consume, detail::patience(timeout), stop);
  }

  /// Offers what stands in the queue to the link until that is empty or the link refuses. Returns
  /// how many it took. For the link's `pump`, not for its `take`.
  std::size_t drain_to_link() noexcept;

  /// Sets the link, in place of another, and offers it what stands in the queue. `terminated` if
  /// the queue is closed.
  result<void> attach(std::shared_ptr<queue_link> link);
  /// From its return on, `take` is not called any more; a waiting thread may still be in `pump`.
  void detach();

  /// Whether a thread sleeps here, or messages stand here that a taking link has refused: the time
  /// for the link's own thread to pump. After it became true, `arm` is called.
  [[nodiscard]] bool needs_pump() const noexcept {
    return sleepers_.load(std::memory_order_acquire) != 0 ||
           (link_takes_.load(std::memory_order_acquire) && depth() != 0);
  }

  /// Takes no more: sends get `terminated` from now on, what stands here is still handed out.
  void seal() noexcept;

  /// Ends the queue: waiters and later callers get `terminated`, what is left becomes dead letters
  /// of that reason. Returns how many. Idempotent.
  std::uint64_t close() noexcept;

  [[nodiscard]] statistics stats() const noexcept;
  /// Messages standing in the queue: a moment's value.
  [[nodiscard]] std::uint64_t depth() const noexcept {
    return depth_.load(std::memory_order_relaxed);
  }
  /// Whether a send that does not wait would be refused for want of room: a moment's value, without
  /// the lock.
  [[nodiscard]] bool refuses() const noexcept {
    return depth() == capacity_ && time_to_live_ == 0 &&
           (options_.overflow == overflow_policy::block ||
            options_.overflow == overflow_policy::reject);
  }
  /// Messages that it holds: the option, rounded up to a power of two. All of them are usable.
  [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }
  /// The largest message in bytes.
  [[nodiscard]] std::size_t max_bytes() const noexcept { return max_bytes_; }
  [[nodiscard]] description const& about() const noexcept { return about_; }
  [[nodiscard]] queue_options const& options() const noexcept { return options_; }

 private:
  enum class outcome : std::uint8_t {
    done,
    empty,
    full,
    duplicate,
    dropped,
    expired,
    too_large,
    closed,
    no_buffer,  // one has to be staged outside the lock
    no_memory,
    timed_out,
    cancelled,
  };
  struct wake_ups;

  named_queue(description about, queue_options const& options, std::size_t max_bytes,
              std::shared_ptr<dead_letter_box> dead_letters);

  result<void> send_within(message_info const& info, std::span<std::byte const> bytes,
                           detail::patience patience, std::stop_token const& stop) {
    outcome const o = try_send(info, bytes, nullptr);
    if (o == outcome::done) [[likely]]
      return {};
    return finish_send(o, info, bytes, patience, stop);
  }

  template <class Consume>
  result<message_info> receive_within(Consume& consume, detail::patience patience,
                                      std::stop_token const& stop) {
    detail::taken_message taken;
    if (outcome const o = try_receive(taken); o != outcome::done) {
      if (auto r = finish_receive(o, taken, patience, stop); !r) {
        return tl::unexpected<error>(std::move(r.error()));
      }
    }
    struct giving_back {
      named_queue& queue;
      detail::taken_message& taken;
      ~giving_back() {
        if (taken.held.data != nullptr) queue.return_buffer(taken.held);
      }
    } const guard{*this, taken};
    using answer = std::invoke_result_t<Consume&, std::span<std::byte const>>;
    if constexpr (std::same_as<answer, bool>) {
      if (!std::invoke(consume, taken.bytes())) return malformed(taken);
    } else {
      std::invoke(consume, taken.bytes());
    }
    return taken.info;
  }

  // One attempt under the lock, without waiting.
  outcome try_send(message_info const& info, std::span<std::byte const> bytes,
                   detail::staged_buffer* staged) noexcept;
  outcome try_receive(detail::taken_message& out) noexcept;

  // What the attempts are made of; with the lock held.
  outcome admit(message_info const& info, std::span<std::byte const> bytes,
                detail::staged_buffer* staged, detail::dropped_messages& dropped, bool& offer_more,
                bool& left_standing) noexcept;
  outcome make_room(message_info const& info, std::size_t bytes,
                    detail::dropped_messages& dropped) noexcept;
  outcome place(std::span<std::byte const> bytes, detail::staged_buffer* staged,
                buffer_pool::buffer& out) noexcept;
  bool bring_from_link(detail::taken_message& out) noexcept;
  bool seen_before(uuid const& id) noexcept;
  bool offer_to_link(std::size_t& taken, detail::dropped_messages& dropped) noexcept;
  bool expired(message_node const& node, std::int64_t now) const noexcept {
    return now - node.born >= time_to_live_;
  }
  void take_out(message_node& node, detail::taken_message& out) noexcept;
  void discard(message_node& node, drop_reason reason, detail::dropped_messages& dropped) noexcept;
  void release(message_node& node) noexcept;
  void set_depth(std::uint64_t depth) noexcept { depth_.store(depth, std::memory_order_relaxed); }
  void choose_wake_ups(wake_ups& out) noexcept;

  // The slow paths: staging, waiting, telling why not.
  result<void> finish_send(outcome o, message_info const& info, std::span<std::byte const> bytes,
                           detail::patience patience, std::stop_token const& stop);
  result<void> finish_receive(outcome o, detail::taken_message& out, detail::patience patience,
                              std::stop_token const& stop);
  template <class Attempt>
  outcome wait(wait_list& list, outcome missing, deadline until, std::stop_token const& stop,
               Attempt&& attempt);
  bool sleep(wait_list& list, bool again, deadline until, std::stop_token const& stop);
  [[nodiscard]] std::uint64_t things_for(wait_list const& list) const noexcept {
    return &list == &receivers_ ? depth() : capacity_ - depth();
  }
  [[nodiscard]] deadline until_expiry(deadline until) const noexcept;
  [[nodiscard]] bool stage(detail::staged_buffer& staged,
                           std::span<std::byte const> bytes) noexcept;
  void return_buffer(buffer_pool::buffer used) noexcept;
  tl::unexpected<error> malformed(detail::taken_message const& taken);
  void bury(detail::dropped_messages& dropped) noexcept;
  [[nodiscard]] std::shared_ptr<queue_link> link() const noexcept;
  tl::unexpected<error> not_sent(outcome o, message_info const& info, std::size_t bytes);
  tl::unexpected<error> not_received(outcome o);

  // Never changed.
  description const about_;
  queue_options const options_;
  std::uint64_t const capacity_;
  std::size_t const max_bytes_;
  std::int64_t const time_to_live_;  // nanoseconds; 0: none
  std::shared_ptr<dead_letter_box> const dead_letters_;

  alignas(cache_line) mutable spin_lock lock_;
  // Written with the lock held, read without it.
  std::atomic<bool> closed_{false};
  std::atomic<bool> sealed_{false};  ///< Closed for senders.
  std::atomic<bool> link_takes_{false};
  std::atomic<std::uint32_t> sleepers_{0};
  std::atomic<std::uint64_t> depth_{0};
  // Written and read with the lock held.
  std::shared_ptr<queue_link> link_;
  bool link_brings_ = false;
  priority_lists<message_node> lists_;
  message_store store_;
  message_clock clock_;
  deduplication_window window_;
  wait_list senders_;
  wait_list receivers_;
  statistics counts_;
};

}  // namespace gyre
