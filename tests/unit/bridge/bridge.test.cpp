#include <cstdint>
#include <vector>

#include "bridge_test.hpp"

namespace gyre {
namespace {

using namespace bridge_test;

message_entry entry_with_reply(std::size_t usual, std::size_t greatest) {
  message_entry e;
  e.reply_usual = usual;
  e.reply_greatest = greatest;
  return e;
}

TEST(bridge, reply_ring_has_room_for_the_greatest_reply_to_every_message_of_the_window) {
  for (std::size_t greatest : {0U, 8U, 464U, 5'000U, 65'536U}) {
    auto const e = entry_with_reply(greatest < 256 ? greatest : 256, greatest);
    for (std::uint64_t window : {16U, 4096U}) {
      auto const g = bridge::reply_geometry(e, window, ring_format::commit);
      std::uint64_t const reply =
          greatest < sizeof(failure_reply) ? sizeof(failure_reply) : greatest;
      EXPECT_GE(g.slots, window * ring_geometry::slots_for(reply, cpu_codec::payload(g.stride)))
          << greatest << " bytes, window " << window;
    }
  }
}

// Contract, fault 8: sizes multiplied in 32 bits.
TEST(bridge, greatest_window_of_the_greatest_replies_is_over_32_bits) {
  auto const e = entry_with_reply(256, limits::greatest_payload);
  std::uint64_t const window = limits::launch_queue_capacity.greatest;
  auto const g = bridge::reply_geometry(e, window, ring_format::commit);
  EXPECT_GE(g.bytes(), window * limits::greatest_payload);
  EXPECT_GT(bridge::bytes_beside(e, window), window * 32) << "a row for each message of the window";
}

TEST(bridge, request_goes_straight_to_the_ring_and_its_reply_to_the_other_queue) {
  bridged_kernel b;
  ASSERT_TRUE(b.send(6));
  EXPECT_EQ(b.between->requests()->depth(), 0U);
  auto const m = b.kernel.take();
  ASSERT_TRUE(m);
  EXPECT_EQ(m->head.kind, message_kind::wire);
  EXPECT_EQ(m->head.actor, 2U);
  EXPECT_EQ(m->head.port, 0U);
  EXPECT_EQ(m->head.type, type_code_of<question>);
  EXPECT_EQ(bridged_kernel::number_in(*m), 6U);
  b.kernel.answer(m->head, answer{36});
  EXPECT_EQ(b.receive(), 36U);
  EXPECT_TRUE(b.straight());
  EXPECT_EQ(b.between->sent(), 1U);
  EXPECT_EQ(b.between->answered(), 1U);
}

// Contract, fault 9: a message that the next stage had no room for was lost, or overtaken.
TEST(bridge, order_is_kept_when_the_ring_refuses) {
  bridged_kernel b(16, 64, 64);
  for (std::uint64_t n = 1; n <= 40; ++n) ASSERT_TRUE(b.send(n)) << n;
  EXPECT_EQ(b.between->requests()->depth(), 24U) << "the ring holds 16";
  EXPECT_TRUE(b.between->needs_pump());
  std::vector<std::uint64_t> handled;
  for (int turn = 0; turn < 10; ++turn) {
    for (auto n : b.serve()) handled.push_back(n);
    if (turn == 0) {
      ASSERT_TRUE(b.send(41)) << "a newer one must not slip past those that stand";
    }
    (void)b.between->pump();
  }
  EXPECT_EQ(handled, numbers(1, 41));
  std::vector<std::uint64_t> received;
  while (auto n = b.receive()) received.push_back(*n);
  EXPECT_EQ(received, numbers(1, 41));
  EXPECT_FALSE(b.between->needs_pump());
}

TEST(bridge, window_of_unanswered_messages_holds_back_the_rest) {
  bridged_kernel b(64, 16);
  for (std::uint64_t n = 1; n <= 20; ++n) ASSERT_TRUE(b.send(n));
  auto const taken = b.kernel.take_all();
  ASSERT_EQ(taken.size(), 16U);
  b.kernel.answer(taken[0].head, answer{1});
  EXPECT_EQ(b.receive(), 1U);
  auto const more = b.kernel.take_all();
  ASSERT_EQ(more.size(), 1U) << "one answered, one more sent";
  EXPECT_EQ(bridged_kernel::number_in(more[0]), 17U);
}

// Contract, fault 9, the other way: replies that the response queue has no room for.
TEST(bridge, replies_wait_in_the_ring_for_room_in_the_queue) {
  bridged_kernel b(64, 64, 16);
  for (std::uint64_t n = 1; n <= 40; ++n) ASSERT_TRUE(b.send(n));
  EXPECT_EQ(b.serve(), numbers(1, 40));
  (void)b.between->pump();
  EXPECT_EQ(b.between->responses()->depth(), 16U);
  EXPECT_EQ(b.between->answered(), 16U);
  std::vector<std::uint64_t> received;
  while (auto n = b.receive()) received.push_back(*n);
  EXPECT_EQ(received, numbers(1, 40));
  EXPECT_EQ(b.letters->total(), 0U);
}

TEST(bridge, failure_is_a_dead_letter_with_its_reason_and_the_next_reply_comes) {
  bridged_kernel b;
  for (std::uint64_t n = 1; n <= 3; ++n) ASSERT_TRUE(b.send(n));
  auto const taken = b.kernel.take_all();
  b.kernel.refuse(taken[0].head, errc::rejected);
  b.kernel.refuse(taken[1].head, errc::no_such_actor);
  b.kernel.answer(taken[2].head, answer{3});
  EXPECT_EQ(b.receive(), 3U);
  EXPECT_EQ(b.between->answered(), 3U);
  auto const letters = b.letters->letters();
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].reason, drop_reason::rejected);
  EXPECT_EQ(letters[0].message_type, "question");
  EXPECT_EQ(letters[0].message_id.bytes[0], 1) << "the id of the message that was refused";
  EXPECT_EQ(letters[0].actor, 1U);
  EXPECT_EQ(letters[1].reason, drop_reason::no_such_actor);
  auto const lost = [&](drop_reason r) {
    return b.kernel.lost_by_reason[static_cast<std::size_t>(r)].load();
  };
  EXPECT_EQ(lost(drop_reason::rejected), 1U);
  EXPECT_EQ(lost(drop_reason::no_such_actor), 1U);
}

