#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "queue_actors.hpp"
#include "test_actors.hpp"

namespace gyre::conformance {
namespace {

class registry : public on_engine {};
GYRE_ON_EVERY_ENGINE(registry);

TEST_P(registry, created_queues_are_found_and_are_the_same_queue) {
  auto made = need(rt.create_queue<square>("orders"), "create");
  auto found = need(rt.find_queue<square>("orders"), "find");
  need(made.send(square{12}), "send");
  EXPECT_EQ(found.depth(), 1U);
  EXPECT_EQ(need(found.receive(0ns), "receive").n, 12);
  EXPECT_EQ(made.name(), "orders");
}

TEST_P(registry, a_taken_name_is_refused_whatever_the_type) {
  need(rt.create_queue<square>("orders"), "create");
  EXPECT_TRUE(refused(rt.create_queue<square>("orders"), errc::already_exists, {"orders"}));
  EXPECT_TRUE(refused(rt.create_queue<deposit>("orders"), errc::already_exists, {"orders"}));
  EXPECT_EQ(rt.list_queues().size(), 1U);
}

TEST_P(registry, names_are_1_to_256_bytes_without_control_characters) {
  for (std::string const& name : {std::string(), std::string(257, 'q'), std::string("a\tb")}) {
    EXPECT_TRUE(refused(rt.create_queue<square>(name), errc::invalid_argument, {"queue name"}));
  }
  EXPECT_TRUE(rt.list_queues().empty());
  EXPECT_TRUE(done(rt.create_queue<square>(std::string(256, 'q'))));
}

TEST_P(registry, options_out_of_bounds_are_refused_with_name_value_and_bounds) {
  auto const create = [&](queue_options const& o) { return rt.create_queue<square>("options", o); };
  for (std::uint64_t const v : {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{1'048'577}}) {
    EXPECT_TRUE(refused(create({.capacity = v}), errc::invalid_option,
                        {"options", "capacity", std::to_string(v), "16 to 1048576"}));
  }
  EXPECT_TRUE(refused(create({.deduplication_window = 15}), errc::invalid_option,
                      {"deduplication_window", "15", "16 to 4096"}));
  EXPECT_TRUE(refused(create({.capacity = 16, .deduplication_window = 65}), errc::invalid_option,
                      {"deduplication_window", "65", "16 to 64"}));
  EXPECT_TRUE(refused(create({.capacity = 32}), errc::invalid_option,
                      {"deduplication_window", "256", "16 to 128"}))
      << "the default window has a capacity of 64 at least";
  EXPECT_TRUE(refused(create({.time_to_live = 0ns}), errc::invalid_option, {"time_to_live", "0"}));
  EXPECT_TRUE(
      refused(create({.block_timeout = -1s}), errc::invalid_option, {"block_timeout", "-1"}));
  EXPECT_TRUE(refused(create({.overflow = static_cast<overflow_policy>(4)}), errc::invalid_option,
                      {"overflow", "4"}));
  EXPECT_TRUE(rt.list_queues().empty());
  EXPECT_TRUE(done(create({.deduplication = false, .deduplication_window = 1})))
      << "the window is not checked when there is none";
}

TEST_P(registry, capacity_is_rounded_up_to_a_power_of_two) {
  auto q = need(rt.create_queue<square>("odd", {.capacity = 17, .deduplication = false}), "create");
  EXPECT_EQ(q.capacity(), 32U);
  EXPECT_EQ(rt.list_queues().at(0).capacity, 32U);
  for (std::int64_t n = 0; n < 32; ++n) EXPECT_TRUE(done(q.send(square{n}, 0ns)));
  EXPECT_TRUE(refused(q.send(square{32}, 0ns), errc::timed_out));
}

TEST_P(registry, unknown_names_are_not_found) {
  EXPECT_TRUE(refused(rt.find_queue<square>("none"), errc::not_found, {"none"}));
  EXPECT_TRUE(refused(rt.destroy_queue("none"), errc::not_found, {"none"}));
}

TEST_P(registry, a_wrong_type_is_refused_naming_both) {
  need(rt.create_queue<square>("orders"), "create");
  EXPECT_TRUE(refused(rt.find_queue<withdraw>("orders"), errc::wrong_type,
                      {"orders", "square", "withdraw"}));
}

TEST_P(registry, listing_gives_name_type_capacity_depth_and_owner) {
  auto b = need(rt.create_queue<square>("b", {.capacity = 64}), "create");
  need(rt.create_queue<deposit>("a"), "create");
  auto const kernel = launch<worker>("owner");
  for (std::int64_t n = 0; n < 3; ++n) need(b.send(square{n}), "send");
  auto const rows = rt.list_queues();
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].name, "a") << "by name";
  EXPECT_EQ(rows[0].type, "deposit");
  EXPECT_EQ(rows[0].id, type_id_of<deposit>);
  EXPECT_EQ(rows[0].capacity, 1024U);
  EXPECT_EQ(rows[0].depth, 0U);
  EXPECT_EQ(rows[0].owner, "");
  EXPECT_EQ(rows[1].name, "b");
  EXPECT_EQ(rows[1].type, "square");
  EXPECT_EQ(rows[1].capacity, 64U);
  EXPECT_EQ(rows[1].depth, 3U);
  EXPECT_EQ(rows[2].owner, "owner");
  EXPECT_EQ(rows[3].owner, "owner");
}

TEST_P(registry, a_destroyed_queue_is_gone_and_its_messages_are_dead_letters) {
  auto q = need(rt.create_queue<square>("brief"), "create");
  for (std::int64_t n = 0; n < 4; ++n) need(q.send(square{n}), "send");
  need(rt.destroy_queue("brief"), "destroy");
  EXPECT_TRUE(rt.list_queues().empty());
  EXPECT_TRUE(refused(rt.find_queue<square>("brief"), errc::not_found));
  EXPECT_TRUE(refused(q.send(square{5}), errc::terminated));
  EXPECT_TRUE(refused(q.receive(0ns), errc::terminated));
  EXPECT_EQ(letters(drop_reason::terminated), 4U);
  for (auto const& letter : rt.dead_letters().letters()) {
    EXPECT_EQ(letter.where, "brief");
    EXPECT_EQ(letter.message_type, "square");
  }
  auto again = need(rt.create_queue<deposit>("brief"), "the name is free");
  EXPECT_EQ(again.depth(), 0U);
}

TEST_P(registry, a_kernels_own_queue_cannot_be_destroyed) {
  auto kernel = launch_active<worker>("owner");
  auto requests = need(kernel.requests(), "requests");
  auto responses = need(kernel.responses(), "responses");
  for (auto const& name : {requests.name(), responses.name()}) {
    EXPECT_TRUE(refused(rt.destroy_queue(name), errc::wrong_state, {name, "owner"}));
    EXPECT_TRUE(refused(rt.create_queue<job>(name), errc::already_exists, {name}));
  }
  EXPECT_EQ(rt.list_queues().size(), 2U);
  need(requests.send(job_of(4)), "send");
  EXPECT_EQ(need(responses.receive(patience), "receive").result, worked_out(4, 0));
}

}  // namespace
}  // namespace gyre::conformance
