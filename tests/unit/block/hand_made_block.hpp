#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/kernel/block/block.hpp>
#include <gyre/ring/any_ring.hpp>

#include "../../emulated/block.hpp"

namespace gyre::block_test {

/// Memory that begins at a multiple of a cache line.
class lines {
 public:
  explicit lines(std::uint64_t bytes) : memory_(bytes + cache_line) {
    auto const misfit = reinterpret_cast<std::uintptr_t>(memory_.data()) % cache_line;
    data_ = memory_.data() + (misfit == 0 ? 0 : cache_line - misfit);
  }
  [[nodiscard]] std::byte* data() const noexcept { return data_; }

 private:
  std::vector<std::byte> memory_;
  std::byte* data_ = nullptr;
};

struct answer {
  envelope head;
  std::vector<std::byte> bytes;

  template <class T>
  [[nodiscard]] T as() const {
    if (bytes.size() != sizeof(T)) throw std::length_error("a reply of another size");
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
};

/// One block of `Actor`, whose host is the test: on the test's own thread the lanes go on as often
/// as the test says. One port, whose replies it reads.
template <class Actor, std::uint32_t Lanes = 8>
class hand_made_block {
 public:
  static constexpr std::uint32_t workers = 2;

  explicit hand_made_block(std::uint64_t slots = 16, std::uint64_t actors = 4,
                           std::uint32_t seed = 1)
      : steps_(seed),
        inbox_slots_(slots * line_bytes),
        reply_slots_(reply_lines * line_bytes),
        tell_slots_(slots * line_bytes),
        scratch_(greatest + 2 * sizeof(envelope)),
        tell_scratch_(greatest + 2 * sizeof(envelope)),
        rows_(blocks_view::row_for(greatest) * Lanes * workers * block::rows_per_lane),
        actors_(actors) {
    set(shard_.inbox, ring_geometry::of(slots, line_bytes), inbox_slots_, inbox_words_);
    set(port_.replies, ring_geometry::of(reply_lines, line_bytes), reply_slots_, reply_words_);
    set(block_.tells, ring_geometry::of(slots, line_bytes), tell_slots_, tell_words_);
    shard_.scratch = scratch_.data() + 8;
    shard_.words = &words;
    shard_.telemetry = &telemetry;
    shard_.actors = actors_.data();
    shard_.actor_count = actors;
    block_.tell_scratch = tell_scratch_.data() + 8;
    block_.rows = rows_.data();
    block_.letters = &letters;
    view_.kernel.control = &host;
    view_.kernel.shards = &shard_;
    view_.kernel.ports = &port_;
    view_.kernel.actors = actors;
    view_.kernel.shard_count = 1;
    view_.kernel.port_count = 1;
    view_.kernel.format = ring_format::tag8;
    view_.blocks = &block_;
    view_.reply_positions = &reply_position_;
    view_.row_bytes = blocks_view::row_for(greatest);
    view_.workers = workers;
    replies_ = any_reader(ring_format::tag8, port_.replies, gather_.data(), gather_.size());
    for (std::uint32_t w = 0; w < 1 + block::sources + workers; ++w) {
      warps_.emplace_back();
      for (std::uint32_t lane = 0; lane < Lanes; ++lane) {
        steps_.add([this, w, lane] {
          emulated::warp<Lanes> self(state_, warps_[w], lane);
          run_block<Actor>(self, w, shared, view_, 0);
        });
      }
    }
  }
  ~hand_made_block() {
    command(kernel_command::stop);
    EXPECT_TRUE(until([] { return false; }, true)) << "the block does not end";
  }

  void command(kernel_command c) { host.command.store(c); }

  /// So many rounds, each lane once in each.
  void rounds(int n) {
    while (n-- > 0 && steps_.round()) {
    }
  }
  /// Rounds until it is so. False: not within many, unless `or_ended`, and the block ended.
  template <class Condition>
  [[nodiscard]] bool until(Condition&& condition, bool or_ended = false) {
    for (int i = 0; i < 2'000'000; ++i) {
      if (condition()) return true;
      if (!steps_.round()) return or_ended;
    }
    return false;
  }
  [[nodiscard]] bool comes_to(shard_phase phase) {
    return until([&] { return words.phase.load() == phase; }, phase == shard_phase::stopped) &&
           words.phase.load() == phase;
  }

  template <class Message>
  [[nodiscard]] envelope head_of(Message const&, std::uint64_t actor, std::uint64_t correlation) {
    envelope head;
    head.actor = actor;
    head.correlation = correlation;
    head.type = type_code_of<Message>;
    head.length = sizeof(Message);
    head.port = 0;
    return head;
  }
  /// False: no room.
  template <class Message>
  [[nodiscard]] bool send(Message const& m, std::uint64_t actor, std::uint64_t correlation) {
    std::uint64_t at = 0;
    if (!reserve(sizeof m, at)) return false;
    inbox().write(at, head_of(m, actor, correlation), reinterpret_cast<std::byte const*>(&m));
    return true;
  }
  [[nodiscard]] bool reserve(std::uint64_t bytes, std::uint64_t& at) {
    return inbox().reserve(inbox().slots_for(bytes), at);
  }
  [[nodiscard]] any_writer inbox() { return {ring_format::tag8, shard_.inbox}; }
  [[nodiscard]] std::byte* slot(std::uint64_t position) {
    return inbox_slots_.data() + shard_.inbox.geometry.offset(position);
  }

  /// The replies that have come.
  [[nodiscard]] std::vector<answer> take_replies() {
    std::vector<answer> out;
    message_view shown;
    while (replies_.peek(shown)) {
      out.push_back({shown.head, {shown.payload, shown.payload + shown.head.length}});
      replies_.pop(shown);
    }
    return out;
  }
  [[nodiscard]] Actor const& state_of(std::uint64_t actor) const {
    emulated::see_fibers();
    return actors_[actor];
  }

  control_words host{};
  shard_words words{};
  telemetry_block telemetry{};
  block::shared_block shared{};
  block::letter_box letters{};

 private:
  static constexpr std::uint64_t greatest = 8192;
  static constexpr std::uint64_t reply_lines = 256;

  static void set(ring_memory<>& ring, ring_geometry const& geometry, lines const& slots,
                  ring_words<>& words_of) {
    ring.geometry = geometry;
    ring.slots = slots.data();
    ring.words = &words_of;
    initialise(ring_format::tag8, ring);
  }

  emulated::stepper steps_;
  emulated::block_state state_;
  std::deque<emulated::warp_state<Lanes>> warps_;
  lines inbox_slots_;
  lines reply_slots_;
  lines tell_slots_;
  lines scratch_;
  lines tell_scratch_;
  lines rows_;
  ring_words<> inbox_words_;
  ring_words<> reply_words_;
  ring_words<> tell_words_;
  platform::atomic<std::uint64_t> reply_position_{0};
  std::vector<Actor> actors_;
  std::vector<std::byte> gather_ = std::vector<std::byte>(greatest + sizeof(envelope));
  shard_view shard_{};
  port_view port_{};
  block_view block_{};
  blocks_view view_{};
  any_reader replies_;
};

}  // namespace gyre::block_test
