#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <gyre/core/expiry.hpp>
#include <gyre/kernel/answer.hpp>
#include <gyre/kernel/context.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/result_slot.hpp>
#include <gyre/kernel/view.hpp>

namespace gyre {

/// How full a shard's backlog is: what its handlers sent and others have no room for.
enum class pressure : std::uint8_t {
  none,
  some,   ///< Little is taken from the host.
  great,  ///< Nothing is.
};

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
/// | `post(…)`        | sends from a handler                                              |
/// | `lose(…)`        | counts what a handler could not send                              |
/// | `from_here()`    | what its handlers told its own actors: `peek` and `pop`           |
/// | `from_others()`  | what other shards' handlers told them; also `post`                |
/// | `ready()`        | whether there is something in either                              |
/// | `forward(k)`     | sends on what waits for room; the `pressure` on this shard        |
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
  /// Messages of each source handled between two looks at the control words and the clock.
  static constexpr std::uint64_t batch = 64;
  /// Under some pressure, for one message of the host so many of handlers are handled.
  static constexpr std::uint64_t handlers_share = 16;

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
      env_.from_others().post();
      env_.idle(now_, [&] { return something_to_do(command); });
      read_clock();
    }
    inbox_.post();
    env_.from_others().post();
    enter(shard_phase::stopped);
  }

 private:
  /// Handles up to a batch of each source. What handlers sent comes first, and what they sent and
  /// could not deliver is delivered before more is taken from the host: so the pressure reaches the
  /// source. False if there was nothing.
  bool turn() noexcept {
    std::uint64_t n = 0;
    if (env_.ready()) {
      auto const one = [](message_view const&) { return 1; };
      n += take(env_.from_here(), batch, false, shard_.words->tells_taken, one);
      n += take(env_.from_others(), batch, false, shard_.words->tells_taken, one);
    }
    std::uint64_t limit = batch;
    switch (env_.forward(kernel_)) {
      case pressure::none: break;
      case pressure::some: limit = n / handlers_share; break;
      case pressure::great: limit = 0; break;
    }
    std::uint64_t const from_host = take(inbox_, limit, was_idle_, shard_.words->taken,
                                         [](message_view const& m) { return m.slots; });
    was_idle_ = from_host == 0 && limit != 0;
    n += from_host;
    if (n == 0) return false;
    env_.busy();
    // A full batch reads the clock once; a shorter one means that the source ran dry.
    if (telemetry_on_) {
      std::uint64_t const before = now_;
      read_clock();
      telemetry_.record(n, now_ - before, clock_.last().word);
    } else if (n >= batch) {
      read_clock();
    }
    return true;
  }

  /// Handles messages of one source, up to `limit`, and says how many. `fresh`: the source was
  /// empty at the last reading of the clock. Each counts in `taken` as what `size` says.
  template <class Source, class Size>
  std::uint64_t take(Source&& source, std::uint64_t limit, bool fresh, shard_words::word& taken,
                     Size&& size) noexcept {
    message_view message;
    std::uint64_t n = 0;
    while (n < limit && !env_.interrupted(*kernel_.control) && source.peek(message)) {
      // Nothing here was sent before the last reading: this mends the stamp of a client that has
      // not looked at its clock for long.
      if (fresh && message.head.time < clock_.last().word) {
        message.head.time = clock_.last().word;
      }
      clock_.observe({message.head.time});
      handle_or_refuse(message);
      source.pop(message);
      detail::bump(taken, size(message));
      ++n;
    }
    return n;
  }

  /// Hands a message to its handler, unless nobody wants that any more.
  void handle_or_refuse(message_view const& message) noexcept {
    envelope const& head = message.head;
    if (has_expired(head.expires, expiry_clock(now_))) {
      give_up(head, errc::timed_out, drop_reason::expired);
    } else if (given_up(head)) {
      give_up(head, errc::cancelled, drop_reason::cancelled);
    } else {
      dispatch(message, static_cast<typename Actor::handles*>(nullptr));
    }
  }

  /// Whether its asker has said that it no longer waits.
  [[nodiscard]] bool given_up(envelope const& head) const noexcept {
    return head.port < kernel_.port_count && kernel_.ports[head.port].cancelled(head.correlation);
  }

  /// Counts a message that is not handled, and frees its asker's place.
  void give_up(envelope const& head, errc code, drop_reason reason) noexcept {
    asker to{*this, head};
    to.bury(reason);
    if (to.asked()) detail::answer_failure(to, head, code, reason);
  }

  /// Finds the message's type in the actor's list; unknown ones are answered or buried.
  template <class... Messages>
  void dispatch(message_view const& message, handles<Messages...>*) noexcept {
    bool const found =
        ((message.head.type == type_code_of<Messages> ? (deliver<Messages>(message), true)
                                                      : false) ||
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
    void send(message_kind kind, type_code type, std::size_t length, Fill&& fill) noexcept {
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
  void send(envelope const& to, message_kind kind, type_code type, std::size_t length,
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
    return (current == kernel_command::run && (inbox_.ready() || env_.ready())) ||
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
  std::uint64_t epoch_ = 0;
  shard_phase phase_ = shard_phase::starting;
  std::uint32_t index_;
  bool telemetry_on_ = true;
  bool was_idle_ = false;
};

}  // namespace gyre
