#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/core/expiry.hpp>
#include <gyre/core/writer_ref.hpp>
#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/directory.hpp>
#include <gyre/kernel/opened.hpp>
#include <gyre/kernel/topics.hpp>
#include <gyre/kernel/view.hpp>

namespace gyre {

/// Brings messages to their handlers, on a shard that is one thread: all of it that is the same for
/// every actor type, so that it is compiled once. `delivery` is the rest. One for each shard; used
/// by its loop alone. `Env` is the loop's.
template <class Env>
class shard_delivery {
 public:
  /// An actor type: what has to be known of it, and what is compiled for it.
  struct actor_calls {
    std::size_t state_bytes;
    std::size_t address_bytes;
    bool keyed;
    /// Finds the message's handler and runs it; `whose`, if it is one of many.
    void (*dispatch)(shard_delivery& by, message_view const& message,
                     full_key const* whose) noexcept;
    /// Of keyed actors: handles what is for their home. False: it is not.
    bool (*dispatch_home)(shard_delivery& by, envelope const& head,
                          opened_message const& opened) noexcept;
    /// Of keyed actors: puts those to rest that have been idle for long enough, of a few.
    void (*sweep)(shard_delivery& by) noexcept;
  };

  /// `home`: a `keyed_home`, and `table` its directory; null for others.
  shard_delivery(kernel_view const& kernel, std::uint32_t shard, Env& env, actor_calls const& actor,
                 void* home, directory* table) noexcept
      : kernel_(kernel),
        shard_(kernel.shards[shard]),
        env_(env),
        dispatch_(actor.dispatch),
        actor_(actor),
        home_(home),
        table_(table),
        telemetry_(shard_.telemetry),
        index_(shard),
        whole_power_(std::has_single_bit(kernel.shard_count)),
        log2_shards_(static_cast<std::uint8_t>(std::countr_zero(kernel.shard_count))) {}

  telemetry_writer& telemetry() noexcept { return telemetry_; }
  local_clock& clock() noexcept { return clock_; }

  /// Whether failures are noted in the telemetry block.
  void note_failures(bool on) noexcept { noted_ = on; }
  /// The time, in nanoseconds, as of now.
  void now(std::uint64_t ns) noexcept {
    now_ = ns;
    now_us_ = expiry_clock(ns);
  }

  /// Hands a message to its handler, unless nobody wants that any more.
  void operator()(message_view const& message) noexcept {
    envelope const& head = message.head;
    if (has_expired(head.expires, now_us_)) [[unlikely]] {
      give_up(message, errc::timed_out, drop_reason::expired);
    } else if (given_up(head)) [[unlikely]] {
      give_up(message, errc::cancelled, drop_reason::cancelled);
    } else if (reach_of(head) != reach::one) [[unlikely]] {
      spread(message);
    } else {
      dispatch_(*this, message, nullptr);
    }
  }

  /// Whether it pays to `expect` messages: not where all states fit into the nearest cache.
  [[nodiscard]] bool expects() const noexcept {
    return actor_.keyed || shard_.actor_count * actor_.state_bytes > near_bytes;
  }
  /// A message to this actor probably comes soon: has the memory that it begins with brought near.
  void expect(std::uint64_t actor) noexcept {
    if (actor_.keyed) {
      if (actor_.address_bytes == 0) table_->expect({actor, 0});
    } else if (std::uint64_t const place = place_of(actor); place < shard_.actor_count) {
      platform::prefetch_write(state_at(place));
    }
  }
  /// Comes sooner: what is found by what `expect` has brought.
  void expect_soon(std::uint64_t actor) noexcept {
    std::uint32_t const row = table_->expect_row({actor, 0});
    if (row != directory::none) {
      platform::prefetch_write(state_at(shard_.directories->first + row));
    }
  }
  [[nodiscard]] bool found_in_steps() const noexcept {
    return actor_.keyed && actor_.address_bytes == 0;
  }

  /// Puts keyed actors to rest that have been idle for long enough: looks at a few.
  void sweep() noexcept {
    if (actor_.keyed && kernel_.rest.after != 0) actor_.sweep(*this);
  }

  /// The way to one asker (kernel/answer.hpp).
  struct asker {
    shard_delivery& by;
    envelope const& head;
    return_address const* back;

    [[nodiscard]] bool asked() const noexcept {
      return head.port < by.kernel_.port_count || back != nullptr;
    }
    template <class Fill>
    void send(message_kind kind, type_code type, std::size_t length, Fill&& fill) noexcept {
      if (back != nullptr) [[unlikely]]
        return send_to_actor(writer_ref(fill));
      by.env_.reply(by.kernel_, head, kind, type, length, by.clock_.tick().word, fill);
    }
    void send_to_actor(writer_ref fill) noexcept;
    void send_failure(type_code type, failure_reply const& why) noexcept;
    void refused() noexcept { detail::bump(by.shard_.words->refused, 1); }
    void note(errc code) noexcept {
      if (by.noted_) by.telemetry_.note_error(static_cast<std::uint32_t>(code), head.type);
    }
    void bury(drop_reason reason) noexcept {
      detail::bump(by.shard_.words->dropped[static_cast<std::size_t>(reason)], 1);
      by.env_.bury(reason, head);
    }
  };

 private:
  template <class Actor, class AnyEnv>
  friend struct delivery;

  /// States that altogether take no more stay in a core's nearest cache by themselves.
  static constexpr std::uint64_t near_bytes = 16U << 10;

  [[nodiscard]] std::byte* state_at(std::uint64_t place) const noexcept {
    return static_cast<std::byte*>(shard_.actors) + place * actor_.state_bytes;
  }

