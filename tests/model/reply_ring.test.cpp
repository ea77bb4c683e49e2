#include "ring_model.hpp"

namespace gyre::model {
namespace {

constexpr std::uint64_t window = 2;
constexpr std::uint64_t workers = 2;

struct as_written {
  static void apply(atomic<std::uint64_t>&) {}
};

/// Positions handed out without ordering: a worker may then overwrite what the asker still reads,
/// for only another worker's ask told that it was read.
struct positions_are_relaxed {
  static void apply(atomic<std::uint64_t>& reserved) { reserved.word().relaxed_stores = true; }
};

/// The reply ring's protocol. An asker keeps at most `window` asks in flight, and the ring has as
/// many slots, so a worker takes a position without asking for room. An ask goes to whichever
/// worker has just answered, so a slow worker's reply may land laps later than its ask was made.
template <class Flaw, class Codec, std::uint64_t Asks>
struct reply_suite : rl::test_suite<reply_suite<Flaw, Codec, Asks>, 1 + workers> {
  using replies = modelled_ring<Codec, window>;
  static constexpr std::uint64_t stop = ~0ULL;

  void before() {
    replies::reset();
    Flaw::apply(replies::source.words->reserved);
    for (auto& inbox : inbox_bytes) new (inbox) atomic<std::uint64_t>(0);
  }

  void thread(unsigned index) {
    if (index == workers) {
      ask();
    } else {
      answer(index);
    }
  }

  void ask() {
    alignas(8) std::byte scratch[sizeof(envelope) + numbered_message::greatest_length];
    ring_reader<Codec> reader(replies::source, scratch, sizeof scratch);
    bool answered[Asks + 1]{};
    std::uint64_t asked = 0;
    for (std::uint64_t i = 0; i < window; ++i) inbox(i).store(++asked, std::memory_order_release);
    for (std::uint64_t left = Asks; left > 0; --left) {
      message_view shown;
      while (!reader.peek(shown)) yield();
      check_whole(shown);
      std::uint64_t const worker = shown.head.actor;
      RL_ASSERT(worker < workers && shown.head.correlation <= Asks);
      RL_ASSERT(!answered[shown.head.correlation]);
      answered[shown.head.correlation] = true;
      reader.pop(shown);
      inbox(worker).store(asked < Asks ? ++asked : stop, std::memory_order_release);
    }
  }

  void answer(std::uint64_t self) {
    ring_writer<Codec, writers::many> const writer(replies::source);
    for (std::uint64_t last = 0;;) {
      std::uint64_t const asked = inbox(self).load(std::memory_order_acquire);
      if (asked == stop) return;
      if (asked == last) {
        yield();
        continue;
      }
      last = asked;
      numbered_message const reply(self, asked, 8);
      writer.write(writer.reserve_promised(1), reply.head, reply.payload);
    }
  }

  static atomic<std::uint64_t>& inbox(std::uint64_t worker) {
    return *reinterpret_cast<atomic<std::uint64_t>*>(inbox_bytes[worker]);
  }

  alignas(8) static inline std::byte inbox_bytes[workers][sizeof(atomic<std::uint64_t>)];
  world<replies::words + workers, replies::cells, 2 * window * 4 + Asks * 4> made;
};

TEST(reply_ring_model, slot_is_never_overwritten_before_the_asker_has_read_it) {
  expect_sound<reply_suite<as_written, modelled_commit, 4>>(random_runs(200'000));
  expect_sound<reply_suite<as_written, modelled_commit, 2>>(every_run(2));
}

TEST(reply_ring_model, packed_replies_are_each_seen_once_and_whole) {
  expect_sound<reply_suite<as_written, modelled_tag8, 5>>(random_runs(20'000));
  expect_sound<reply_suite<as_written, modelled_tag16, 5>>(random_runs(20'000));
}

TEST(reply_ring_model, positions_handed_out_relaxed_are_found) {
  using suite = reply_suite<positions_are_relaxed, modelled_commit, 4>;
  expect_found<suite>(rl::test_result_data_race, random_runs(100'000));
}

}  // namespace
}  // namespace gyre::model
