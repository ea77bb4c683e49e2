#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

#include "allocations.hpp"

// Many asks at the price of one publication: no order, no reply and no refusal is lost by it.

namespace gyre {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s;

struct put {
  std::int64_t serial = 0;
};
/// Of several slots.
struct put_long {
  std::int64_t serial = 0;
  std::array<std::int64_t, 60> filling{};
};
struct order {
  std::int64_t serial = 0;
  std::int64_t wrong = 0;  ///< Messages that came before an earlier one.
};
struct sorter {
  using handles = gyre::handles<put, put_long>;
  std::int64_t last = -1;
  std::int64_t wrong = 0;
  order on(put const& m, auto&) { return take(m.serial); }
  order on(put_long const& m, auto&) {
    if (m.filling[59] != m.serial) ++wrong;
    return take(m.serial);
  }
  order take(std::int64_t serial) {
    if (serial <= last) ++wrong;
    last = serial;
    return {serial, wrong};
  }
};

/// What shards there are.
class batch : public testing::TestWithParam<std::uint32_t> {
 protected:
  kernel<sorter> launch(std::uint64_t capacity = 4096, bool active = true) {
    auto k =
        rt.launch<sorter>("k", {.queue_capacity = capacity, .shards = GetParam(), .actors = actors})
            .value();
    if (active) k.activate().value();
    return k;
  }

  /// As many as `out` has room for, of this message.
  template <class Message>
  result<void> submit(port<sorter>& end, std::vector<asked<order>>& out,
                      send_options options = {.timeout = patience}) {
    std::vector<std::uint64_t> to;
    std::vector<Message> messages;
    for (std::size_t i = 0; i < out.size(); ++i) {
      // Runs of one actor, and neighbours that live on different shards.
      to.push_back(i % 5 < 2 ? 0 : serial_ % actors);
      messages.push_back({serial_});
      if constexpr (requires { messages.back().filling; }) messages.back().filling[59] = serial_;
      ++serial_;
    }
    return end.submit_all(to, messages, out, options);
  }

  static constexpr std::uint64_t actors = 7;
  runtime rt = runtime::create({.engine = engine_kind::cpu}).value();
  std::int64_t serial_ = 0;
};
INSTANTIATE_TEST_SUITE_P(shards, batch, testing::Values(1U, 3U));

TEST_P(batch, keeps_the_order_of_each_actor_lap_after_lap) {
  auto k = launch(64);  // an inbox of fewer slots than a batch has messages
  auto end = k.open_port({.window = 256}).value();
  std::vector<asked<order>> flight;
  for (std::size_t round = 0; round < 300; ++round) {
    flight.assign(1 + round * 7 % 256, {});
    std::int64_t expected = serial_;
    ASSERT_TRUE(submit<put>(end, flight));
    for (auto const& a : flight) {
      auto const r = end.wait(a, patience);
      ASSERT_TRUE(r) << "for an answer of round " << round << ": " << r.error().message();
      ASSERT_EQ(r->serial, expected++);
      ASSERT_EQ(r->wrong, 0);
    }
  }
  EXPECT_EQ(end.in_flight(), 0U);
}

TEST_P(batch, messages_of_several_slots_go_with_it) {
  auto k = launch(512);
  auto end = k.open_port({.window = 64}).value();
  std::vector<asked<order>> flight(40);
  for (int round = 0; round < 50; ++round) {
    std::int64_t expected = serial_;
    ASSERT_TRUE(submit<put_long>(end, flight));
    for (auto const& a : flight) {
      auto const r = end.wait(a, patience);
      ASSERT_TRUE(r) << "for an answer of round " << round << ": " << r.error().message();
      ASSERT_EQ(r->serial, expected++);
      ASSERT_EQ(r->wrong, 0);
    }
  }
}

TEST_P(batch, a_window_that_is_full_takes_the_first_and_no_more) {
  auto k = launch();
  auto end = k.open_port({.window = 16}).value();
  std::vector<asked<order>> flight(20);
  auto const r = submit<put>(end, flight, {.timeout = 1ms});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::timed_out);
  for (std::size_t i = 0; i < flight.size(); ++i) {
    EXPECT_EQ(flight[i].in_flight.correlation != 0, i < 16) << i;
  }
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(end.wait(flight[i], patience).value().serial, static_cast<std::int64_t>(i));
  }
  flight.assign(16, {});
  EXPECT_TRUE(submit<put>(end, flight)) << "room for all again";
  for (auto const& a : flight) EXPECT_EQ(end.wait(a, patience).value().wrong, 0);
}

