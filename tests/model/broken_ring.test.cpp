// Rings that are broken on purpose: were one of these not found, the sound ones would prove
// nothing.

#include "ring_model.hpp"

namespace gyre::model {
namespace {

/// `traffic_suite` over a ring from which `Flaw` has taken something.
template <class Traffic, class Flaw>
struct broken_suite
    : rl::test_suite<broken_suite<Traffic, Flaw>, static_cast<rl::thread_id_t>(Traffic::threads)> {
  void before() {
    Traffic::ring_type::reset();
    Flaw::apply(Traffic::ring_type::source);
  }
  void thread(unsigned index) { Traffic::run(index); }

  world<Traffic::words, Traffic::cells, Traffic::quads> made;
};

template <class Ring>
watched_word& tag_of(Ring const& ring, std::uint64_t slot) {
  return reinterpret_cast<atomic<std::uint64_t>*>(ring.at(slot))->word();
}

struct publish_is_relaxed {
  template <class Ring>
  static void apply(Ring const& ring) {
    for (std::uint64_t i = 0; i < ring.geometry.slots; ++i) tag_of(ring, i).relaxed_stores = true;
  }
};

struct ready_is_relaxed {
  template <class Ring>
  static void apply(Ring const& ring) {
    for (std::uint64_t i = 0; i < ring.geometry.slots; ++i) tag_of(ring, i).relaxed_loads = true;
  }
};

struct consumed_is_posted_relaxed {
  template <class Ring>
  static void apply(Ring const& ring) {
    ring.words->consumed.word().relaxed_stores = true;
  }
};

struct consumed_is_read_relaxed {
  template <class Ring>
  static void apply(Ring const& ring) {
    ring.words->consumed.word().relaxed_loads = true;
  }
};

struct seen_consumed_is_passed_on_relaxed {
  template <class Ring>
  static void apply(Ring const& ring) {
    ring.words->seen_consumed.word().relaxed_stores = true;
  }
};

struct seen_consumed_is_read_relaxed {
  template <class Ring>
  static void apply(Ring const& ring) {
    ring.words->seen_consumed.word().relaxed_loads = true;
  }
};

struct none {
  template <class Ring>
  static void apply(Ring const&) {}
};

struct tag_before_payload : modelled_commit {
  static void put(std::byte* at, std::size_t stride, std::uint64_t lap, std::byte const* from,
                  std::size_t bytes) noexcept {
    publish(at, lap);
    modelled_commit::put(at, stride, lap, from, bytes);
  }
};

/// Believes a slot whose first word is there, as if a slot were always written at one go.
struct first_tag_is_enough : modelled_tag8 {
  static bool get(std::byte const* at, std::uint64_t, std::byte* to, std::size_t bytes) noexcept {
    auto const* const words = reinterpret_cast<word const*>(at);
    for (std::size_t offset = 0, i = 0; offset < bytes; offset += 7, ++i) {
      std::uint64_t const payload = words[i].load(platform::memory_order_relaxed) >> 8;
      std::memcpy(to + offset, &payload, bytes - offset < 7 ? bytes - offset : 7);
    }
    return true;
  }
};

/// Forgets the lap: what was there a lap ago looks new.
struct tag_without_lap : modelled_commit {
  static bool ready(std::byte const* at, std::uint64_t) noexcept {
    return modelled_commit::ready(at, 1);
  }
  static void put(std::byte* at, std::size_t stride, std::uint64_t, std::byte const* from,
                  std::size_t bytes) noexcept {
    modelled_commit::put(at, stride, 1, from, bytes);
  }
};

template <class Codec, std::uint64_t Slots, std::uint64_t Messages>
using spsc = traffic<Codec, Slots, 1, Messages, one_slot>;
template <std::uint64_t Slots, std::uint64_t Each>
using mpsc = traffic<modelled_commit, Slots, 2, Each, one_slot>;

// Contract, fault 8: "a head published before the slot is written".
TEST(broken_ring_model, head_published_before_slot_is_written_is_found) {
  using suite = broken_suite<spsc<tag_before_payload, 2, 2>, none>;
  expect_found<suite>(rl::test_result_data_race, random_runs(1000));
  expect_found<suite>(rl::test_result_data_race, every_run(1));
}

TEST(broken_ring_model, tag_stored_without_release_is_found) {
  using suite = broken_suite<spsc<modelled_commit, 2, 2>, publish_is_relaxed>;
  expect_found<suite>(rl::test_result_data_race, random_runs(1000));
  expect_found<suite>(rl::test_result_data_race, every_run(1));
}

TEST(broken_ring_model, tag_loaded_without_acquire_is_found) {
  using suite = broken_suite<spsc<modelled_commit, 2, 2>, ready_is_relaxed>;
  expect_found<suite>(rl::test_result_data_race, random_runs(1000));
}

// Contract, fault 8: "a full check that races".
TEST(broken_ring_model, consumed_posted_without_release_is_found) {
  using suite = broken_suite<spsc<modelled_commit, 1, 2>, consumed_is_posted_relaxed>;
  expect_found<suite>(rl::test_result_data_race, random_runs(1000));
}

TEST(broken_ring_model, consumed_read_without_acquire_is_found) {
  using suite = broken_suite<spsc<modelled_commit, 1, 2>, consumed_is_read_relaxed>;
  expect_found<suite>(rl::test_result_data_race, random_runs(1000));
}

TEST(broken_ring_model, seen_consumed_passed_on_without_release_is_found) {
  using suite = broken_suite<mpsc<1, 2>, seen_consumed_is_passed_on_relaxed>;
  expect_found<suite>(rl::test_result_data_race, random_runs(100'000));
}

TEST(broken_ring_model, seen_consumed_read_without_acquire_is_found) {
  using suite = broken_suite<mpsc<1, 2>, seen_consumed_is_read_relaxed>;
  expect_found<suite>(rl::test_result_data_race, random_runs(100'000));
}

TEST(broken_ring_model, slot_believed_by_its_first_tag_is_found) {
  using suite = broken_suite<spsc<first_tag_is_enough, 1, 2>, none>;
  expect_found<suite>(rl::test_result_user_assert_failed, random_runs(1000));
}

TEST(broken_ring_model, tag_that_does_not_name_the_lap_is_found) {
  using suite = broken_suite<spsc<tag_without_lap, 1, 2>, none>;
  expect_found<suite>(rl::test_result_user_assert_failed, random_runs(1000));
}

}  // namespace
}  // namespace gyre::model
