#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/result_slot.hpp>
#include <gyre/kernel/view.hpp>

namespace gyre {

/// The ring kernel: one shard's loop. Takes envelopes from the inbox, runs handlers, puts replies
/// into the askers' rings, until it is told to stop. The same source on every engine; `Env` brings
/// what differs:
///
/// | `Env::`          |                                                                   |
/// | ---------------- | ----------------------------------------------------------------- |
/// | `codec`          | how the rings are tagged                                          |
/// | `lanes, lane`    | how many run a handler together                                   |
/// | `idle(since, f)` | a step of waiting; `f` says whether there is something to do      |
/// | `interrupted(c)` | whether a batch ends here: the control words want something else       |
/// | `ring_bell(b)`   | wakes a client                                                    |
/// | `tell(…)`        | sends from a handler                                              |
/// | `guard(f, head)` | runs a handler; false if it threw                                 |
/// | `bury(…)`        | tells the host about a dead letter, beyond counting it            |
///
/// One thread, or one block, runs it. *Memory ordering*: a message is read after the acquire of its
/// tag; its effects on the actor are seen by the next message to that actor because both are
/// handled here; a reply is published with release.
template <class Actor, class Env>
class shard_loop {
 public:
  using codec = typename Env::codec;
  /// Messages handled between two looks at the control words and the clock.
  static constexpr std::uint64_t batch = 64;

  shard_loop(kernel_view const& kernel, std::uint32_t shard, Env& env) noexcept
      : kernel_(kernel),
        shard_(kernel.shards[shard]),
        env_(env),
        inbox_(ring<codec>(shard_.inbox), shard_.scratch, shard_.scratch_bytes),
        telemetry_(shard_.telemetry),
        index_(shard) {}

  /// Returns when the host says stop. What is in the inbox then stays there.
  void run() noexcept {
    read_clock();
    for (;;) {
      kernel_command const command = kernel_.control->command.load(platform::memory_order_acquire);
      if (command == kernel_command::stop) break;
      obey_telemetry();
      if (command == kernel_command::run) {
        // Who pauses stores the command, then looks at the phase; we store the phase, then look at
        // the command. One of the two sees the other, so nothing is handled behind its back.
        if (enter(shard_phase::running) &&
            kernel_.control->command.load(platform::memory_order_seq_cst) != command) {
          continue;
        }
        if (turn()) continue;
      } else {
        enter(shard_phase::paused);
      }
      inbox_.post();
      env_.idle(now_, [&] { return something_to_do(command); });
      read_clock();
    }
    inbox_.post();
    enter(shard_phase::stopped);
  }

 private:
  /// Handles up to a batch. False if there was nothing.
  bool turn() noexcept {
    message_view message;
    std::uint64_t n = 0;
    while (n < batch && inbox_.peek(message)) {
      // The inbox was empty at the last reading, so nothing here was sent before it: this mends
      // the stamp of a client that has not looked at its clock for long.
      if (was_idle_ && message.head.time < clock_.last().word) {
        message.head.time = clock_.last().word;
      }
      clock_.observe({message.head.time});
      dispatch(message, static_cast<typename Actor::handles*>(nullptr));
      inbox_.pop(message);
      detail::bump(shard_.words->taken, message.slots);
      ++n;
      if (env_.interrupted(*kernel_.control)) break;
    }
    was_idle_ = n == 0;
    if (n == 0) return false;
    env_.busy();
    since_reading_ += n;
    // A full batch reads the clock once; a shorter one means that the inbox ran dry.
    if (telemetry_on_) {
      std::uint64_t const before = now_;
      read_clock();
      telemetry_.record(since_reading_, now_ - before, clock_.last().word);
    } else if (n == batch) {
      read_clock();
    }
    since_reading_ = 0;
    return true;
  }

  /// Finds the message's type in the actor's list; unknown ones are answered or buried.
  template <class... Messages>
  void dispatch(message_view const& message, handles<Messages...>*) noexcept {
    bool const found =
        ((message.head.type == type_id_of<Messages> ? (deliver<Messages>(message), true) : false) ||
         ...);
    if (!found) fail(message.head, errc::unknown_message, drop_reason::unknown_message);
  }

  template <class Message>
  void deliver(message_view const& message) noexcept {
    std::uint64_t const place = kernel_.place(message.head.actor);
    if (message.head.actor >= kernel_.actors || place >= shard_.actor_count) {
      fail(message.head, errc::no_such_actor, drop_reason::no_such_actor);
      return;
    }
    Actor& state = static_cast<Actor*>(shard_.actors)[place];
    if (!detail::read_message<Message, 16>(message.payload, message.head, [&](Message const& m) {
          handle(state, m, message.head);
        })) {
      fail(message.head, errc::malformed, drop_reason::malformed);
    }
  }

