#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/core/expiry.hpp>
#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/block/environment.hpp>
#include <gyre/kernel/block/letters.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/keyed_home.hpp>
#include <gyre/kernel/opened.hpp>

namespace gyre::block {

/// The part of a worker (worker.hpp) that opens lanes' messages and answers them; what their
/// handlers are is the others'.
///
/// Every lane calls every member. Members marked so are a lane's own; the others are the same in
/// all lanes.
template <class Actor, class Warp>
class letter_worker {
 protected:
  GYRE_FN letter_worker(Warp& warp, shared_block& shared, blocks_view const& blocks,
                        std::uint32_t shard, std::uint32_t index) noexcept
      : warp_(warp),
        shared_(shared),
        blocks_(blocks),
        shard_(blocks.kernel.shards[shard]),
        index_(index),
        shard_index_(shard),
        row_(blocks.blocks[shard].rows +
             (std::uint64_t{index} * Warp::lanes + warp.lane()) * rows_per_lane * blocks.row_bytes),
        environment_(warp, shared, blocks, shard, row_ + blocks.row_bytes, index) {}

  // Beyond the places in the actor's list: what else a message may want.
  static constexpr std::uint32_t wakes = Actor::handles::size + 1;
  static constexpr std::uint32_t rests = Actor::handles::size + 2;
  static constexpr std::uint32_t subscribes = Actor::handles::size + 3;
  static constexpr std::uint32_t unsubscribes = Actor::handles::size + 4;

  /// A lane's message, and its answer on the way out.
  struct letter {
    envelope head{};
    opened_message opened{};
    std::uint32_t line = 0;     ///< Of the stage, where it is counted as done.
    std::uint32_t handler = 0;  ///< Its place in the actor's list; beyond it: `wakes`, `rests`.
    std::uint32_t place = 0;    ///< Its actor's, among the shard's states, or its home's if keyed.
    std::uint64_t time = 0;
    // The answer, in the lane's row.
    bool answered = false;
    bool tells_asker = false;  ///< It is a message to the actor that asked.
    std::uint64_t length = 0;
  };

  template <class Word>
  [[nodiscard]] GYRE_FN auto uniform(Word const& word) noexcept {
    return block::uniform(warp_, word);
  }
  [[nodiscard]] GYRE_FN std::uint32_t count_of(bool vote) noexcept {
    return platform::count_bits(warp_.ballot(vote));
  }

  /// This lane's own.
  GYRE_FN void open(std::uint16_t entry, source from, letter& l) noexcept {
    l.line = entry & (work_queue::in_scratch - 1U);
    std::byte const* bytes = shared_.stages[from].lines + l.line * line_payload;
    if ((entry & work_queue::in_scratch) != 0) {
      bytes = from == from_host ? shard_.scratch : blocks_.blocks[shard_index_].tell_scratch;
    }
    std::memcpy(&l.head, bytes, sizeof l.head);
    l.opened = open_message<Actor>(message_view{l.head, bytes + sizeof l.head, 1});
    l.handler = handler_of(l.head.type, static_cast<typename Actor::handles*>(nullptr));
    platform::raise(shared_.clock, l.head.time);
    l.time = tick(shared_);
  }

  /// The leader's message, in all lanes; but for its place.
  [[nodiscard]] GYRE_FN letter letter_of(std::uint32_t leader, letter const& l) noexcept {
    letter common;
    std::uint32_t const prefix = static_cast<std::uint32_t>(l.head.length - l.opened.length);
    auto const* const payload = reinterpret_cast<std::byte const*>(
        warp_.shuffle(reinterpret_cast<std::uintptr_t>(l.opened.body) - prefix, leader));
    std::memcpy(&common.head, payload - sizeof(envelope), sizeof(envelope));
    common.opened = open_message<Actor>(message_view{common.head, payload, 1});
    common.handler = warp_.shuffle(l.handler, leader);
    common.time = warp_.shuffle(l.time, leader);
    return common;
  }

  /// This lane's own. Refuses a message that nobody wants to be handled any more: its time has
  /// passed, or its asker has given it up, which is looked up across the bus for a while after any
  /// has.
  GYRE_FN bool give_up(letter& l) noexcept {
    std::uint64_t const ahead = shared_.host_ahead.load(platform::memory_order_relaxed);
    bool const late =
        ahead != 0 &&
        has_expired(l.head.expires, expiry_clock(now_ns_) + static_cast<std::uint32_t>(ahead));
    bool const looks = now_ns_ < shared_.look_until.load(platform::memory_order_acquire);
    asker to{*this, l};
    if (!late && !(to.by_host() && looks &&
                   blocks_.kernel.ports[l.head.port].cancelled(l.head.correlation))) {
      return false;
    }
    drop_reason const reason = late ? drop_reason::expired : drop_reason::cancelled;
    to.bury(reason);
    if (to.asked()) {
      gyre::detail::answer_failure(to, l.head, late ? errc::timed_out : errc::cancelled, reason);
    }
    return true;
  }