TEST_P(batch, an_inbox_that_is_full_takes_what_it_can_and_is_not_overrun) {
  auto k = launch(16, false);
  auto end = k.open_port({.window = 1024}).value();
  std::vector<asked<order>> flight(200);
  auto const r = submit<put_long>(end, flight, {.timeout = 1ms});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::timed_out);
  std::size_t sent = 0;
  for (auto const& a : flight) sent += a.in_flight.correlation != 0 ? 1 : 0;
  EXPECT_GE(sent, 16U);
  EXPECT_LE(sent, 16U * GetParam());
  EXPECT_EQ(end.in_flight(), sent) << "what was not sent holds nothing";
  k.activate().value();
  for (std::size_t i = 0; i < flight.size(); ++i) {
    if (flight[i].in_flight.correlation == 0) continue;
    auto const answer = end.wait(flight[i], patience);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->serial, static_cast<std::int64_t>(i));
    EXPECT_EQ(answer->wrong, 0);
  }
}

TEST_P(batch, what_is_refused_is_refused_whole) {
  auto k = launch();
  auto end = k.open_port({.window = 64}).value();
  std::vector<asked<order>> out(2);
  std::vector<std::uint64_t> const to(3);
  EXPECT_EQ(end.submit_all(to, std::vector<put>(2), out).error().code, errc::invalid_argument);
  out.resize(3);
  k.terminate(patience).value();
  EXPECT_EQ(end.submit_all(to, std::vector<put>(3), out).error().code, errc::terminated);
  for (auto const& a : out) EXPECT_EQ(a.in_flight.correlation, 0U);
  EXPECT_EQ(end.in_flight(), 0U);
}

TEST_P(batch, asks_of_an_asker_keep_their_order_beyond_window_and_inbox) {
  auto k = launch(32);
  auto a = asker<sorter>::open(k, {.window = 128}).value();
  auto const work = [&](std::int64_t from) {
    return a.ask_all(
        1000, [](std::size_t i) { return i % 3 * 2; },
        [from](std::size_t i) { return put{from + static_cast<std::int64_t>(i)}; }, patience);
  };
  for (std::int64_t round = 0; round < 20; ++round) {
    auto const replies = a.run(work(round * 1000));
    ASSERT_EQ(replies.size(), 1000U);
    for (std::size_t i = 0; i < replies.size(); ++i) {
      ASSERT_TRUE(replies[i]) << replies[i].error().message();
      ASSERT_EQ(replies[i]->serial, round * 1000 + static_cast<std::int64_t>(i));
      ASSERT_EQ(replies[i]->wrong, 0);
    }
  }
}

TEST_P(batch, allocates_nothing_the_second_time) {
  auto k = launch();
  auto end = k.open_port({.window = 64}).value();
  std::vector<asked<order>> flight(64);
  std::vector<std::uint64_t> to(64);
  std::vector<put_long> messages(64);
  auto const round = [&] {
    (void)end.submit_all(to, messages, flight);
    // In their order, so that no reply is kept for later.
    for (auto const& a : flight) (void)end.wait(a, patience);
  };
  round();
  std::uint64_t const before = allocations();
  for (int i = 0; i < 20; ++i) round();
  EXPECT_EQ(allocations() - before, 0U);
}

}  // namespace
}  // namespace gyre
