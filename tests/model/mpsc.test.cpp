#include "ring_model.hpp"

namespace gyre::model {
namespace {

template <class Codec, std::uint64_t Slots, std::uint64_t Each, class Shape = one_slot>
using mpsc = traffic_suite<traffic<Codec, Slots, 2, Each, Shape>>;

TEST(mpsc_model, two_writers_never_take_the_same_slot) {
  expect_sound<mpsc<modelled_commit, 4, 3>>(random_runs(60'000));
  expect_sound<mpsc<modelled_commit, 4, 1>>(every_run(2));
}

TEST(mpsc_model, full_ring_is_never_overwritten_by_the_other_writer) {
  expect_sound<mpsc<modelled_commit, 1, 2>>(random_runs(60'000));
  expect_sound<mpsc<modelled_commit, 2, 4>>(random_runs(60'000));
  expect_sound<mpsc<modelled_commit, 1, 1>>(every_run(2));
}

TEST(mpsc_model, room_seen_by_one_writer_is_room_for_the_other) {
  // Two slots and six messages: credits change hands through `seen_consumed` several times.
  expect_sound<mpsc<modelled_commit, 2, 3>>(random_runs(60'000));
  expect_sound<mpsc<modelled_commit, 2, 2>>(every_run(1));
}

TEST(mpsc_model, messages_of_several_slots_do_not_mix) {
  expect_sound<mpsc<modelled_commit, 2, 3, mixed>>(random_runs(40'000));
  expect_sound<mpsc<modelled_commit, 4, 3, mixed>>(random_runs(40'000));
}

TEST(mpsc_model, packed_tags_hold_with_two_writers) {
  expect_sound<mpsc<modelled_tag8, 2, 3>>(random_runs(20'000));
  expect_sound<mpsc<modelled_tag8, 4, 2, mixed>>(random_runs(10'000));
  expect_sound<mpsc<modelled_tag16, 2, 3>>(random_runs(20'000));
}

}  // namespace
}  // namespace gyre::model
