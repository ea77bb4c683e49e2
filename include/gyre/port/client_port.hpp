#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gyre/core/chrono.hpp>
#include <gyre/core/deadline.hpp>
#include <gyre/core/error.hpp>
#include <gyre/core/event.hpp>
#include <gyre/core/gate.hpp>
#include <gyre/core/hybrid_clock.hpp>
#include <gyre/core/writer_ref.hpp>
#include <gyre/engine/memory.hpp>
#include <gyre/port/host.hpp>
#include <gyre/ring/any_ring.hpp>

namespace gyre {

/// A client's end of a kernel: its own reply ring, and a table of what it has asked. Used by one
/// thread at a time.
///
/// An ask reserves, before it is sent, the slots that its reply may take; so a shard never waits
/// for a client, and a reply never finds its ring full. An ask whose deadline passed keeps its
/// reservation until the late reply has come, which is then counted and dropped: replies are
/// matched by a correlation id that is never used twice, so none reaches another ask. If the shard
/// has not begun to handle the message, it does not: it looks at what the port gave up.
class client_port {
 public:
  /// How the port's memory is sized, for a kernel's largest replies.
  struct sizes {
    ring_geometry replies{};
    std::uint64_t window = 0;
    std::uint64_t given_up_rows = 0;  ///< Where asks are marked that were given up.
    std::uint64_t bytes = 0;          ///< What the port allocates.

    /// What both sides see of it: the replies' slots, then the marks.
    [[nodiscard]] std::uint64_t shared_bytes() const noexcept {
      return replies.bytes() + given_up_rows * sizeof(std::uint64_t);
    }
  };
  [[nodiscard]] static sizes sizes_for(kernel_image const& image, std::uint64_t window,
                                       ring_format format) noexcept;

  /// `slots` is zeroed memory of `sizes.shared_bytes()`. `index` is the port's row in the kernel.
  /// `bell` outlives every shard: one may still ring when its reply has been taken.
  /// Where the slots have been another port's, `first` is the position that it came to.
  client_port(port_host& host, std::uint16_t index, event& bell, sizes const& s, memory_block slots,
              std::uint64_t first = 0);
  client_port(client_port const&) = delete;
  client_port& operator=(client_port const&) = delete;

  /// The reply ring's slots, and how far it has been read: for another port in this one's place,
  /// which is used no more. No reply may be expected.
  [[nodiscard]] memory_block give_up_slots(std::uint64_t& position) noexcept {
    position = replies_.position();
    return std::move(slots_);
  }

  /// A message to be sent, but for its bytes.
  struct outgoing {
    std::uint64_t actor = 0;
    message_entry const& entry;
    message_kind kind = message_kind::raw;
    std::size_t length = 0;  ///< Bytes of payload.
    bool wants_reply = false;
    std::uint8_t priority = 128;
    std::uint32_t expires = 0;  ///< core/expiry.hpp; an ask is then answered with `timed_out`.
    std::uint64_t spread = 0;   ///< To more than one actor, wanting no reply: a `reach_word`.
  };

  /// Sends a message; `fill(std::byte*)` writes its bytes. With `wants_reply` a ticket comes back,
  /// to be given to `wait`.
  ///
  /// If there was a wait, `timeout` is what is left of it.
  ///
  /// `too_large` with both sizes; `full` if the kernel's policy is not to wait; `timed_out` if no
  /// room came by `timeout`; `terminated`, `engine_failed` if the kernel ended; `no_memory`.
  /// Nothing was sent then.
  template <class Fill>
  [[nodiscard]] result<ticket> submit(outgoing const& out, std::chrono::nanoseconds& timeout,
                                      Fill&& fill) {
    sending const s = send(out, timeout, fill);
    if (!s.sent) [[unlikely]]
      return refusal();
    return s.in_flight;
  }

