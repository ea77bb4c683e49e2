#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gyre/core/event.hpp>
#include <gyre/engine/cpu/engine.hpp>
#include <gyre/engine/cpu/environment.hpp>

namespace gyre::engine_test {

/// Longer than anything here takes; a test that waits so long has failed.
inline constexpr std::chrono::seconds patience{20};

struct silent_listener final : kernel_listener {
  void failed(std::string_view) noexcept override {}
  void buried(drop_reason, envelope const&) noexcept override {}
  void buried_unseen(drop_reason, std::uint64_t) noexcept override {}
  void threw(envelope const&, std::string_view) noexcept override {}
};

/// A kernel of one actor for each shard, laid out by hand; messages are told to it alone.
template <class Actor>
class bare_kernel {
 public:
  explicit bare_kernel(std::uint32_t shards) : words(shards), telemetry_(shards), inbox_(shards) {
    view.shard_count = shards;
    view.actors = shards;
    view.control = &control;
    for (std::uint32_t i = 0; i < shards; ++i) {
      auto const geometry = ring_geometry::of(16, 64);
      slots_.push_back(std::move(*engine_->allocate(geometry.bytes())));
      shard_view s;
      s.inbox.geometry = geometry;
      s.inbox.slots = slots_.back().data();
      s.inbox.words = &inbox_[i];
      initialise(view.format, s.inbox);
      s.words = &words[i];
      s.telemetry = &telemetry_[i];
      s.actors = &states.emplace_back();
      s.actor_count = 1;
      s.bell = &bells_.emplace_back();
      shards_.push_back(s);
    }
    view.shards = shards_.data();
  }

  [[nodiscard]] result<std::unique_ptr<resident_kernel>> start(std::vector<int> pin = {}) {
    launch_options options;
    options.shards = view.shard_count;
    options.actors = view.actors;
    options.pin = std::move(pin);
    return engine_->start(image_of<Actor>(), view, options, listener_);
  }
  template <class Message>
  void tell(std::uint64_t actor, Message const& message) {
    envelope head;
    head.actor = actor;
    head.type = type_code_of<Message>;
    head.length = sizeof message;
    ring_writer<cpu_codec, writers::many> const inbox(
        ring<cpu_codec>(shards_[view.home(actor)].inbox));
    if (!inbox.try_push(head, reinterpret_cast<std::byte const*>(&message))) {
      throw std::length_error("the inbox is full");
    }
    bells_[view.home(actor)].notify();
  }
  void command(kernel_command c, resident_kernel& resident) {
    control.command.store(c);
    resident.wake();
  }

  control_words control;
  std::deque<shard_words> words;
  std::deque<Actor> states;
  kernel_view view{};

 private:
  std::unique_ptr<engine> engine_ = make_cpu_engine();
  silent_listener listener_;
  std::deque<telemetry_block> telemetry_;
  std::deque<ring_words<>> inbox_;
  std::deque<event> bells_;
  std::vector<memory_block> slots_;
  std::vector<shard_view> shards_;
};

}  // namespace gyre::engine_test
