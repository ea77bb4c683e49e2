#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <span>
#include <thread>
#include <vector>

#include <gyre/core/chrono.hpp>
#include <gyre/core/event.hpp>
#include <gyre/core/expiry.hpp>
#include <gyre/engine/cpu/backlog.hpp>
#include <gyre/engine/cpu/thread_link.hpp>
#include <gyre/engine/engine.hpp>
#include <gyre/kernel/loop.hpp>

namespace gyre {

/// The cpu engine's part of the loop: one lane, a thread that waits adaptively, handlers that may
/// throw. One for each shard; used by its thread alone, and so on lines of its own.
class alignas(cache_line) cpu_environment {
 public:
  using codec = cpu_codec;

  /// How long an idle shard polls without giving the core away.
  static constexpr std::uint64_t spin_ns = 5'000;
  /// How often it looks between two readings of the clock meanwhile.
  static constexpr int looks = 16;

  /// What an environment is made of. The rings are one for each shard, in their order: what the
  /// others' handlers tell its actors.
  struct parts {
    event& bell;
    std::chrono::nanoseconds spin;
    std::size_t scratch_bytes;  ///< The greatest reply that is made in place.
    std::size_t gather_bytes;   ///< The greatest message with its envelope, if it can be in pieces.
    std::uint64_t backlog_bytes;
    std::span<ring_memory<> const> tells;
    std::uint32_t shard;
    kernel_listener& listener;
  };

  explicit cpu_environment(parts const& p)
      : bell_(p.bell),
        listener_(p.listener),
        park_after_ns_(static_cast<std::uint64_t>(p.spin.count())),
        shard_(p.shard),
        scratch_(p.scratch_bytes),
        gather_(p.gather_bytes == 0 ? 0 : p.gather_bytes + 16),
        rings_(p.tells),
        pool_(p.backlog_bytes),
        from_others_(ring<codec>(p.tells[p.shard]), aligned_gather(), p.gather_bytes) {
    for (std::size_t i = 0; i < p.tells.size(); ++i) kept_.emplace_back(pool_);
  }

  [[nodiscard]] static constexpr std::uint32_t lanes() noexcept { return 1; }
  [[nodiscard]] static constexpr std::uint32_t lane() noexcept { return 0; }
  static constexpr void sync() noexcept {}
  static constexpr void use_buffers() noexcept {}

  /// There was something to do.
  void busy() noexcept { idle_since_ = 0; }

  /// A step of waiting, at time `now`, for `longest` nanoseconds at most. It looks a few times:
  /// what comes then need not wait for the loop to read the clock, which takes longer than all of
  /// these looks. Later the core is offered to others, then the thread parks. True: something came
  /// at one of the first looks.
  template <class Ready>
  bool idle(std::uint64_t now, std::uint64_t longest, Ready&& ready) noexcept {
    if (idle_since_ == 0) idle_since_ = now;
    std::uint64_t const waited = now - idle_since_;
    if (waited >= park_after_ns_) {
      // Nobody rings for room in another shard's ring.
      auto nap = longest == UINT64_MAX ? forever : std::chrono::nanoseconds(longest);
      if (waiting_ != 0) nap = std::min<std::chrono::nanoseconds>(nap, room_period);
      bell_.park(deadline(nap), ready);
      idle_since_ = 0;
    } else if (waited >= spin_ns) {
      std::this_thread::yield();
    } else {
      for (int i = 0; i < looks; ++i) {
        if (ready()) return true;
      }
    }
    return false;
  }

  /// Looked at before each message: a handler may be slow, and a stop must not wait for 64 of them.
  [[nodiscard]] static bool interrupted(control_words const& control) noexcept {
    return control.command.load(platform::memory_order_relaxed) != kernel_command::run;
  }

  void ring_bell(doorbell bell) noexcept {
    if (bell != nullptr) static_cast<event*>(bell)->notify();
  }

  /// Runs a handler. False if it threw; the listener has the exception's text.
  template <class F>
  bool guard(F&& handler, envelope const& head) noexcept {
    try {
      handler();
      return true;
    } catch (std::exception const& e) {
      listener_.threw(head, e.what());
    } catch (...) {
      listener_.threw(head, "an exception that is not a std::exception");
    }
    return false;
  }

  void bury(drop_reason reason, envelope const& head) noexcept { listener_.buried(reason, head); }

  /// Memory for a reply that does not lie in one slot.
  template <class F>
  void with_scratch(std::size_t bytes, F&& use) noexcept {
    if (scratch_.size() < bytes) scratch_.resize(bytes);
    use(scratch_.data());
  }

  /// The kernel behind a row of the links; null: there is none.
  [[nodiscard]] static kernel_view const* linked(kernel_view const& kernel,
                                                 std::uint32_t link) noexcept {
    return kernel.linked(link);
  }