  /// This lane's own. The host has an actor subscribe to a topic, or give it up.
  GYRE_FN void subscribe(letter& l) noexcept {
    gyre::detail::topic_change change;
    if (l.opened.length != sizeof change) return fail(l, errc::malformed, drop_reason::malformed);
    std::memcpy(&change, l.opened.body, sizeof change);
    topics table(shard_.topics[index_]);
    bool const wants = l.handler == subscribes;
    bool const done = wants ? table.subscribe({change.topic}, l.opened.key)
                            : table.unsubscribe({change.topic}, l.opened.key);
    asker to{*this, l};
    if (done) return gyre::detail::answer_nothing(to);
    fail(l, wants ? errc::no_memory : errc::not_found, drop_reason::rejected);
  }

  /// This lane's own. Sends the answer in its row to the actor that asked.
  GYRE_FN void tell_asker(letter const& l) noexcept {
    return_address const& back = *l.opened.back;
    envelope head;
    head.actor = back.actor;
    head.time = tick(shared_);
    head.type = back.answer_code;
    head.length = static_cast<std::uint32_t>(l.length);
    gyre::detail::post_answer(blocks_.kernel, environment_, back, head, [&](std::byte* out) {
      std::memcpy(out, row_ + sizeof head, l.length);
    });
  }

  GYRE_FN void fail(letter& l, errc code, drop_reason reason) noexcept {
    asker to{*this, l};
    gyre::detail::answer_failure(to, l.head, code, reason);
  }

  /// The way to one asker (kernel/answer.hpp): an answer is put into this lane's row, and goes out
  /// with the batch.
  struct asker {
    letter_worker& by;
    letter& l;

    [[nodiscard]] GYRE_FN bool by_host() const noexcept {
      return by.blocks_.kernel.port_count > l.head.port;  // `port <` would name a template
    }
    [[nodiscard]] GYRE_FN bool asked() const noexcept {
      return by_host() || l.opened.back != nullptr;
    }
    template <class Fill>
    GYRE_FN void send(message_kind kind, type_code type, std::size_t length, Fill&& fill) noexcept {
      if (l.opened.back != nullptr) {
        return answer_actor(answer_head{l.opened.back->tag}, fill);
      }
      envelope head = l.head;
      head.time = tick(by.shared_);
      head.type = type;
      head.length = static_cast<std::uint32_t>(length);
      head.kind = kind;
      std::memcpy(by.row_, &head, sizeof head);
      fill(by.row_ + sizeof head);
      l.answered = true;
      l.length = length;
    }
    /// The answer to an actor's ask is a message: put into this lane's row, and sent after the
    /// batch.
    template <class Fill>
    GYRE_FN void answer_actor(answer_head const& first, Fill&& fill) noexcept {
      return_address const& back = *l.opened.back;
      std::byte* const out = by.row_ + sizeof(envelope);
      l.length = back.address_length + back.answer_bytes;
      std::memset(out, 0, l.length);
      if (back.address_length != 0) std::memcpy(out, &back.rest, sizeof back.rest);
      std::memcpy(out + back.address_length, &first, sizeof first);
      fill(out + back.address_length + back.value_offset);
      l.tells_asker = true;
    }
    GYRE_FN void send_failure(type_code type, failure_reply const& why) noexcept {
      if (l.opened.back != nullptr) {
        return answer_actor({l.opened.back->tag, why.code + 1, why.reject_code, why.detail},
                            [](std::byte*) {});
      }
      send(message_kind::failure, type, sizeof why,
           [&](std::byte* out) { std::memcpy(out, &why, sizeof why); });
    }
    GYRE_FN void refused() noexcept {
      by.shared_.count.refused.fetch_add(1, platform::memory_order_relaxed);
    }
    GYRE_FN void note(errc code) noexcept {
      counters& c = by.shared_.count;
      c.last_error_type.store(l.head.type, platform::memory_order_relaxed);
      c.last_error.store(std::uint64_t{static_cast<std::uint32_t>(code)} + 1,
                         platform::memory_order_release);
    }
    GYRE_FN void bury(drop_reason reason) noexcept {
      block::bury(by.shared_, by.blocks_.blocks[by.shard_index_], reason, l.head);
    }
  };

  Warp& warp_;
  shared_block& shared_;
  blocks_view const& blocks_;
  shard_view const& shard_;
  std::uint32_t index_;
  std::uint32_t shard_index_;
  std::byte* row_;  ///< This lane's own.
  environment<Warp> environment_;
  std::uint64_t now_ns_ = 0;  ///< This side's clock, read once a batch.

 private:
  template <class... Messages>
  [[nodiscard]] GYRE_FN static std::uint32_t handler_of(type_code type,
                                                        handles<Messages...>*) noexcept {
    std::uint32_t found = sizeof...(Messages);
    std::uint32_t i = 0;
    ((type == type_code_of<Messages> ? void(found = i) : void(), ++i), ...);
    if (type == gyre::detail::subscribe_code) found = subscribes;
    if (type == gyre::detail::unsubscribe_code) found = unsubscribes;
    if constexpr (keyed<Actor>) {
      if (type == gyre::detail::wake_code<Actor>) found = wakes;
      if (type == gyre::detail::rest_code<Actor>) found = rests;
    }
    return found;
  }
};

}  // namespace gyre::block
