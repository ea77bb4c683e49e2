#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gyre/kernel/loop.hpp>
#include <gyre/kernel/publish.hpp>

/// \file
/// One shard's loop on the test's own thread: what it would wait for is a script, so every run is
/// the same run.

namespace gyre::loop_test {

using test_codec = commit_codec<>;

/// The engine's part of the loop. A step of waiting is a step of the script.
struct scripted_environment {
  using codec = test_codec;

  std::function<void(std::uint64_t)> on_idle;  ///< Given how often the loop was idle before.
  std::uint64_t idled = 0;
  std::uint64_t waited_at = 0;  ///< The time of the last step of waiting.
  bool soon = false;            ///< What a step of waiting says.
  std::uint64_t bells = 0;
  std::vector<std::pair<drop_reason, envelope>> buried;
  std::vector<std::byte> made_aside;
  bool no_memory = false;  ///< For a message that does not lie in one slot.

  static constexpr std::uint32_t lanes() noexcept { return 1; }
  static constexpr std::uint32_t lane() noexcept { return 0; }
  void busy() noexcept {}
  template <class Ready>
  bool idle(std::uint64_t now, std::uint64_t, Ready&&) noexcept {
    waited_at = now;
    on_idle(idled++);
    return soon;
  }
  static bool interrupted(control_words const& control) noexcept {
    return control.command.load() != kernel_command::run;
  }
  void ring_bell(doorbell) noexcept { ++bells; }
  template <class F>
  bool guard(F&& handler, envelope const&) noexcept {
    try {
      handler();
      return true;
    } catch (...) {
      return false;
    }
  }
  void bury(drop_reason reason, envelope const& head) noexcept {
    buried.emplace_back(reason, head);
  }
  std::byte* scratch(std::size_t bytes) noexcept {
    made_aside.resize(bytes);
    return no_memory ? nullptr : made_aside.data();
  }
  template <class... Args>
  bool post(Args const&...) noexcept {
    return false;
  }
  static kernel_view const* linked(kernel_view const&, std::uint32_t) noexcept { return nullptr; }
  template <class... Args>
  void lose(Args const&...) noexcept {}
  static topics_view subscriptions(kernel_view const&) noexcept { return {}; }
  template <class Fill>
  void reply(kernel_view const& kernel, envelope const& to, message_kind kind, type_code type,
             std::size_t length, std::uint64_t time, Fill&& fill) noexcept {
    detail::publish_reply(kernel, *kernel.shards[0].words, *this, to, kind, type, length, time,
                          fill);
  }
  /// Nothing: its handlers send nothing.
  struct no_messages {
    static bool peek(message_view&) noexcept { return false; }
    static void pop(message_view const&) noexcept {}
    static void post() noexcept {}
  };
  static no_messages from_here() noexcept { return {}; }
  static no_messages from_others() noexcept { return {}; }
  static bool ready() noexcept { return false; }
  static pressure forward(kernel_view const&) noexcept { return pressure::none; }
};

/// A ring with the memory that it stands on.
class owned_ring {
 public:
  owned_ring(std::uint64_t slots, std::size_t stride)
      : lines_(ring_geometry::of(slots, stride).bytes() / sizeof(line)) {
    ring_.geometry = ring_geometry::of(slots, stride);
    ring_.slots = lines_.data()->bytes.data();
    ring_.words = &words_;
    ring_.initialise();
  }
  [[nodiscard]] ring<test_codec> const& get() const { return ring_; }

 private:
  struct alignas(line_bytes) line {
    std::array<std::byte, line_bytes> bytes{};
  };
  std::vector<line> lines_;
  ring_words<> words_;
  ring<test_codec> ring_{};
};

/// A reply as its asker sees it.
struct taken_reply {
  envelope head;
  std::vector<std::byte> bytes;

  template <class T>
  [[nodiscard]] T as() const {
    T value{};
    if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
};

/// A kernel of one shard and one port. Send, then `run` once.
template <class Actor, std::size_t Actors = 2>
class loop_bench {
 public:
  std::array<Actor, Actors> states{};
  control_words control;
  shard_words words;
  telemetry_block telemetry;
  scripted_environment env;

  template <class Message>
  void send(std::uint64_t actor, Message const& message, std::uint64_t correlation = 0) {
    std::vector<std::byte> bytes(payload<Message>::size(message));
    payload<Message>::pack(message, bytes.data());
    send_bytes(actor, type_code_of<Message>,
               payload<Message>::raw ? message_kind::raw : message_kind::wire, bytes, correlation);
  }
  /// With a correlation it is an ask, without one a tell.
  void send_bytes(std::uint64_t actor, type_code type, message_kind kind,
                  std::vector<std::byte> const& bytes, std::uint64_t correlation = 0) {
    envelope head;
    head.actor = actor;
    head.type = type;
    head.kind = kind;
    head.length = static_cast<std::uint32_t>(bytes.size());
    head.correlation = correlation;
    head.port = correlation == 0 ? no_port : std::uint16_t{0};
    head.time = ++clock_;
    ring_writer<test_codec, writers::many> const writer(inbox_.get());
    if (!writer.try_push(head, bytes.data())) throw std::length_error("the inbox is full");
  }
  /// Runs the loop, told to run, until it was idle once.
  void run() {
    control.command.store(kernel_command::run);
    run([&](std::uint64_t) { control.command.store(kernel_command::stop); });
  }
  /// Runs the loop as the control words say; the script must stop it.
  void run(std::function<void(std::uint64_t)> script) {
    env.on_idle = std::move(script);
    shard_.inbox = inbox_.get();
    shard_.words = &words;
    shard_.telemetry = &telemetry;
    shard_.actors = states.data();
    shard_.actor_count = Actors;
    port_.replies = replies_.get();
    kernel_view view;
    view.control = &control;
    view.shards = &shard_;
    view.ports = &port_;
    view.actors = Actors;
    view.shard_count = 1;
    view.port_count = 1;
    shard_loop<Actor, scripted_environment>(view, 0, env).run();
  }
  /// Everything that came into the asker's ring since the last call.
  [[nodiscard]] std::vector<taken_reply> replies() {
    std::vector<taken_reply> out;
    message_view shown;
    while (reader_.peek(shown)) {
      out.push_back({shown.head, {shown.payload, shown.payload + shown.head.length}});
      reader_.pop(shown);
    }
    return out;
  }
  [[nodiscard]] std::uint64_t dropped(drop_reason reason) const {
    return words.dropped[static_cast<std::size_t>(reason)].load();
  }

 private:
  owned_ring inbox_{256, 128};
  owned_ring replies_{256, 128};
  shard_view shard_{};
  port_view port_{};
  ring_reader<test_codec> reader_{replies_.get(), nullptr, 0};
  std::uint64_t clock_ = 0;
};

}  // namespace gyre::loop_test