  /// What `send` gives: two registers.
  struct sending {
    ticket in_flight{};
    bool sent = false;  ///< If not, `refusal` has the reason.
  };
  /// As `submit`; but the error has to be asked for.
  template <class Fill>
  [[nodiscard, gnu::always_inline]] sending send(outgoing const& out,
                                                 std::chrono::nanoseconds& timeout, Fill&& fill) {
    ticket sent{};
    step const s = attempt(out, fill, sent);
    if (s == step::done) [[likely]]
      return {sent, true};
    return send_slowly(s, out, timeout, fill);
  }
  /// Why the last `send` or `wait` failed: once.
  [[nodiscard]] tl::unexpected<error> refusal();

  /// What became of an attempt to send.
  enum class step : std::uint8_t { done, shut, window_full, ring_full, too_large, no_memory };

  /// As `submit`, but one attempt, which never waits: says what stood in its way. `done`: `sent` is
  /// its ticket, if it wants a reply.
  template <class Fill>
  [[nodiscard, gnu::always_inline]] step attempt(outgoing const& out, Fill&& fill, ticket& sent) {
    if (!fits(out)) [[unlikely]]
      return step::too_large;
    std::uint64_t promised = 0;
    pending* p = nullptr;
    if (out.wants_reply) {
      promised = reply_slots(out.entry);
      if (reserved_slots_ + promised > ring_.geometry.slots) [[unlikely]]
        return step::window_full;
      p = next_free();
      if (p == nullptr) [[unlikely]]
        return step::window_full;
    }
    shard_view const& shard = host_.view.shards[home_of(out)];
    any_writer const inbox(host_.view.format, shard.inbox);
    // What may fail comes first: a slot that was reserved must be published.
    bool const whole = inbox.in_place(out.length);
    if (!whole && !has_scratch(out.length)) [[unlikely]]
      return step::no_memory;
    if (!visitor_.enter(host_.door)) [[unlikely]]
      return step::shut;
    std::uint64_t at = 0;
    if (!inbox.reserve(inbox.slots_for(out.length), at)) [[unlikely]] {
      visitor_.leave();
      return step::ring_full;
    }
    std::uint64_t correlation = out.spread;
    if (p != nullptr) {
      take_row(*p, promised);
      correlation = sent.correlation = p->correlation;
    }
    std::uint64_t const sent_before = sent_.load(std::memory_order_relaxed);
    put(inbox, at, whole, out, correlation, sent_before, fill);
    static_cast<event*>(shard.bell)->notify();
    visitor_.leave();
    sent_.store(sent_before + 1, std::memory_order_relaxed);
    return step::done;
  }

  /// The most that `attempt_all` takes at once.
  static constexpr std::size_t greatest_batch = 64;

  /// As `attempt` for each of `n` messages, but with one reservation in each shard's inbox, and one
  /// ring of its bell. Those to one shard are sent in their order, as many as there is room for:
  /// where `sent[i]` is 0, message i was not. `out_of(i)` gives an `outgoing`, each time the same;
  /// `fill(i, std::byte*)` writes the bytes; neither throws. Every message wants a reply. `done`:
  /// all were sent; else what stood in the way of one of them. In port/batch.hpp.
  template <class OutOf, class Fill>
  [[nodiscard]] step attempt_all(std::size_t n, OutOf&& out_of, Fill&& fill, ticket* sent);

  /// Hands the next reply that has come to `take(std::uint64_t correlation, message_view const&)`,
  /// whose ask is finished with when it returns; late ones on the way are counted and dropped.
  /// False: none is there. Not to be mixed with asks that are waited for by `wait`.
  template <class Take>
  bool take_next(Take&& take) {
    message_view reply;
    while (replies_.peek(reply)) {
      pending* const p = find(reply.head.correlation);
      if (p == nullptr || p->state != progress::waiting) {
        put_aside(reply);
        continue;
      }
      clock_.observe({reply.head.time});
      take(reply.head.correlation, reply);
      replies_.pop(reply);
      release(*p);
      return true;
    }
    return false;
  }

