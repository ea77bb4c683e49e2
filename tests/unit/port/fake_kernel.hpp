#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gyre/core/event.hpp>
#include <gyre/engine/cpu/engine.hpp>
#include <gyre/port/client_port.hpp>

namespace gyre::port_test {

using namespace std::chrono_literals;

/// Longer than anything here takes; a test that waits so long has failed.
inline constexpr std::chrono::seconds patience{20};

/// A message that the kernel has taken.
struct taken_message {
  envelope head;
  std::vector<std::byte> bytes;
};

/// A kernel of one shard whose part the test plays: it takes messages and answers them when it
/// likes. Used by one thread, but for what ports do to their host.
class fake_kernel : public port_host {
 public:
  explicit fake_kernel(kernel_image const& of, std::uint64_t slots = 16, std::size_t stride = 128,
                       ring_format format = ring_format::commit)
      : inbox_slots_(allocate(ring_geometry::of(slots, stride).bytes())) {
    image = &of;
    view.format = format;
    id = "fake";
    shard_.inbox.geometry = ring_geometry::of(slots, stride);
    shard_.inbox.slots = inbox_slots_.data();
    shard_.inbox.words = &inbox_words_;
    initialise(format, shard_.inbox);
    shard_.bell = &shard_bell_;
    view.shards = &shard_;
    view.ports = rows_.data();
    view.shard_count = 1;
    view.port_count = 2;
    view.actors = 4;
    inbox_ = any_reader(format, shard_.inbox, scratch_.data(), scratch_.size());
  }

  [[nodiscard]] static memory_block allocate(std::uint64_t bytes) {
    auto block = make_cpu_engine()->allocate(bytes);
    if (!block) throw std::runtime_error(block.error().message());
    return std::move(*block);
  }

  /// Makes `row` a port of the kernel's.
  void connect(std::uint16_t row, port_view const& port) { rows_[row] = port; }

  /// The next message of the inbox, if there is one.
  [[nodiscard]] std::optional<taken_message> take() {
    message_view shown;
    if (!inbox_.peek(shown)) return std::nullopt;
    taken_message out{shown.head, {shown.payload, shown.payload + shown.head.length}};
    inbox_.pop(shown);
    inbox_.post();
    return out;
  }
  [[nodiscard]] std::vector<taken_message> take_all() {
    std::vector<taken_message> out;
    while (auto m = take()) out.push_back(std::move(*m));
    return out;
  }

  void answer(envelope const& to, message_kind kind, std::byte const* bytes, std::size_t length) {
    envelope head = to;
    head.kind = kind;
    head.length = static_cast<std::uint32_t>(length);
    auto const& row = rows_[to.port];
    any_writer const replies(view.format, row.replies);
    replies.write(replies.reserve_promised(replies.slots_for(length)), head, bytes);
    static_cast<event*>(row.bell)->notify();
  }
  template <class Reply>
  void answer(envelope const& to, Reply const& value) {
    answer(to, message_kind::raw_reply, reinterpret_cast<std::byte const*>(&value), sizeof value);
  }
  void refuse(envelope const& to, errc code) {
    failure_reply const why{static_cast<std::uint32_t>(code), 0, 0};
    answer(to, message_kind::failure, reinterpret_cast<std::byte const*>(&why), sizeof why);
  }

  // port_host
  void late_reply(envelope const&) noexcept override { ++late_replies; }
  void lost(drop_reason reason) noexcept override {
    ++lost_by_reason[static_cast<std::size_t>(reason)];
  }
  std::string explain(std::uint16_t, std::uint64_t, errc code) const override {
    return "explained: " + std::string(to_string(code));
  }

  std::atomic<std::uint64_t> late_replies{0};
  std::array<std::atomic<std::uint64_t>, drop_reasons> lost_by_reason{};

 private:
  memory_block inbox_slots_;
  ring_words<> inbox_words_;
  event shard_bell_;
  shard_view shard_{};
  std::array<port_view, 2> rows_{};
  std::vector<std::byte> scratch_ = std::vector<std::byte>(limits::greatest_payload + 64);
  any_reader inbox_;
};

}  // namespace gyre::port_test
