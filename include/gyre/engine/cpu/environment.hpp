#pragma once

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
#include <gyre/core/writer_ref.hpp>
#include <gyre/engine/cpu/backlog.hpp>
#include <gyre/engine/cpu/spin.hpp>
#include <gyre/engine/cpu/thread_link.hpp>
#include <gyre/engine/image.hpp>
#include <gyre/engine/listener.hpp>
#include <gyre/kernel/actor_check.hpp>
#include <gyre/kernel/loop.hpp>
#include <gyre/kernel/publish.hpp>

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
    std::chrono::nanoseconds spin;  ///< Polled at most before it parks.
    std::size_t scratch_bytes;      ///< The greatest reply that is made in place.
    std::size_t gather_bytes;  ///< The greatest message with its envelope, if it can be in pieces.
    std::uint64_t backlog_bytes;
    std::span<ring_memory<> const> tells;
    std::uint32_t shard;
    kernel_listener& listener;
  };

  explicit cpu_environment(parts const& p);

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
    if (waited >= spin_.ns()) {
      bell_.park(nap(longest), ready);
      spin_.parked(platform::clock_ns() - idle_since_);
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
    } catch (...) {
      caught(head);
    }
    return false;
  }

  void bury(drop_reason reason, envelope const& head) noexcept { listener_.buried(reason, head); }

  /// Memory for a message that does not lie in one slot, until the next call. Null: there is none.
  [[nodiscard]] std::byte* scratch(std::size_t bytes) noexcept {
    return scratch_.size() >= bytes ? scratch_.data() : greater_scratch(bytes);
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
  void lose(kernel_view const& kernel, drop_reason reason, envelope head) noexcept;

  /// What this shard's own handlers told its own actors.
  [[nodiscard]] message_fifo& from_here() noexcept { return kept_[shard_]; }
  /// What other shards' handlers told them.
  [[nodiscard]] ring_reader<codec>& from_others() noexcept { return from_others_; }
  /// Whether there is something in either.
  [[nodiscard]] bool ready() const noexcept {
    return !kept_[shard_].empty() || from_others_.ready();
  }

  /// Sends on what waits for room. How hard this shard is pressed.
  pressure forward(kernel_view const& kernel) noexcept;

  /// After the shard's end: tells the listener of each message that is left, and says how many.
  std::uint64_t bury_kept() noexcept;

 private:
  /// Between two attempts to send on what waits for room, where there is nothing else to do.
  static constexpr std::chrono::microseconds room_period{50};

  /// Until when it may sleep with nothing to do.
  [[nodiscard]] deadline nap(std::uint64_t longest) const noexcept;

  /// At 8 modulo 16, so that the payload after the envelope is aligned to 16. Null: none is needed.
  [[nodiscard]] std::byte* aligned_gather() noexcept;
  [[nodiscard]] std::byte* greater_scratch(std::size_t bytes) noexcept;

  /// Writes a message into a ring of others, and rings its reader's bell. `reserved` is called once
  /// there is room.
  template <class Fill, class Reserved>
  bool push(ring_memory<> const& into, doorbell bell, envelope const& head, Fill& fill,
            Reserved&& reserved) noexcept {
    ring_writer<codec, writers::many> const others{ring<codec>{into}};
    std::uint64_t at = 0;
    if (others.target().in_place(head.length)) [[likely]] {
      if (!others.reserve(1, at)) return false;
      reserved();
      others.write_in_place(at, head, fill);
    } else if (!push_in_pieces(into, head, fill, reserved)) {
      return false;
    }
    ring_bell(bell);
    return true;
  }
  /// The same for one that does not lie in one slot. False also if there is no memory to make it
  /// in. By value: so the quick way keeps it in registers.
  template <class Fill, class Reserved>
  [[gnu::noinline]] bool push_in_pieces(ring_memory<> const& into, envelope head, Fill fill,
                                        Reserved reserved) noexcept {
    return push_pieces(
        into, head, writer_ref(fill), [](void* r) { (*static_cast<Reserved*>(r))(); }, &reserved);
  }
  bool push_pieces(ring_memory<> const& into, envelope const& head, writer_ref fill,
                   void (*reserved)(void*), void* with) noexcept;

  /// Keeps a message until there is room in another shard's ring. By value: so the quick way keeps
  /// it in registers.
  template <class Fill>
  [[gnu::noinline]] bool keep(message_fifo& in, envelope head, Fill fill) noexcept {
    return keep_it(in, head, writer_ref(fill));
  }
  bool keep_it(message_fifo& in, envelope const& head, writer_ref fill) noexcept;
  void forward(kernel_view const& kernel, std::uint32_t to) noexcept;

  /// A message to another kernel. While it waits here it counts as told and not taken, so that this
  /// kernel's end waits for it.
  template <class Fill>
  [[gnu::noinline]] bool post_far(kernel_view const& kernel, std::uint32_t link, std::uint32_t to,
                                  envelope head, Fill fill) noexcept {
    return post_to_other(kernel, link, to, head, writer_ref(fill));
  }
  bool post_to_other(kernel_view const& kernel, std::uint32_t link, std::uint32_t to,
                     envelope const& head, writer_ref fill) noexcept;
  bool lost(kernel_view const& kernel, drop_reason reason, envelope const& head) noexcept {
    lose(kernel, reason, head);
    return false;
  }
  /// What waits for another kernel, by its shards. Null: there is no memory for the first to wait.
  [[nodiscard]] std::vector<message_fifo>* kept_for(kernel_view const& kernel,
                                                    std::uint32_t link) noexcept;
  /// Inside the other kernel's door.
  bool push_far(kernel_view const& kernel, std::uint32_t link, std::uint32_t to,
                envelope const& head, writer_ref fill) noexcept;
  void forward_far(kernel_view const& kernel, std::uint32_t link) noexcept;
  /// Tells the listener of the exception that is being handled.
  void caught(envelope const& head) noexcept;

  event& bell_;
  kernel_listener& listener_;
  spin_length spin_;
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

// Compiled once, in src/engine/cpu/environment.cpp.
using cpu_asker = shard_delivery<cpu_environment>::asker;
extern template class shard_delivery<cpu_environment>;
extern template class any_shard_loop<cpu_environment>;
namespace detail {
extern template void publish_pieces(cpu_environment&, bool, ring_memory<> const&, envelope,
                                    writer_ref) noexcept;
extern template GYRE_FN void answer_failure(cpu_asker&, envelope const&, errc, drop_reason,
                                            rejection) noexcept;
extern template GYRE_FN void answer_thrown(cpu_asker&, envelope const&) noexcept;
extern template GYRE_FN void answer_nothing(cpu_asker&) noexcept;
}  // namespace detail

/// What the runtime launches of an actor type.
template <class Actor>
[[nodiscard]] kernel_image const& image_of() noexcept {
  // What does not fit has been said by then; nothing more is to be said about it.
  if constexpr (detail::is_sound_actor<Actor, cpu_environment>) {
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
  } else {
    std::terminate();
  }
}

}  // namespace gyre