  /// A handler's message to an actor of a shard, of another kernel if `link` is not 0: into that
  /// shard's ring; or, if it is this one's own, or there is no room, or others wait already, behind
  /// those in the backlog. `fill` writes `head.length` bytes of payload. False: it is lost, and has
  /// been counted.
  template <class Fill>
  bool post(kernel_view const& kernel, std::uint32_t link, std::uint32_t to, envelope const& head,
            Fill&& fill) noexcept {
    if (link != 0) [[unlikely]]
      return post_far(kernel, link, to, head, fill);
    if (to == shard_) {
      std::byte* const at = kept_[to].push(head);
      if (at == nullptr) [[unlikely]]
        return lost(kernel, drop_reason::no_room, head);
      fill(at);
    } else if (!kept_[to].empty() || !push(rings_[to], kernel.shards[to].bell, head, fill, [] {}))
        [[unlikely]] {
      if (!keep(kept_[to], head, fill)) return lost(kernel, drop_reason::no_room, head);
    }
    // Before the message that it answers counts as taken.
    detail::bump(kernel.shards[shard_].words->told, 1);
    return true;
  }

  /// Publishes a reply in its asker's ring.
  template <class Fill>
  void reply(kernel_view const& kernel, envelope const& to, message_kind kind, type_code type,
             std::size_t length, std::uint64_t time, Fill&& fill) noexcept {
    detail::publish_reply(kernel, *kernel.shards[shard_].words, *this, to, kind, type, length, time,
                          fill);
  }

  /// When a message is too late that a handler sends now, as it travels.
  [[nodiscard]] static std::uint32_t expires_within(std::int64_t ns) noexcept {
    return expiry_after(std::chrono::nanoseconds(ns));
  }

  /// What this shard's actors subscribe to.
  [[nodiscard]] topics_view const& subscriptions(kernel_view const& kernel) const noexcept {
    return kernel.shards[shard_].topics[0];
  }

  /// Counts a message that a handler could not send. The envelope is handed over by value, here and
  /// below: so the quick way keeps it in registers.
  [[gnu::noinline]] void lose(kernel_view const& kernel, drop_reason reason,
                              envelope head) noexcept {
    detail::bump(kernel.shards[shard_].words->dropped[static_cast<std::size_t>(reason)], 1);
    bury(reason, head);
  }

  /// What this shard's own handlers told its own actors.
  [[nodiscard]] message_fifo& from_here() noexcept { return kept_[shard_]; }
  /// What other shards' handlers told them.
  [[nodiscard]] ring_reader<codec>& from_others() noexcept { return from_others_; }
  /// Whether there is something in either.
  [[nodiscard]] bool ready() const noexcept {
    return !kept_[shard_].empty() || from_others_.ready();
  }

  /// Sends on what waits for room. How hard this shard is pressed.
  pressure forward(kernel_view const& kernel) noexcept {
    if (waiting_ != 0) {
      for (std::uint32_t to = 0; to < kept_.size(); ++to) {
        if (to != shard_ && !kept_[to].empty()) forward(kernel, to);
      }
      for (std::uint32_t i = 0; i < far_.size(); ++i) forward_far(kernel, i + 1);
    }
    std::uint64_t const filled = pool_.filled();
    if (filled == 0) return pressure::none;
    if (filled * 2 >= pool_.limit()) return pressure::great;
    return waiting_ != 0 || filled * 64 >= pool_.limit() ? pressure::some : pressure::none;
  }

  /// After the shard's end: tells the listener of each message that is left, and says how many.
  std::uint64_t bury_kept() noexcept {
    std::uint64_t n = 0;
    message_view m;
    auto const bury_all = [&](auto& source) {
      for (; source.peek(m); source.pop(m), ++n) bury(drop_reason::terminated, m.head);
    };
    bury_all(from_others_);
    for (auto& fifo : kept_) bury_all(fifo);
    for (auto& link : far_) {
      for (auto& fifo : link) bury_all(fifo);
    }
    return n;
  }

 private:
  /// Between two attempts to send on what waits for room, where there is nothing else to do.
  static constexpr std::chrono::microseconds room_period{50};

  /// At 8 modulo 16, so that the payload after the envelope is aligned to 16. Null: none is needed.
  [[nodiscard]] std::byte* aligned_gather() noexcept {
    if (gather_.empty()) return nullptr;
    auto const at = reinterpret_cast<std::uintptr_t>(gather_.data());
    return gather_.data() + (24 - at % 16) % 16;
  }

  /// Writes a message into a ring of others, and rings its reader's bell. `reserved` is called once
  /// there is room.
  template <class Fill, class Reserved>
  bool push(ring_memory<> const& into, doorbell bell, envelope const& head, Fill& fill,
            Reserved&& reserved) noexcept {
    ring_writer<codec, writers::many> const others{ring<codec>{into}};
    bool const whole = others.target().in_place(head.length);
    std::uint64_t at = 0;
    if (!others.reserve(whole ? 1 : others.target().slots_for(head.length), at)) return false;
    reserved();
    if (whole) [[likely]] {
      others.write_in_place(at, head, fill);
    } else {
      detail::write_in_pieces(*this, into, at, head, fill);
    }
    ring_bell(bell);
    return true;
  }

