#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ring_traffic.hpp"

namespace gyre::stress {
namespace {

constexpr auto patience = std::chrono::seconds(100);

// Contract, fault 11: "a late reply delivered to the next asker", "a reply slot freed while it may
// still be written". Workers reply without asking for room; a window of asks is the promise.
template <class Replies>
void ask_and_answer(std::uint64_t full) {
  constexpr std::uint64_t workers = 3;
  constexpr std::uint64_t window = 8;
  std::uint64_t const total = messages(full);
  owned_ring<Replies> replies(window);
  std::vector<std::unique_ptr<owned_ring<commit_codec<>>>> inboxes;
  for (std::uint64_t i = 0; i < workers; ++i) {
    inboxes.push_back(std::make_unique<owned_ring<commit_codec<>>>(window));
  }
  verdict shared(patience);
  std::atomic<bool> stop{false};

  std::vector<std::thread> threads;
  for (std::uint64_t self = 0; self < workers; ++self) {
    threads.emplace_back([&, self] {
      ring_reader<commit_codec<>> inbox(inboxes[self]->source, nullptr, 0);
      ring_writer<Replies, writers::many> const writer(replies.source);
      bounded_wait wait(shared, "an ask for worker", self);
      while (!stop.load(std::memory_order_acquire)) {
        message_view ask;
        if (!inbox.peek(ask)) {
          if (!wait.step()) return;
          continue;
        }
        envelope head;
        head.actor = self;
        head.correlation = ask.head.correlation;
        head.length = 8;
        alignas(8) std::byte payload[8];
        fill(payload, 8, self, head.correlation);
        inbox.pop(ask);
        writer.write(writer.reserve_promised(1), head, payload);
      }
    });
  }

  alignas(8) std::byte scratch[sizeof(envelope) + 8];
  ring_reader<Replies> reader(replies.source, scratch, sizeof scratch);
  std::vector<bool> answered(total);
  std::uint64_t asked = 0;
  for (std::uint64_t taken = 0; taken < total && !shared.over();) {
    for (; asked < total && asked - taken < window; ++asked) {
      // Unevenly, so that replies overtake each other.
      auto const& inbox = inboxes[asked % 5 % workers]->source;
      envelope head;
      head.correlation = asked;
      if (!ring_writer<commit_codec<>, writers::one>(inbox).try_push(head, scratch)) {
        shared.complain("no room for ask " + std::to_string(asked));
      }
    }
    message_view shown;
    bounded_wait wait(shared, "reply", taken);
    while (!reader.peek(shown) && wait.step()) {
    }
    if (shared.over()) break;
    std::uint64_t const number = shown.head.correlation;
    if (number >= asked || answered[number]) {
      shared.complain("ask " + std::to_string(number) + " was answered twice, or never made");
    } else if (!whole(shown.payload, shown.head.length, shown.head.actor, number)) {
      shared.complain("reply " + std::to_string(number) + " is not what was sent");
    } else {
      answered[number] = true;
      ++taken;
    }
    reader.pop(shown);
  }
  stop.store(true, std::memory_order_release);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(shared.text(), "");
}

TEST(reply_ring_stress, no_reply_is_overwritten_before_it_is_read) {
  ask_and_answer<commit_codec<>>(500'000);
  ask_and_answer<tag8_codec<>>(200'000);
}

// The ring and the event that wakes its reader: a wake-up that is lost leaves the reader parked
// until the deadline.
TEST(ring_wake_stress, parked_reader_is_woken_for_each_message) {
  constexpr std::uint64_t senders = 3;
  std::uint64_t const each = messages(150'000) / senders;
  owned_ring<commit_codec<>> made(64);
  verdict shared(patience);
  event filled;
  std::vector<std::thread> threads;
  for (std::uint64_t self = 0; self < senders; ++self) {
    threads.emplace_back([&, self] {
      ring_writer<commit_codec<>, writers::many> const writer(made.source);
      envelope head;
      head.actor = self;
      head.length = 8;
      alignas(8) std::byte payload[8];
      for (std::uint64_t number = 0; number < each; ++number) {
        head.correlation = number;
        fill(payload, 8, self, number);
        bounded_wait wait(shared, "room for message", number);
        while (!writer.try_push(head, payload)) {
          if (!wait.step()) return;
        }
        filled.notify();
        if (number % 16 == self) std::this_thread::yield();
      }
    });
  }
  ring_reader<commit_codec<>> reader(made.source, nullptr, 0);
  ledger seen(senders);
  for (std::uint64_t taken = 0; taken < each * senders && !shared.over(); ++taken) {
    message_view shown;
    while (!reader.peek(shown)) {
      reader.post();
      if (!filled.park(shared.until(), [&] { return reader.ready(); })) {
        shared.complain("message " + std::to_string(taken) + " never woke its reader");
        break;
      }
    }
    if (shared.over()) break;
    std::string wrong = seen.enter(shown, 8);
    if (!wrong.empty()) shared.complain(std::move(wrong));
    reader.pop(shown);
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(shared.text(), "");
}

}  // namespace
}  // namespace gyre::stress
