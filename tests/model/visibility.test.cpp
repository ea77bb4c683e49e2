#include "ring_model.hpp"

namespace gyre::model {
namespace {

/// A buffer is written, and a message says that it was: what travels beside the ring.
template <class Codec>
struct handover_suite : rl::test_suite<handover_suite<Codec>, 2> {
  using ring_type = modelled_ring<Codec, 2>;

  void before() {
    ring_type::reset();
    new (buffer_bytes) cell();
  }

  void thread(unsigned index) {
    auto const& buffer = *reinterpret_cast<cell*>(buffer_bytes);
    if (index == 0) {
      buffer.store(42);
      numbered_message const message(0, 0, 8);
      RL_ASSERT((ring_writer<Codec, writers::one>(ring_type::source)
                     .try_push(message.head, message.payload)));
    } else {
      alignas(8) std::byte scratch[sizeof(envelope) + numbered_message::greatest_length];
      ring_reader<Codec> reader(ring_type::source, scratch, sizeof scratch);
      message_view shown;
      while (!reader.peek(shown)) yield();
      RL_ASSERT(buffer.load() == 42);
      reader.pop(shown);
    }
  }

  alignas(8) static inline std::byte buffer_bytes[sizeof(cell)];
  world<ring_type::words, ring_type::cells + 1, 64> made;
};

TEST(visibility_model, buffer_written_before_a_committed_message_is_seen_with_it) {
  expect_sound<handover_suite<modelled_commit>>(random_runs(20'000));
  expect_sound<handover_suite<modelled_commit>>(every_run(3));
}

// Packed tags order nothing but their own words. Whoever sends a buffer's handle through such a
// ring orders the buffer by other means: a fence on both sides, or the copy's own stream.
TEST(visibility_model, packed_message_brings_nothing_but_itself) {
  expect_found<handover_suite<modelled_tag8>>(rl::test_result_data_race, random_runs(10'000));
  expect_found<handover_suite<modelled_tag16>>(rl::test_result_data_race, random_runs(10'000));
}

}  // namespace
}  // namespace gyre::model