// Its bytes would be copied into the receiver's room of 1 KiB, and under a lock.
TEST(bridge, large_reply_goes_by_way_of_the_queue) {
  bridged_kernel b(16, 16, 16, image_of<librarian>());
  ASSERT_TRUE(b.send(1));
  auto const m = b.kernel.take();
  ASSERT_TRUE(m);
  page sent;
  ASSERT_TRUE(sent.words.resize(500));
  sent.words[499] = 7;
  std::vector<std::byte> bytes(wire::encoded_size(sent));
  (void)wire::encode_unchecked(sent, bytes.data());
  b.kernel.answer(m->head, message_kind::wire_reply, bytes.data(), bytes.size());
  page got;
  ASSERT_TRUE(b.between->responses()->receive(
      [&](std::span<std::byte const> in) { return static_cast<bool>(wire::decode(in, got)); },
      0ns));
  EXPECT_EQ(got.words.size(), 500U);
  EXPECT_EQ(got.words[499], 7U);
  EXPECT_FALSE(b.straight());
}

// A reply that goes straight to the receiver must not overtake one that another thread has just
// moved into the queue.
TEST(bridge, order_is_kept_while_another_thread_pumps) {
  bridged_kernel b(64, 64, 64);
  constexpr std::uint64_t n = 3'000;
  std::atomic<bool> over{false};
  std::thread sender([&] {
    for (std::uint64_t i = 1; i <= n && b.send(i, patience); ++i) {
    }
  });
  std::thread kernel([&] {
    while (!over.load(std::memory_order_relaxed)) {
      if (b.serve().empty()) std::this_thread::yield();
    }
  });
  std::thread pumper([&] {
    while (!over.load(std::memory_order_relaxed)) {
      if (!b.between->pump()) std::this_thread::yield();
    }
  });
  std::vector<std::uint64_t> received;
  while (received.size() < n) {
    auto const got = b.receive(patience);
    if (!got) break;
    received.push_back(*got);
  }
  over = true;
  for (auto* thread : {&sender, &kernel, &pumper}) thread->join();
  EXPECT_EQ(received, numbers(1, n));
  auto const s = b.between->responses()->stats();
  EXPECT_EQ(s.sent, n);
  EXPECT_EQ(s.received, n);
  EXPECT_EQ(b.between->answered(), n);
}

TEST(bridge, shut_door_leaves_messages_in_their_queue) {
  bridged_kernel b;
  b.kernel.door.shut(gate_state::closed);
  ASSERT_TRUE(b.send(1));
  EXPECT_FALSE(b.kernel.take());
  EXPECT_EQ(b.between->requests()->depth(), 1U);
  EXPECT_FALSE(b.between->visitor().inside());
}

TEST(bridge, finish_delivers_what_fits_and_buries_the_rest) {
  bridged_kernel b(64, 64, 16);
  for (std::uint64_t n = 1; n <= 20; ++n) ASSERT_TRUE(b.send(n));
  EXPECT_EQ(b.serve().size(), 20U);
  EXPECT_EQ(b.between->finish(), 4U);
  EXPECT_EQ(b.between->responses()->depth(), 16U);
  EXPECT_EQ(b.between->answered(), 20U);
  EXPECT_EQ(b.letters->counts()[static_cast<std::size_t>(drop_reason::terminated)], 4U);
}

TEST(bridge, disconnected_moves_nothing) {
  bridged_kernel b;
  b.between->disconnect();
  ASSERT_TRUE(b.send(1));
  EXPECT_FALSE(b.kernel.take());
  EXPECT_EQ(b.between->requests()->depth(), 1U);
}

}  // namespace
}  // namespace gyre