  /// Sleeps until a reply is there, the kernel has ended, or the deadline has passed.
  void sleep(deadline until) noexcept {
    sleep(until, [] { return false; });
  }
  /// The same, or until somebody rings the bell and `called()` is true.
  template <class Called>
  void sleep(deadline until, Called&& called) noexcept {
    bell_.park(naps(until), [&] { return called() || stirs(); });
  }
  /// As `sleep`, where no reply is expected: nothing but the bell ends it.
  template <class Called>
  void rest(Called&& called) noexcept {
    bell_.park(deadline(), [&] { return called() || stirs(); });
  }
  /// Whether the kernel has ended, and nothing more will come.
  [[nodiscard]] bool over() const noexcept {
    return host_.door.state() >= gate_state::ended && !replies_.ready();
  }
  /// Why, as an asker is told; and why a message was not sent.
  [[nodiscard]] error end_error() const;
  /// What its waiters get whose deadline has passed.
  [[nodiscard]] error late_error() const { return host_.no_reply(); }
  [[nodiscard]] error too_large(message_entry const& entry, std::size_t length) const;

  /// Waits for the reply to an ask and hands it to `take(message_view const&)`, which returns a
  /// `result`. The ticket is used up, whatever comes.
  ///
  /// `timed_out`: the reply, should it come, will be dropped. `terminated`, `engine_failed`: none
  /// will come. `invalid_argument`: the ticket is not in flight.
  template <class Take>
  [[nodiscard]] auto wait(ticket t, std::chrono::nanoseconds timeout, Take&& take)
      -> decltype(take(std::declval<message_view const&>())) {
    pending* const p = find(t.correlation);
    message_view reply;
    if (p == nullptr || p->state != progress::waiting || !replies_.peek(reply) ||
        reply.head.correlation != t.correlation) {
      if (!bring(p, timeout, reply)) [[unlikely]]
        return refusal();
    }
    auto out = take(reply);
    if (p->state == progress::arrived) [[unlikely]] {
      release_entry(*p);
      return out;
    }
    clock_.observe({reply.head.time});
    replies_.pop(reply);
    release(*p);
    return out;
  }

  /// Takes in what has arrived. Never waits. True if the ticket's reply is there.
  bool poll(ticket t);
  /// Gives up on an ask; its reply will be dropped.
  void abandon(ticket t);
  /// Gives up on every ask in flight: the port's holder lets go.
  void abandon_all();

