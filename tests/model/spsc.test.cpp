#include "ring_model.hpp"

namespace gyre::model {
namespace {

template <class Codec, std::uint64_t Slots, std::uint64_t Messages, class Shape = one_slot>
using spsc = traffic_suite<traffic<Codec, Slots, 1, Messages, Shape>>;

TEST(spsc_model, one_slot_is_never_overwritten_while_it_is_read) {
  expect_sound<spsc<modelled_commit, 1, 3>>(random_runs(60'000));
  expect_sound<spsc<modelled_commit, 1, 3>>(every_run(2));
}

TEST(spsc_model, two_slots_wrap_round_without_loss) {
  expect_sound<spsc<modelled_commit, 2, 5>>(random_runs(60'000));
  expect_sound<spsc<modelled_commit, 2, 3>>(every_run(2));
}

TEST(spsc_model, tag8_slot_is_not_believed_before_each_word_is_there) {
  expect_sound<spsc<modelled_tag8, 1, 3>>(random_runs(30'000));
  expect_sound<spsc<modelled_tag8, 2, 4>>(random_runs(30'000));
  expect_sound<spsc<modelled_tag8, 1, 2>>(every_run(1));
}

TEST(spsc_model, tag16_slot_is_not_believed_before_each_quad_is_there) {
  expect_sound<spsc<modelled_tag16, 1, 3>>(random_runs(30'000));
  expect_sound<spsc<modelled_tag16, 2, 4>>(random_runs(30'000));
  expect_sound<spsc<modelled_tag16, 1, 2>>(every_run(1));
}

TEST(spsc_model, message_of_two_slots_is_not_seen_before_its_second_slot) {
  expect_sound<spsc<modelled_commit, 4, 4, mixed>>(random_runs(60'000));
  expect_sound<spsc<modelled_commit, 2, 3, mixed>>(every_run(2));
  expect_sound<spsc<modelled_tag8, 4, 4, mixed>>(random_runs(5'000));
}

}  // namespace
}  // namespace gyre::model
