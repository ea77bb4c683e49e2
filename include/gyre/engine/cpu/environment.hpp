#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include <gyre/core/event.hpp>
#include <gyre/engine/engine.hpp>
#include <gyre/kernel/loop.hpp>

namespace gyre {

/// The cpu engine's part of the loop: one lane, a thread that waits adaptively, handlers that may
/// throw. One for each shard; used by its thread alone.
class cpu_environment {
 public:
  using codec = cpu_codec;

  /// How long an idle shard polls without giving the core away.
  static constexpr std::uint64_t spin_ns = 5'000;

  cpu_environment(event& bell, std::chrono::nanoseconds spin, std::size_t scratch_bytes,
                  kernel_listener& listener)
      : bell_(bell),
        listener_(listener),
        park_after_ns_(static_cast<std::uint64_t>(spin.count())),
        scratch_(scratch_bytes) {}

  [[nodiscard]] static constexpr std::uint32_t lanes() noexcept { return 1; }
  [[nodiscard]] static constexpr std::uint32_t lane() noexcept { return 0; }
  static constexpr void sync() noexcept {}
  static constexpr void use_buffers() noexcept {}

  /// There was something to do.
  void busy() noexcept { idle_since_ = 0; }

  /// A step of waiting, at time `now`. The loop reads the clock between two steps, which is pause
  /// enough; later the core is offered to others, then the thread parks.
  template <class Ready>
  void idle(std::uint64_t now, Ready&& ready) noexcept {
    if (idle_since_ == 0) idle_since_ = now;
    std::uint64_t const waited = now - idle_since_;
    if (waited >= park_after_ns_) {
      bell_.park(deadline(), ready);
      idle_since_ = 0;
    } else if (waited >= spin_ns) {
      std::this_thread::yield();
    }
  }

  /// Looked at after each message: a handler may be slow, and a stop must not wait for 64 of them.
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

  /// A handler's tell: into the target shard's inbox, or not at all.
  template <class Message>
  bool tell(kernel_view const& kernel, std::uint32_t from, std::uint64_t to, Message const& message,
            std::uint64_t time) noexcept {
    using form = payload<Message>;
    envelope head;
    head.actor = to;
    head.time = time;
    head.type = type_id_of<Message>;
    head.kind = form::raw ? message_kind::raw : message_kind::wire;
    std::size_t const length = form::size(message);
    head.length = static_cast<std::uint32_t>(length);
    if (to >= kernel.actors) return lose(kernel, from, drop_reason::no_such_actor, head);

    std::uint32_t const home = kernel.home(to);
    ring_writer<codec, writers::many> const inbox(ring<codec>(kernel.shards[home].inbox));
    std::uint64_t at = 0;
    if (length > form::greatest || !inbox.reserve(inbox.target().slots_for(length), at)) {
      return lose(kernel, from, drop_reason::no_room, head);
    }
    if (inbox.target().in_place(length)) {
      inbox.write_in_place(at, head, [&](std::byte* out) { form::pack(message, out); });
    } else {
      with_scratch(length, [&](std::byte* scratch) {
        form::pack(message, scratch);
        inbox.write(at, head, scratch);
      });
    }
    if (home != from) ring_bell(kernel.shards[home].bell);
    return true;
  }

 private:
  bool lose(kernel_view const& kernel, std::uint32_t from, drop_reason reason,
            envelope const& head) noexcept {
    detail::bump(kernel.shards[from].words->dropped[static_cast<std::size_t>(reason)], 1);
    bury(reason, head);
    return false;
  }

  event& bell_;
  kernel_listener& listener_;
  std::uint64_t park_after_ns_;
  std::uint64_t idle_since_ = 0;
  std::vector<std::byte> scratch_;
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
      detail::entries_of<Actor, typename Actor::handles>::value};
  return image;
}

}  // namespace gyre
