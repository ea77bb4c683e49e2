#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ring_traffic.hpp"

namespace gyre::stress {
namespace {

constexpr std::uint64_t slots = 16;
constexpr auto patience = std::chrono::seconds(100);
constexpr std::uint32_t greatest_length = 400;

/// Payload bytes of message `number`: tiny ones, or such that messages take one to nine slots and
/// wrap round at every offset.
struct tiny {
  static constexpr std::uint32_t length(std::uint64_t) { return 8; }
};
struct multi_slot {
  static constexpr std::uint32_t length(std::uint64_t number) {
    return static_cast<std::uint32_t>(number * 37 % (greatest_length + 1));
  }
};

template <class Codec, writers Writers, class Shape>
void send(ring<Codec> const& r, std::uint64_t self, std::uint64_t count, verdict& shared) {
  ring_writer<Codec, Writers> const writer(r);
  alignas(8) std::byte payload[greatest_length];
  envelope head;
  head.actor = self;
  for (std::uint64_t number = 0; number < count; ++number) {
    head.correlation = number;
    head.length = Shape::length(number);
    fill(payload, head.length, self, number);
    bounded_wait wait(shared, "room for message", number);
    while (!writer.try_push(head, payload)) {
      if (!wait.step()) return;
    }
  }
}

template <class Codec, class Shape>
void receive(ring<Codec> const& r, std::uint64_t senders, std::uint64_t total, verdict& shared) {
  alignas(8) std::byte scratch[sizeof(envelope) + greatest_length];
  ring_reader<Codec> reader(r, scratch, sizeof scratch);
  ledger seen(senders);
  for (std::uint64_t taken = 0; taken < total; ++taken) {
    message_view shown;
    bounded_wait wait(shared, "message", taken);
    while (!reader.peek(shown)) {
      reader.post();
      if (!wait.step()) return;
    }
    std::string wrong = seen.enter(shown, Shape::length(shown.head.correlation));
    if (!wrong.empty()) return shared.complain(std::move(wrong));
    reader.pop(shown);
  }
  if (reader.ready()) shared.complain("a message more than was sent");
}

/// `senders` threads to this one. `full` messages in all, fewer in a small run.
template <class Codec, writers Writers, class Shape>
void exchange(std::uint64_t senders, std::uint64_t full) {
  std::uint64_t const each = messages(full) / senders;
  owned_ring<Codec> made(slots);
  verdict shared(patience);
  std::vector<std::thread> threads;
  for (std::uint64_t self = 0; self < senders; ++self) {
    threads.emplace_back(
        [&, self] { send<Codec, Writers, Shape>(made.source, self, each, shared); });
  }
  receive<Codec, Shape>(made.source, senders, each * senders, shared);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(shared.text(), "");
}

TEST(ring_stress, four_producers_lose_repeat_and_reorder_nothing) {
  exchange<commit_codec<>, writers::many, tiny>(4, 2'000'000);
}

TEST(ring_stress, four_producers_of_many_slots_do_not_mix_their_messages) {
  exchange<commit_codec<>, writers::many, multi_slot>(4, 400'000);
}

TEST(ring_stress, one_producer_is_never_overwritten) {
  exchange<commit_codec<>, writers::one, tiny>(1, 2'000'000);
  exchange<commit_codec<>, writers::one, multi_slot>(1, 400'000);
}

TEST(ring_stress, packed_slots_are_never_read_torn) {
  exchange<tag8_codec<>, writers::many, tiny>(4, 600'000);
  exchange<tag8_codec<>, writers::many, multi_slot>(4, 200'000);
  exchange<tag16_codec<>, writers::many, tiny>(4, 400'000);
  exchange<tag16_codec<>, writers::one, multi_slot>(1, 200'000);
}

TEST(ring_stress, batches_of_four_producers_stay_in_order) {
  constexpr std::uint64_t senders = 4;
  std::uint64_t const each = messages(1'000'000) / senders;
  owned_ring<commit_codec<>> made(slots);
  verdict shared(patience);
  std::vector<std::thread> threads;
  for (std::uint64_t self = 0; self < senders; ++self) {
    threads.emplace_back([&, self] {
      ring_writer<commit_codec<>, writers::many> const writer(made.source);
      for (std::uint64_t number = 0; number < each;) {
        std::uint64_t const want = std::min<std::uint64_t>(1 + number % 7, each - number);
        bounded_wait wait(shared, "room for message", number);
        std::uint64_t sent = 0;
        while (sent == 0) {
          sent = writer.push_batch(want, [&](std::uint64_t i, envelope& head, std::byte* to) {
            head.actor = self;
            head.correlation = number + i;
            head.length = tiny::length(number + i);
            fill(to, head.length, self, number + i);
          });
          if (sent == 0 && !wait.step()) return;
        }
        number += sent;
      }
    });
  }
  receive<commit_codec<>, tiny>(made.source, senders, each * senders, shared);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(shared.text(), "");
}

}  // namespace
}  // namespace gyre::stress