  template <class Message>
  void handle(Actor& state, Message const& message, envelope const& head) noexcept {
    using returned = detail::handler_result<Actor, Message>;
    context<Actor, Env> self(kernel_, env_, head, index_, clock_.tick().word);
    detail::bump(shard_.words->handled, 1);
    asker to{*this, head};
    if constexpr (std::is_void_v<returned>) {
      if (!env_.guard([&] { state.on(message, self); }, head)) {
        return detail::answer_thrown(to, head);
      }
      detail::answer_nothing(to);
    } else {
      // Filled by the handler; `guard` says whether it was.
      detail::result_slot<returned> out;
      if (!env_.guard([&] { out.put(state.on(message, self)); }, head)) {
        return detail::answer_thrown(to, head);
      }
      detail::answer(to, head, out.get());
    }
  }

  /// The way to one asker (kernel/answer.hpp).
  struct asker {
    shard_loop& loop;
    envelope const& head;

    [[nodiscard]] bool asked() const noexcept { return head.port != no_port; }
    template <class Fill>
    void send(message_kind kind, type_id type, std::size_t length, Fill&& fill) noexcept {
      loop.send(head, kind, type, length, fill);
    }
    void refused() noexcept { detail::bump(loop.shard_.words->refused, 1); }
    void note(errc code) noexcept {
      if (loop.telemetry_on_) {
        loop.telemetry_.note_error(static_cast<std::uint32_t>(code), head.type);
      }
    }
    void bury(drop_reason reason) noexcept {
      detail::bump(loop.shard_.words->dropped[static_cast<std::size_t>(reason)], 1);
      loop.env_.bury(reason, head);
    }
  };

  void fail(envelope const& head, errc code, drop_reason reason) noexcept {
    asker to{*this, head};
    detail::answer_failure(to, head, code, reason);
  }

  /// Publishes a reply in its asker's ring. The ask has reserved the room.
  template <class Fill>
  void send(envelope const& to, message_kind kind, type_id type, std::size_t length,
            Fill&& fill) noexcept {
    if (to.port >= kernel_.port_count) return;
    port_view const& port = kernel_.ports[to.port];
    envelope head;
    head.actor = to.actor;
    head.correlation = to.correlation;
    head.time = clock_.tick().word;
    head.type = type;
    head.length = static_cast<std::uint32_t>(length);
    head.port = to.port;
    head.priority = to.priority;
    head.kind = kind;
    // Once the reply is out, its asker may be gone, and the port's row another's.
    doorbell const bell = port.bell;
    detail::bump(shard_.words->answered, 1);
    if (kernel_.shard_count == 1) {
      put(ring_writer<codec, writers::one>(ring<codec>(port.replies)), head, fill);
    } else {
      put(ring_writer<codec, writers::many>(ring<codec>(port.replies)), head, fill);
    }
    env_.ring_bell(bell);
  }

  template <class Writer, class Fill>
  void put(Writer const& writer, envelope const& head, Fill&& fill) noexcept {
    std::uint64_t const at = writer.reserve_promised(writer.target().slots_for(head.length));
    if constexpr (codec::in_place) {
      if (writer.target().in_place(head.length)) [[likely]] {
        writer.write_in_place(at, head, fill);
        return;
      }
    }
    env_.with_scratch(head.length, [&](std::byte* scratch) {
      fill(scratch);
      writer.write(at, head, scratch);
    });
  }

  bool something_to_do(kernel_command current) const noexcept {
    return (current == kernel_command::run && inbox_.ready()) ||
           kernel_.control->command.load(platform::memory_order_acquire) != current ||
           kernel_.control->telemetry_epoch.load(platform::memory_order_acquire) != epoch_;
  }

  void obey_telemetry() noexcept {
    auto const& control = *kernel_.control;
    telemetry_on_ = control.telemetry_on.load(platform::memory_order_relaxed) != 0;
    std::uint64_t const epoch = control.telemetry_epoch.load(platform::memory_order_acquire);
    if (epoch != epoch_) {
      epoch_ = epoch;
      telemetry_.reset(epoch);
    }
  }

  /// Whether that is another phase than before.
  bool enter(shard_phase phase) noexcept {
    if (phase_ == phase) return false;
    phase_ = phase;
    shard_.words->phase.store(phase, platform::memory_order_seq_cst);
    return true;
  }

  void read_clock() noexcept {
    now_ = platform::clock_ns();
    clock_.refresh(
        static_cast<std::uint64_t>(static_cast<std::int64_t>(now_) + kernel_.wall_offset_ns) /
        1000);
  }

  kernel_view const kernel_;
  shard_view const& shard_;
  Env& env_;
  ring_reader<codec> inbox_;
  telemetry_writer telemetry_;
  local_clock clock_{};
  std::uint64_t now_ = 0;
  std::uint64_t since_reading_ = 0;
  std::uint64_t epoch_ = 0;
  shard_phase phase_ = shard_phase::starting;
  std::uint32_t index_;
  bool telemetry_on_ = true;
  bool was_idle_ = false;
};

}  // namespace gyre