  /// Asks in flight, abandoned ones included.
  [[nodiscard]] std::uint64_t in_flight() const noexcept { return in_flight_; }
  [[nodiscard]] std::uint64_t window() const noexcept { return sizes_.window; }
  /// Asks of usual replies that may be sent before one of them has come, at most.
  [[nodiscard]] std::uint64_t room() const noexcept {
    return in_flight_ < sizes_.window ? sizes_.window - in_flight_ : 0;
  }
  [[nodiscard]] std::uint16_t index() const noexcept { return index_; }
  /// Messages sent, and replies taken in: read by any thread.
  [[nodiscard]] std::uint64_t sent() const noexcept {
    return sent_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t received() const noexcept {
    return received_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t late() const noexcept {
    return late_.load(std::memory_order_relaxed);
  }

  /// What the kernel is given of this port.
  [[nodiscard]] port_view view() noexcept {
    return {ring_, &bell_, given_up_, sizes_.given_up_rows};
  }
  [[nodiscard]] gate::visitor const& visitor() const noexcept { return visitor_; }
  /// Wakes the port's thread, if it sleeps: the kernel has ended.
  void wake() noexcept { bell_.notify(); }
  /// What wakes it; outlives the port, and lives as long as the kernel.
  [[nodiscard]] event& bell() const noexcept { return bell_; }

 private:
  enum class progress : std::uint8_t { free, waiting, arrived, abandoned };

  struct pending {
    std::uint64_t correlation = 0;
    std::uint32_t slots = 0;
    progress state = progress::free;
  };
  /// A reply that came before it was waited for.
  struct kept_reply {
    envelope head{};
    std::vector<std::byte> bytes;
    bool lost = false;  ///< There was no memory for its bytes.
  };

  struct room_wait {
    std::chrono::nanoseconds timeout;
    deadline until;
    backoff pause;
    bool started;
  };

  /// Polls first for about a microsecond, and long enough not to sleep while a parked shard wakes.
  static constexpr backoff::limits spin{512, 256, 512};
  /// Messages between two looks at the wall clock, for the stamps of a burst.
  static constexpr std::uint64_t stamp_refresh = 16;
  /// And between two tellings of the time to a device.
  static constexpr std::uint64_t device_clock_refresh = 1024;

  /// The most that a reply may take: a failure travels in any reply's place.
  [[nodiscard]] static std::uint64_t reply_bytes(message_entry const& entry) noexcept {
    return entry.reply_greatest < sizeof(failure_reply) ? sizeof(failure_reply)
                                                        : entry.reply_greatest;
  }

  /// The slots that a reply may take.
  [[nodiscard]] std::uint64_t reply_slots(message_entry const& entry) const noexcept {
    std::uint64_t const bytes = reply_bytes(entry);
    return bytes <= usual_reply_
               ? 1
               : ring_geometry::slots_for(bytes,
                                          slot_payload(host_.view.format, ring_.geometry.stride));
  }

  /// Goes on with `send` where there was something in the way. The message is handed over by value:
  /// so the quick way keeps it in registers.
  template <class Fill>
  [[gnu::noinline, gnu::cold]] sending send_slowly(step s, outgoing out,
                                                   std::chrono::nanoseconds& timeout, Fill fill) {
    return send_again(s, out, timeout, writer_ref(fill));
  }
  sending send_again(step s, outgoing const& out, std::chrono::nanoseconds& timeout,
                     writer_ref fill) noexcept;
  bool bring_or_throw(pending* p, std::chrono::nanoseconds timeout, message_view& reply);

  /// The reply to an ask that is not next in the ring: waits for it, or finds it where it was kept.
  bool bring(pending* p, std::chrono::nanoseconds timeout, message_view& reply) noexcept;

  [[nodiscard]] std::size_t row_of(pending const& p) const noexcept {
    return static_cast<std::size_t>(&p - table_.data());
  }
  [[nodiscard]] pending* find(std::uint64_t correlation) noexcept {
    pending& p = table_[correlation & (sizes_.window - 1)];
    return p.state != progress::free && p.correlation == correlation ? &p : nullptr;
  }
  /// A free row for the next correlation, which moves on past rows that are taken.
  [[nodiscard]] pending* next_free() noexcept {
    pending& p = table_[next_correlation_ & (sizes_.window - 1)];
    if (p.state == progress::free) [[likely]]
      return &p;
    return skip_taken();
  }
  /// The reply has been taken from the ring: its slots are free, and the row.
  void release(pending& p) noexcept {
    release_slots(p);
    release_entry(p);
    received_.store(received_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void release_slots(pending& p) noexcept {
    reserved_slots_ -= p.slots;
    --in_flight_;
  }
  void release_entry(pending& p) noexcept { p.state = progress::free; }
  /// Whether a reply is there, or the kernel has ended.
  [[nodiscard]] bool stirs() const noexcept {
    return replies_.ready() || host_.door.state() >= gate_state::ended;
  }
  /// When to look again, for shards across a bus ring no bell.
  [[nodiscard]] deadline naps(deadline until) const noexcept {
    return host_.view.rings_bells() || until.left() < bus_nap ? until : deadline(bus_nap);
  }
  [[nodiscard]] static bool fits(outgoing const& out) noexcept {
    std::size_t const greatest =
        out.kind == message_kind::wire ? out.entry.wire_greatest : out.entry.greatest;
    return out.length <= greatest && out.length <= limits::greatest_payload;
  }
  [[nodiscard]] std::uint32_t home_of(outgoing const& out) const noexcept {
    return out.spread == 0 ? host_.view.home(out.actor) : shard_reached(out.spread);
  }
  /// The next correlation is this row's, until its reply has come.
  void take_row(pending& p, std::uint64_t promised) noexcept {
    p.correlation = next_correlation_++;
    p.slots = static_cast<std::uint32_t>(promised);
    p.state = progress::waiting;
    reserved_slots_ += promised;
    ++in_flight_;
  }
  /// Writes a message into its slots and publishes it: nothing here may fail, nor `fill`. `whole`:
  /// it lies in one slot; else there is scratch memory for it. `sent_before`: how many were sent
  /// before it.
  template <class Fill>
  [[gnu::always_inline]] void put(any_writer const& inbox, std::uint64_t at, bool whole,
                                  outgoing const& out, std::uint64_t correlation,
                                  std::uint64_t sent_before, Fill&& fill) noexcept {
    if (sent_before % stamp_refresh == 0) [[unlikely]]
      refresh_clocks(sent_before);
    envelope head;
    head.actor = out.actor;
    head.correlation = correlation;
    head.time = clock_.tick().word;
    head.type = out.entry.code;
    head.expires = out.expires;
    head.length = static_cast<std::uint32_t>(out.length);
    head.priority = out.priority;
    head.kind = out.kind;
    if (out.wants_reply) head.port = index_;
    if (whole) [[likely]] {
      inbox.write_in_place(at, head, fill);
    } else {
      put_in_pieces(inbox, at, head, fill);
    }
  }
  template <class Fill>
  [[gnu::noinline]] void put_in_pieces(any_writer inbox, std::uint64_t at, envelope head,
                                       Fill fill) noexcept {
    put_pieces(inbox, at, head, writer_ref(fill));
  }
  void put_pieces(any_writer inbox, std::uint64_t at, envelope const& head,
                  writer_ref fill) noexcept;
  /// Whether there is memory for a message that does not lie in one slot.
  [[nodiscard]] bool has_scratch(std::size_t length) noexcept {
    return scratch_.size() >= length || grow_scratch(length);
  }
  [[nodiscard]] bool grow_scratch(std::size_t length) noexcept;
  void give_up(pending& p) noexcept;
  void refresh_clocks(std::uint64_t sent) noexcept;

  [[nodiscard]] static bool was_spared(message_view const& reply) noexcept;
  void count_late(message_view const& reply) noexcept;
  void put_aside(message_view const& reply);
  [[nodiscard]] pending* skip_taken() noexcept;
  result<void> await(pending& p, std::chrono::nanoseconds timeout, message_view& reply);
  result<void> keep_waiting(pending& p, deadline until, backoff& pause);
  result<void> wait_for_room(step s, message_entry const& entry, std::size_t length,
                             room_wait& waiting);
  [[nodiscard]] tl::unexpected<error> ended(gate_state how) const;

  // Never changed.
  port_host& host_;
  sizes const sizes_;
  std::uint16_t const index_;
  std::uint64_t const usual_reply_;  ///< The most bytes of a reply that takes one slot.

  // Written by the port's thread.
  memory_block slots_;
  ring_words<> words_;
  ring_memory<> ring_{};
  platform::atomic<std::uint64_t>* given_up_ = nullptr;  // after the slots; read by shards
  std::vector<std::byte> gather_;
  any_reader replies_;
  std::vector<pending> table_;    // a power of two: the window
  std::vector<kept_reply> kept_;  // of the same rows
  std::vector<std::byte> scratch_;
  local_clock clock_{};
  error why_;  // of the last failure
  std::uint64_t next_correlation_ = 1;
  std::uint64_t reserved_slots_ = 0;
  std::uint64_t in_flight_ = 0;
  gate::visitor visitor_;

  // Written by the port's thread, read by any.
  alignas(cache_line) std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> late_{0};

  // Notified by shards.
  event& bell_;
};

}  // namespace gyre