  /// Keeps a message until there is room in another shard's ring.
  template <class Fill>
  [[gnu::noinline]] bool keep(message_fifo& in, envelope head, Fill fill) noexcept {
    bool const first = in.empty();
    std::byte* const at = in.push(head);
    if (at == nullptr) return false;
    fill(at);
    if (first) ++waiting_;
    return true;
  }

  void forward(kernel_view const& kernel, std::uint32_t to) noexcept {
    message_view m;
    while (kept_[to].peek(m)) {
      auto const copy = [&](std::byte* out) { std::memcpy(out, m.payload, m.head.length); };
      if (!push(rings_[to], kernel.shards[to].bell, m.head, copy, [] {})) return;
      kept_[to].pop(m);
    }
    --waiting_;
  }

  /// A message to another kernel. While it waits here it counts as told and not taken, so that this
  /// kernel's end waits for it.
  template <class Fill>
  bool post_far(kernel_view const& kernel, std::uint32_t link, std::uint32_t to,
                envelope const& head, Fill& fill) noexcept {
    shard_words& words = *kernel.shards[shard_].words;
    auto& waiting = kept_for(kernel, link);
    if (waiting[to].empty()) {
      thread_link& way = way_of(kernel, link);
      if (!way.enter(shard_)) return lost(kernel, drop_reason::terminated, head);
      bool const sent = push_far(kernel, link, to, head, fill);
      way.leave(shard_);
      if (sent) return true;
    }
    detail::bump(words.told, 1);
    if (keep(waiting[to], head, fill)) return true;
    detail::bump(words.tells_taken, 1);
    return lost(kernel, drop_reason::no_room, head);
  }
  bool lost(kernel_view const& kernel, drop_reason reason, envelope const& head) noexcept {
    lose(kernel, reason, head);
    return false;
  }
  [[nodiscard]] static thread_link& way_of(kernel_view const& kernel, std::uint32_t link) noexcept {
    return *static_cast<thread_link*>(kernel.links[link - 1].way);
  }
  /// What waits for another kernel, by its shards. (Allocates where none has waited before.)
  [[nodiscard]] std::vector<message_fifo>& kept_for(kernel_view const& kernel, std::uint32_t link) {
    if (far_.size() < link) far_.resize(link);
    auto& fifos = far_[link - 1];
    while (fifos.size() < kernel.linked(link)->shard_count) fifos.emplace_back(pool_);
    return fifos;
  }
  /// Inside the other kernel's door.
  template <class Fill>
  bool push_far(kernel_view const& kernel, std::uint32_t link, std::uint32_t to,
                envelope const& head, Fill& fill) noexcept {
    thread_link& way = way_of(kernel, link);
    return push(way.tells(to), way.bell(to), head, fill, [&] { way.count(shard_); });
  }
  void forward_far(kernel_view const& kernel, std::uint32_t link) noexcept {
    shard_words& words = *kernel.shards[shard_].words;
    for (std::uint32_t to = 0; to < far_[link - 1].size(); ++to) {
      message_fifo& fifo = far_[link - 1][to];
      if (fifo.empty()) continue;
      bool const open = way_of(kernel, link).enter(shard_);
      message_view m;
      while (fifo.peek(m)) {
        auto const copy = [&](std::byte* out) { std::memcpy(out, m.payload, m.head.length); };
        if (open && !push_far(kernel, link, to, m.head, copy)) break;
        if (!open) lose(kernel, drop_reason::terminated, m.head);
        fifo.pop(m);
        detail::bump(words.tells_taken, 1);
      }
      if (open) way_of(kernel, link).leave(shard_);
      if (fifo.empty()) --waiting_;
    }
  }

  event& bell_;
  kernel_listener& listener_;
  std::uint64_t park_after_ns_;
  std::uint64_t idle_since_ = 0;
  std::uint32_t const shard_;
  std::uint32_t waiting_ = 0;  ///< Shards, here and of other kernels, for which messages wait.
  std::vector<std::byte> scratch_;
  std::vector<std::byte> gather_;
  std::span<ring_memory<> const> rings_;
  chunk_pool pool_;
  std::vector<message_fifo> kept_;  // by shard; this one's own is what its handlers tell itself
  std::vector<std::vector<message_fifo>> far_;  // by link and shard
  ring_reader<codec> from_others_;
};

/// What the runtime launches of an actor type.
template <class Actor>
[[nodiscard]] kernel_image const& image_of() noexcept {
  static constexpr kernel_image image{
      type_name<Actor>(),
      sizeof(Actor),
      alignof(Actor),
      &detail::construct_states<Actor>,
      [](kernel_view const& kernel, std::uint32_t shard, cpu_environment& env) {
        shard_loop<Actor, cpu_environment>(kernel, shard, env).run();
      },
      detail::entries_of<Actor, typename Actor::handles>::value,
      keyed<Actor>};
  return image;
}

}  // namespace gyre