  /// Whether its asker has said that it no longer waits.
  [[nodiscard]] bool given_up(envelope const& head) const noexcept {
    return head.port < kernel_.port_count && kernel_.ports[head.port].cancelled(head.correlation);
  }

  /// An actor's place among this shard's. Dividing takes as long as handling a small message: where
  /// the number of shards is a power of two, its bits are shifted out.
  [[nodiscard]] std::uint64_t place_of(std::uint64_t actor) const noexcept {
    if (whole_power_) [[likely]]
      return actor >> log2_shards_;
    return actor / kernel_.shard_count;
  }

  /// Counts a message that is not handled, and frees its asker's place.
  void give_up(message_view const& message, errc code, drop_reason reason) noexcept;
  /// A message to more than one of this shard's actors: each has it as if it were for it alone.
  void spread(message_view const& message) noexcept;
  template <class F>
  void for_all(F&& f) noexcept;

  /// Handles what is for the actor's home, not for the actor; unknown types are answered or buried.
  /// `opened` by value, here and where else the quick way ends: so that keeps it in registers.
  void dispatch_own(envelope const& head, opened_message opened) noexcept;
  /// The host has an actor subscribe to a topic, or give it up.
  void subscribe(envelope const& head, opened_message const& opened) noexcept;
  void fail(envelope const& head, opened_message opened, errc code, drop_reason reason) noexcept;

  void count_live() noexcept {
    shard_.words->live.store(table_->live(), platform::memory_order_relaxed);
  }

  kernel_view const& kernel_;
  shard_view const& shard_;
  Env& env_;
  void (*const dispatch_)(shard_delivery&, message_view const&, full_key const*) noexcept;
  actor_calls const& actor_;
  void* const home_;
  directory* const table_;
  telemetry_writer telemetry_;
  local_clock clock_{};
  std::uint64_t now_ = 0;
  std::uint32_t now_us_ = 0;
  std::uint32_t const index_;
  bool const whole_power_;  ///< Of two: the number of shards; then
  std::uint8_t const log2_shards_;
  bool noted_ = true;
};

template <class Env>
void shard_delivery<Env>::asker::send_to_actor(writer_ref fill) noexcept {
  detail::answer_actor(by.kernel_, by.env_, *back, by.clock_.tick().word, answer_head{back->tag},
                       fill);
}

template <class Env>
void shard_delivery<Env>::asker::send_failure(type_code type, failure_reply const& why) noexcept {
  std::uint64_t const time = by.clock_.tick().word;
  if (back != nullptr) return detail::refuse_actor(by.kernel_, by.env_, *back, time, why);
  by.env_.reply(by.kernel_, head, message_kind::failure, type, sizeof why, time,
                [&](std::byte* out) { std::memcpy(out, &why, sizeof why); });
}

template <class Env>
void shard_delivery<Env>::give_up(message_view const& message, errc code,
                                  drop_reason reason) noexcept {
  envelope const& head = message.head;
  asker to{*this, head, open_message(message, actor_.address_bytes).back};
  to.bury(reason);
  if (to.asked()) detail::answer_failure(to, head, code, reason);
}

template <class Env>
void shard_delivery<Env>::spread(message_view const& message) noexcept {
  envelope const& head = message.head;
  message_view one = message;
  one.head.correlation = 0;
  auto const hand_to = [&](full_key const& key) {
    one.head.actor = key.word;
    dispatch_(*this, one, &key);
  };
  if (reach_of(head) == reach::all) return for_all(hand_to);
  topics subscribers(shard_.topics[0]);
  topic const to{head.actor};
  for (std::uint32_t at = subscribers.begin(to); at != topics::none;
       at = subscribers.next(at, to)) {
    hand_to(subscribers.who(at));
  }
  subscribers.end();
}

template <class Env>
template <class F>
void shard_delivery<Env>::for_all(F&& f) noexcept {
  if (actor_.keyed) {
    for (std::uint32_t row = 0; row < table_->rows_ever(); ++row) {
      if (table_->row(row).next == directory::taken) f(full_key(table_->row(row).key));
    }
  } else {
    for (std::uint64_t place = 0; place < shard_.actor_count; ++place) {
      f(full_key{place * kernel_.shard_count + index_, 0});
    }
  }
}

template <class Env>
void shard_delivery<Env>::dispatch_own(envelope const& head, opened_message opened) noexcept {
  if (head.type == detail::subscribe_code || head.type == detail::unsubscribe_code) {
    return subscribe(head, opened);
  }
  if (actor_.keyed && actor_.dispatch_home(*this, head, opened)) return;
  fail(head, opened, errc::unknown_message, drop_reason::unknown_message);
}

template <class Env>
void shard_delivery<Env>::subscribe(envelope const& head, opened_message const& opened) noexcept {
  detail::topic_change change;
  if (opened.length != sizeof change) {
    return fail(head, opened, errc::malformed, drop_reason::malformed);
  }
  std::memcpy(&change, opened.body, sizeof change);
  if (!actor_.keyed && head.actor >= kernel_.actors) {
    return fail(head, opened, errc::no_such_actor, drop_reason::no_such_actor);
  }
  topics table(shard_.topics[0]);
  bool const wants = head.type == detail::subscribe_code;
  bool const done = wants ? table.subscribe({change.topic}, opened.key)
                          : table.unsubscribe({change.topic}, opened.key);
  asker to{*this, head, opened.back};
  if (done) return detail::answer_nothing(to);
  fail(head, opened, wants ? errc::no_memory : errc::not_found, drop_reason::rejected);
}

template <class Env>
void shard_delivery<Env>::fail(envelope const& head, opened_message opened, errc code,
                               drop_reason reason) noexcept {
  asker to{*this, head, opened.back};
  detail::answer_failure(to, head, code, reason);
}

}  // namespace gyre
