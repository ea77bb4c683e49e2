#include <cstdint>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/core/inplace.hpp>

#include "loop_bench.hpp"

namespace gyre {
namespace {

using namespace loop_test;

struct add {
  std::int64_t n = 0;
};
struct sum {
  std::int64_t n = 0;
};
struct take {
  std::int64_t n = 0;
};
struct fall {
  std::int32_t n = 0;
};
struct relabel {
  inplace_string<24> name{};
};
struct stranger {
  std::int64_t n = 0;
};

struct tallier {
  using handles = gyre::handles<add, take, fall, relabel>;
  std::int64_t total = 0;
  std::size_t name_length = 0;

  sum on(add const& m, auto&) { return {total += m.n}; }
  gyre::reply<sum> on(take const& m, auto& self) {
    if (m.n > total) return self.reject(17, -total);
    return sum{total -= m.n};
  }
  sum on(fall const&, auto&) { throw std::runtime_error("fell"); }
  void on(relabel const& m, auto&) { name_length = m.name.size(); }
};

failure_reply failure_in(taken_reply const& r) {
  EXPECT_EQ(r.head.kind, message_kind::failure);
  return r.as<failure_reply>();
}

// Contract, fault 2: turns of an idle loop were counted as messages.
TEST(shard_loop, idle_turns_are_no_messages) {
  loop_bench<tallier> b;
  b.control.command.store(kernel_command::run);
  b.run([&](std::uint64_t turn) {
    if (turn == 1'000) b.control.command.store(kernel_command::stop);
  });
  EXPECT_EQ(b.env.idled, 1'001U);
  EXPECT_EQ(b.words.handled.load(), 0U);
  EXPECT_EQ(b.words.taken.load(), 0U);
  EXPECT_EQ(b.telemetry.count.load(), 0U);
  EXPECT_EQ(b.telemetry.version.load(), 0U) << "an idle loop has nothing to write";
}

// Contract, fault 1: handlers that never ran. The replies are computed from state and message.
TEST(shard_loop, time_goes_on_though_something_is_always_about_to_come) {
  loop_bench<tallier> b;
  b.env.soon = true;
  b.control.command.store(kernel_command::run);
  std::uint64_t first = 0;
  b.run([&](std::uint64_t idled) {
    if (idled == 0) first = b.env.waited_at;
    if (b.env.waited_at != first) b.control.command.store(kernel_command::stop);
  });
  EXPECT_GT(b.env.waited_at, first);
}

TEST(shard_loop, replies_are_what_the_handlers_computed) {
  loop_bench<tallier> b;
  b.send(0, add{30}, 1);
  b.send(1, add{500}, 2);
  b.send(0, take{12}, 3);
  b.run();
  auto const r = b.replies();
  ASSERT_EQ(r.size(), 3U);
  EXPECT_EQ(r[0].as<sum>().n, 30);
  EXPECT_EQ(r[1].as<sum>().n, 500);
  EXPECT_EQ(r[2].as<sum>().n, 18);
  for (std::size_t i = 0; i < r.size(); ++i) {
    EXPECT_EQ(r[i].head.correlation, i + 1);
    EXPECT_EQ(r[i].head.type, type_code_of<sum>);
    EXPECT_EQ(r[i].head.kind, message_kind::raw_reply);
    EXPECT_GT(r[i].head.time, i + 1) << "a reply is later than what it answers";
  }
  EXPECT_EQ(b.states[0].total, 18);
  EXPECT_EQ(b.words.handled.load(), 3U);
  EXPECT_EQ(b.words.answered.load(), 3U);
  EXPECT_EQ(b.env.bells, 3U);
}

TEST(shard_loop, told_message_is_handled_and_not_answered) {
  loop_bench<tallier> b;
  b.send(1, add{4});
  b.run();
  EXPECT_EQ(b.states[1].total, 4);
  EXPECT_TRUE(b.replies().empty());
  EXPECT_EQ(b.words.answered.load(), 0U);
}

TEST(shard_loop, handler_without_a_value_answers_with_nothing_but_answers) {
  loop_bench<tallier> b;
  b.send(0, relabel{inplace_string<24>::truncated("gyre")}, 5);
  b.run();
  EXPECT_EQ(b.states[0].name_length, 4U);
  auto const r = b.replies();
  ASSERT_EQ(r.size(), 1U);
  EXPECT_EQ(r[0].head.correlation, 5U);
  EXPECT_EQ(r[0].head.kind, message_kind::raw_reply);
  EXPECT_TRUE(r[0].bytes.empty());
}

TEST(shard_loop, refusal_brings_both_numbers_and_changes_nothing) {
  loop_bench<tallier> b;
  b.send(0, add{10});
  b.send(0, take{11}, 1);
  b.send(0, take{11});
  b.run();
  auto const r = b.replies();
  ASSERT_EQ(r.size(), 1U);
  auto const why = failure_in(r[0]);
  EXPECT_EQ(why.code, static_cast<std::uint32_t>(errc::rejected));
  EXPECT_EQ(why.reject_code, 17U);
  EXPECT_EQ(why.detail, -10);
  EXPECT_EQ(b.states[0].total, 10);
  EXPECT_EQ(b.words.refused.load(), 2U);
  EXPECT_EQ(b.dropped(drop_reason::rejected), 1U) << "nobody was there to be told of the second";
  EXPECT_EQ(b.telemetry.last_error.load(), static_cast<std::uint64_t>(errc::rejected) + 1);
  EXPECT_EQ(b.telemetry.last_error_type.load(), type_code_of<take>);
}

TEST(shard_loop, handler_that_throws_takes_nobody_with_it) {
  loop_bench<tallier> b;
  b.send(0, fall{}, 1);
  b.send(0, fall{});
  b.send(0, add{6}, 2);
  b.run();
  auto const r = b.replies();
  ASSERT_EQ(r.size(), 2U);
  EXPECT_EQ(failure_in(r[0]).code, static_cast<std::uint32_t>(errc::handler_failed));
  EXPECT_EQ(r[1].as<sum>().n, 6);
  EXPECT_EQ(b.dropped(drop_reason::handler_failed), 1U);
}

TEST(shard_loop, message_without_a_handler_is_answered_or_buried) {
  loop_bench<tallier> b;
  b.send(0, stranger{1}, 1);
  b.send(0, stranger{2});
  b.run();
  auto const r = b.replies();
  ASSERT_EQ(r.size(), 1U);
  EXPECT_EQ(failure_in(r[0]).code, static_cast<std::uint32_t>(errc::unknown_message));
  EXPECT_EQ(b.dropped(drop_reason::unknown_message), 1U);
  ASSERT_EQ(b.env.buried.size(), 1U);
  EXPECT_EQ(b.env.buried[0].second.type, type_code_of<stranger>);
  EXPECT_EQ(b.words.handled.load(), 0U);
  EXPECT_EQ(b.words.taken.load(), 2U);
}

TEST(shard_loop, actor_that_is_not_there_is_said_so_however_far_it_is) {
  loop_bench<tallier, 2> b;
  b.send(2, add{1}, 1);
  b.send(UINT64_MAX, add{1}, 2);
  b.send(1ULL << 32, add{1});
  b.run();
  auto const r = b.replies();
  ASSERT_EQ(r.size(), 2U);
  for (auto const& reply : r) {
    EXPECT_EQ(failure_in(reply).code, static_cast<std::uint32_t>(errc::no_such_actor));
  }
  EXPECT_EQ(b.dropped(drop_reason::no_such_actor), 1U);
  EXPECT_EQ(b.states[0].total + b.states[1].total, 0);
}

TEST(shard_loop, bytes_that_are_no_message_reach_no_handler) {
  loop_bench<tallier> b;
  std::vector<std::byte> const seven(7);
  b.send_bytes(0, type_code_of<add>, message_kind::raw, seven, 1);      // a raw one cut short
  b.send_bytes(0, type_code_of<add>, message_kind::wire, seven, 2);     // no MemoryPack object
  b.send_bytes(0, type_code_of<relabel>, message_kind::raw, seven, 3);  // never travels raw
  b.send_bytes(0, type_code_of<add>, message_kind::wire, {});
  b.run();
  auto const r = b.replies();
  ASSERT_EQ(r.size(), 3U);
  for (auto const& reply : r) {
    EXPECT_EQ(failure_in(reply).code, static_cast<std::uint32_t>(errc::malformed));
  }
  EXPECT_EQ(b.dropped(drop_reason::malformed), 1U);
  EXPECT_EQ(b.words.handled.load(), 0U);
}

TEST(shard_loop, raw_message_is_also_taken_as_the_wire_brings_it) {
  loop_bench<tallier> b;
  add const message{123};
  std::vector<std::byte> bytes(wire::encoded_size(message));
  (void)wire::encode_unchecked(message, bytes.data());
  b.send_bytes(0, type_code_of<add>, message_kind::wire, bytes, 1);
  b.run();
  auto const r = b.replies();
  ASSERT_EQ(r.size(), 1U);
  EXPECT_EQ(r[0].as<sum>().n, 123);
}

TEST(shard_loop, paused_kernel_handles_nothing_and_says_so) {
  loop_bench<tallier> b;
  b.send(0, add{1}, 1);
  b.run([&](std::uint64_t turn) {
    if (turn < 10) {
      EXPECT_EQ(b.words.phase.load(), shard_phase::paused);
      EXPECT_EQ(b.words.handled.load(), 0U);
    }
    if (turn == 10) b.control.command.store(kernel_command::run);
    if (turn == 11) b.control.command.store(kernel_command::stop);
  });
  EXPECT_EQ(b.words.handled.load(), 1U);
  EXPECT_EQ(b.replies().size(), 1U);
  EXPECT_EQ(b.words.phase.load(), shard_phase::stopped);
}

struct halt {
  std::uint64_t control = 0;  ///< Where the control words are.
};
struct halter {
  using handles = gyre::handles<halt>;
  void on(halt const& m, auto&) {
    reinterpret_cast<control_words*>(m.control)->command.store(kernel_command::stop);
  }
};

// A stop waited for the rest of a batch of 64, each of which may be slow.
TEST(shard_loop, stop_leaves_the_rest_of_the_batch_in_the_inbox) {
  loop_bench<halter> b;
  auto const at = reinterpret_cast<std::uint64_t>(&b.control);
  for (int i = 0; i < 3; ++i) b.send(0, halt{at});
  b.run();
  EXPECT_EQ(b.words.handled.load(), 1U);
  EXPECT_EQ(b.words.taken.load(), 1U);
}

TEST(shard_loop, telemetry_that_is_off_writes_no_time_and_counts_all_the_same) {
  loop_bench<tallier> b;
  b.control.telemetry_on.store(0);
  for (int i = 0; i < 100; ++i) b.send(0, add{1});
  b.send(0, stranger{});
  b.run();
  EXPECT_EQ(b.telemetry.version.load(), 0U);
  EXPECT_EQ(b.words.handled.load(), 100U);
  EXPECT_EQ(b.dropped(drop_reason::unknown_message), 1U);
}

TEST(shard_loop, telemetry_counts_each_message_once_over_several_batches) {
  loop_bench<tallier> b;
  for (int i = 0; i < 200; ++i) b.send(0, add{1});
  b.run();
  EXPECT_EQ(b.telemetry.count.load(), 200U);
  EXPECT_EQ(b.words.handled.load(), 200U);
  EXPECT_NE(b.telemetry.last_time.load(), 0U);
}

TEST(shard_loop, new_epoch_starts_the_block_again_and_leaves_the_counters) {
  loop_bench<tallier> b;
  for (int i = 0; i < 5; ++i) b.send(0, add{1});
  b.control.command.store(kernel_command::run);
  b.run([&](std::uint64_t turn) {
    if (turn == 0) b.control.telemetry_epoch.store(3);
    if (turn == 1) {
      EXPECT_EQ(b.telemetry.epoch.load(), 3U);
      EXPECT_EQ(b.telemetry.count.load(), 0U);
      b.send(0, add{1});
    }
    if (turn == 2) b.control.command.store(kernel_command::stop);
  });
  EXPECT_EQ(b.telemetry.count.load(), 1U);
  EXPECT_EQ(b.words.handled.load(), 6U);
}

}  // namespace
}  // namespace gyre
