#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <gyre/kernel/delivery.hpp>
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
/// | `idle(t, n, f)`  | a step of waiting at time t, for n ns at most; `f` says whether there is something to do. True: something came so soon that it is still t |
/// | `interrupted(c)` | whether a batch ends here: the control words want something else       |
/// | `ring_bell(b)`   | wakes a client                                                    |
/// | `linked(k, l)`   | the kernel behind a row of the links                              |
/// | `post(…)`        | sends from a handler, to this kernel or a linked one              |
/// | `reply(…)`       | publishes a reply                                                 |
/// | `expires_within` | when a message that a handler sends now is too late                |
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
///
/// This is all of it that is the same for every actor type, so that it is compiled once.
template <class Env>
class any_shard_loop {
 public:
  using codec = typename Env::codec;
  /// Messages of each source handled between two looks at the control words and the clock.
  static constexpr std::uint64_t batch = 64;
  /// Under some pressure, for one message of the host so many of handlers are handled.
  static constexpr std::uint64_t handlers_share = 16;
  static constexpr std::uint64_t turns_between_sweeps = 64;
  /// Messages between a look at whom one is for and its turn: enough to hide a miss.
  static constexpr std::uint64_t lookahead = 8;

  /// `actor`, `home`, `table`: as for `shard_delivery`.
  any_shard_loop(kernel_view const& kernel, std::uint32_t shard, Env& env,
                 typename shard_delivery<Env>::actor_calls const& actor, void* home,
                 directory* table) noexcept
      : kernel_(kernel),
        shard_(kernel.shards[shard]),
        env_(env),
        inbox_(ring<codec>(shard_.inbox), shard_.scratch, shard_.scratch_bytes),
        deliver_(kernel_, shard, env, actor, home, table),
        telemetry_(deliver_.telemetry()),
        clock_(deliver_.clock()),
        expects_(deliver_.expects()) {}

  /// Returns when the host says stop. What is in the inbox then stays there.
  void run() noexcept;

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
    if (++turns_ % turns_between_sweeps == 0) deliver_.sweep();
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
    // Not before the first: where messages come one by one, the slots on are their writers'.
    bool more = false;
    while (n < limit && !env_.interrupted(*kernel_.control) && source.peek(message)) {
      // Nothing here was sent before the last reading: this mends the stamp of a client that has
      // not looked at its clock for long.
      if (fresh && message.head.time < clock_.last().word) {
        message.head.time = clock_.last().word;
      }
      clock_.observe({message.head.time});
      if (more) more = look_ahead(source);
      deliver_(message);
      source.pop(message);
      detail::bump(taken, size(message));
      if (n++ == 0) more = expects_;
    }
    return n;
  }

  /// Brings near what a later message needs: among many actors, each state is a miss of all caches.
  /// False: there is no such message yet.
  template <class Source>
  bool look_ahead(Source const& source) noexcept {
    if constexpr (requires(std::uint64_t & a) { source.ahead(lookahead, a); }) {
      std::uint64_t actor = 0;
      if (!source.ahead(lookahead, actor)) return false;
      deliver_.expect(actor);
      if (deliver_.found_in_steps()) {
        if (source.ahead(lookahead / 2, actor)) deliver_.expect_soon(actor);
      }
      return true;
    } else {
      return false;
    }
  }

  /// How long it may sleep with nothing to do: somebody may have to be put to rest.
  [[nodiscard]] std::uint64_t longest_nap() const noexcept {
    if (kernel_.rest.after == 0) return UINT64_MAX;
    return std::uint64_t{kernel_.rest.after} << 19;  // half of it; a tick is 2^20 ns
  }

  bool something_to_do(kernel_command current) const noexcept {
    return (current == kernel_command::run && (inbox_.ready() || env_.ready())) ||
           kernel_.control->command.load(platform::memory_order_acquire) != current ||
           kernel_.control->telemetry_epoch.load(platform::memory_order_acquire) != epoch_;
  }

  void obey_telemetry() noexcept {
    auto const& control = *kernel_.control;
    telemetry_on_ = control.telemetry_on.load(platform::memory_order_relaxed) != 0;
    deliver_.note_failures(telemetry_on_);
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
    hasty_ = false;
    now_ = platform::clock_ns();
    deliver_.now(now_);
    clock_.refresh(
        static_cast<std::uint64_t>(static_cast<std::int64_t>(now_) + kernel_.wall_offset_ns) /
        1000);
  }

  kernel_view const kernel_;
  shard_view const& shard_;
  Env& env_;
  ring_reader<codec> inbox_;
  shard_delivery<Env> deliver_;
  telemetry_writer& telemetry_;
  local_clock& clock_;
  std::uint64_t now_ = 0;
  std::uint64_t epoch_ = 0;
  shard_phase phase_ = shard_phase::starting;
  std::uint64_t turns_ = 0;
  bool const expects_;
  bool telemetry_on_ = true;
  bool was_idle_ = false;
  bool hasty_ = false;  ///< It has gone on after waiting without a look at the clock.
};

template <class Env>
void any_shard_loop<Env>::run() noexcept {
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
      deliver_.sweep();
    } else {
      enter(shard_phase::paused);
    }
    inbox_.post();
    env_.from_others().post();
    bool const soon = env_.idle(now_, longest_nap(), [&] { return something_to_do(command); });
    // At most once: what is there to be done may be held up by others, and the time goes on.
    if (soon && !hasty_) {
      hasty_ = true;
    } else {
      read_clock();
    }
  }
  inbox_.post();
  env_.from_others().post();
  enter(shard_phase::stopped);
}

/// The same for an actor type.
template <class Actor, class Env>
class shard_loop {
 public:
  shard_loop(kernel_view const& kernel, std::uint32_t shard, Env& env) noexcept
      : actors_(kernel.shards[shard]),
        loop_(kernel, shard, env, detail::actor_calls<Actor, Env>, &actors_, actors_.table()) {}

  /// Returns when the host says stop. What is in the inbox then stays there.
  void run() noexcept { loop_.run(); }

 private:
  typename delivery<Actor, Env>::home actors_;
  any_shard_loop<Env> loop_;
};

}  // namespace gyre
