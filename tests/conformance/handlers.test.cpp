#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "test_actors.hpp"

namespace gyre::conformance {
namespace {

struct roll_call {};
struct presence {
  std::uint64_t id = 0;
  std::uint64_t self = 0;
  std::uint32_t shard = 0;
  std::uint32_t lanes = 0;
  std::uint32_t lane = 0;
  std::uint64_t visited = 0;  ///< Indices that for_each gave out.
  std::uint64_t sum = 0;      ///< Their sum.
  bool clock_runs = false;    ///< now() did not go back.
  bool asked = false;
};
/// Adds to the counter of the actor that it is for.
struct pebble {
  std::uint64_t n = 0;
};
/// Has the actor throw a pebble at another one, so often.
struct throw_at {
  std::uint64_t target = 0;
  std::uint64_t times = 0;
};
struct thrown_so {
  std::uint64_t reached = 0;
  std::uint64_t missed = 0;
};
struct how_many {};
struct heap_of {
  std::uint64_t pebbles = 0;
};
/// Sends itself round a ring of actors until `hops` are done, counting.
struct baton {
  std::uint64_t hops = 0;
};
struct add_up {
  buffer_handle buffer{};
  bool wait = false;  ///< For `released`, with the buffer pinned.
};
struct total {
  std::int64_t sum = 0;
  std::uint64_t size = 0;
  errc why{};
  bool there = false;
};
/// Throws what is no std::exception.
struct blow_up_oddly {};

std::atomic<bool> entered{false};
std::atomic<bool> released{false};

struct person {
  using handles =
      gyre::handles<roll_call, pebble, throw_at, how_many, baton, add_up, blow_up, blow_up_oddly>;
  std::uint64_t pebbles = 0;

  GYRE_FN presence on(roll_call const&, auto& self) {
    presence p;
    p.id = self.id();
    p.self = self.self().id;
    p.shard = self.shard();
    p.lanes = self.lanes();
    p.lane = self.lane();
    p.asked = self.asked();
    std::uint64_t const begin = self.now();
    self.for_each(1000, [&](std::uint64_t i) {
      ++p.visited;
      p.sum += i;
    });
    p.clock_runs = self.now() >= begin && begin != 0;
    return p;
  }
  GYRE_FN void on(pebble const& m, auto&) { pebbles += m.n; }
  GYRE_FN thrown_so on(throw_at const& m, auto& self) {
    thrown_so out;
    for (std::uint64_t i = 0; i < m.times; ++i) {
      ++(self.tell(gyre::actor<person>{m.target}, pebble{1}) ? out.reached : out.missed);
    }
    return out;
  }
  GYRE_FN heap_of on(how_many const&, auto&) { return {pebbles}; }
  GYRE_FN void on(baton const& m, auto& self) {
    ++pebbles;
    if (m.hops > 0) (void)self.tell(gyre::actor<person>{(self.id() + 1) % 5}, baton{m.hops - 1});
  }
  GYRE_FN total on(add_up const& m, auto& self) {
    auto const view = self.template buffer<std::int32_t>(m.buffer);
    total out;
    GYRE_ON_HOST(if (m.wait) {
      entered = true;
      deadline const until(patience);
      while (!released && !until.expired()) std::this_thread::yield();
    })
    out.why = view.why();
    out.there = static_cast<bool>(view);
    out.size = view.size();
    for (std::uint64_t i = 0; i < view.size(); ++i) out.sum += view[i];
    return out;
  }
  GYRE_FN balance on([[maybe_unused]] blow_up const& m, auto&) {
    ++pebbles;
    GYRE_ON_HOST(throw std::runtime_error("blown up by number " + std::to_string(m.number));)
    return {};
  }
  GYRE_FN balance on(blow_up_oddly const&, auto&) {
    GYRE_ON_HOST(throw 42;)
    return {};
  }
};

/// Handled by a warp together; tells the others of each number that it is asked for.
struct crier {
  using handles = gyre::handles<pebble, throw_at, how_many>;
  static constexpr auto width = gyre::width::warp;
  std::uint64_t pebbles = 0;

  GYRE_FN void on(pebble const& m, auto& self) {
    if (self.lane() == 0) pebbles += m.n;
  }
  GYRE_FN thrown_so on(throw_at const& m, auto& self) {
    for (std::uint64_t i = 0; i < m.times && self.lane() == 0; ++i) {
      (void)self.tell(gyre::actor<crier>{m.target}, pebble{m.times});
    }
    return {m.times, m.target};  // any lane's may be the answer
  }
  GYRE_FN heap_of on(how_many const&, auto&) { return {pebbles}; }
};

class handlers : public on_engine {
 protected:
  void SetUp() override {
    entered = false;
    released = false;
  }
};
GYRE_ON_EVERY_ENGINE(handlers);

TEST_P(handlers, a_handler_knows_who_it_is_and_does_each_index_once) {
  auto kernel = launch_active<person>("self", {.actors = 8});
  for (std::uint64_t a = 0; a < 8; ++a) {
    auto const p = need(kernel.ask(a, roll_call{}, patience), "ask");
    EXPECT_EQ(p.id, a);
    EXPECT_EQ(p.self, a);
    EXPECT_EQ(p.shard, a % engine().shards);
    EXPECT_LT(p.lane, p.lanes);
    EXPECT_EQ(p.visited, 1000 / p.lanes);
    EXPECT_EQ(p.sum, 999U * 1000 / 2);
    EXPECT_TRUE(p.clock_runs);
    EXPECT_TRUE(p.asked);
  }
}

TEST_P(handlers, tells_reach_actors_of_the_same_and_of_other_shards) {
  auto kernel = launch_active<person>("tells", {.actors = 6});
  for (std::uint64_t target = 0; target < 6; ++target) {
    auto const r = need(kernel.ask(0, throw_at{target, 20}, patience), "ask");
    EXPECT_EQ(r.reached, 20U);
    EXPECT_EQ(r.missed, 0U);
  }
  for (std::uint64_t a = 0; a < 6; ++a) {
    EXPECT_TRUE(soon([&] {
      return need(kernel.ask(a, how_many{}, patience), "ask").pebbles == 20;
    })) << "20 pebbles were thrown at actor "
        << a;
  }
}

TEST_P(handlers, a_chain_of_tells_is_drained_at_the_end) {
  auto kernel = launch_active<person>("chain", {.actors = 5});
  need(kernel.tell(0, baton{999}), "tell");
  auto const report = need(kernel.terminate(patience), "terminate");
  EXPECT_EQ(report.handled, 1000U);
  EXPECT_TRUE(report.drained);
}

TEST_P(handlers, tells_beyond_the_inbox_are_kept_and_handled) {
  auto kernel = launch_active<person>("crowded", {.queue_capacity = 16, .actors = 3});
  for (std::uint64_t target = 0; target < 3; ++target) {
    auto const r = need(kernel.ask(0, throw_at{target, 1000}, patience), "ask");
    EXPECT_EQ(r.reached, 1000U);
    EXPECT_EQ(r.missed, 0U);
    EXPECT_TRUE(soon([&] {
      return need(kernel.ask(target, how_many{}, patience), "ask").pebbles == 1000;
    })) << "pebbles of actor "
        << target;
  }
  EXPECT_EQ(letters(drop_reason::no_room), 0U);
}

TEST_P(handlers, what_a_paused_kernel_kept_is_handled_later_or_becomes_dead_letters) {
  for (bool const ends : {false, true}) {
    auto kernel = launch_active<person>("paused", {.queue_capacity = 16, .actors = 3});
    need(kernel.ask(0, throw_at{1, 2000}, patience), "ask");
    need(kernel.deactivate(patience), "deactivate");
    if (ends) {
      auto const report = need(kernel.terminate(patience), "terminate");
      EXPECT_EQ(report.handled + report.undelivered, 2001U);
      continue;
    }
    need(kernel.activate(), "activate");
    EXPECT_TRUE(
        soon([&] { return need(kernel.ask(1, how_many{}, patience), "ask").pebbles == 2000; }));
    need(kernel.terminate(patience), "terminate");
  }
}

TEST_P(handlers, a_tell_without_room_is_false_and_counted) {
  auto kernel = launch_active<person>(
      "crowded", {.queue_capacity = 16, .backlog_bytes = 64 << 10, .actors = 3});
  // A shard's own: nobody makes room while the handler runs.
  auto const r = need(kernel.ask(0, throw_at{0, 5000}, patience), "ask");
  EXPECT_EQ(r.reached + r.missed, 5000U);
  EXPECT_GE(r.reached, 1000U);
  EXPECT_GT(r.missed, 0U);
  // Another sender's message may come before those: their ways are not one.
  EXPECT_TRUE(
      soon([&] { return need(kernel.ask(0, how_many{}, patience), "ask").pebbles == r.reached; }));
  EXPECT_TRUE(comes_to(r.missed, [&] { return letters(drop_reason::no_room); }));
  EXPECT_TRUE(comes_to(r.missed, [&] {
    return kernel.telemetry().dropped_by_reason[static_cast<std::size_t>(drop_reason::no_room)];
  }));
}

TEST_P(handlers, a_tell_to_nobody_is_false_and_counted) {
  auto kernel = launch_active<person>("nobody", {.actors = 3});
  auto const r = need(kernel.ask(0, throw_at{3, 2}, patience), "ask");
  EXPECT_EQ(r.missed, 2U);
  EXPECT_TRUE(comes_to(2, [&] { return letters(drop_reason::no_such_actor); }));
  auto const letters = rt.dead_letters().letters();
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].message_type, "pebble");
  EXPECT_EQ(letters[0].where, "nobody");
  EXPECT_EQ(letters[0].actor, 3U);
}

TEST_P(handlers, an_exception_reaches_the_asker_with_its_text_and_the_kernel_goes_on) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<person>("throws", {.actors = 3});
  for (std::int32_t i = 0; i < 10; ++i) {
    EXPECT_TRUE(refused(kernel.ask(1, blow_up{i}, patience), errc::handler_failed,
                        {"throws", "blown up by number " + std::to_string(i)}));
  }
  EXPECT_TRUE(refused(kernel.ask(1, blow_up_oddly{}, patience), errc::handler_failed,
                      {"not a std::exception"}));
  EXPECT_EQ(need(kernel.ask(1, how_many{}, patience), "ask").pebbles, 10U)
      << "what it had done to the state stays";
  EXPECT_EQ(kernel.state(), kernel_state::active);
  EXPECT_TRUE(comes_to(11U, [&] { return kernel.telemetry().refused; }));
  EXPECT_EQ(rt.dead_letters().total(), 0U);
}

TEST_P(handlers, buffers_are_read_in_a_handler) {
  auto kernel = launch_active<person>("buffers");
  std::vector<std::int32_t> values(10'000);
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<std::int32_t>(i * 3);
    sum += values[i];
  }
  auto const buffer = need(rt.buffers().upload(std::span<std::int32_t const>(values)), "upload");
  auto const r = need(kernel.ask(0, add_up{buffer.handle}, patience), "ask");
  EXPECT_TRUE(r.there);
  EXPECT_EQ(r.size, values.size());
  EXPECT_EQ(r.sum, sum);
}

TEST_P(handlers, stale_foreign_and_no_handles_never_reach_memory) {
  auto other = need(engine().make(), "runtime");  // before kernels are on the device
  auto kernel = launch_active<person>("handles");
  auto const why = [&](buffer_handle h) {
    auto const r = need(kernel.ask(0, add_up{h}, patience), "ask");
    EXPECT_FALSE(r.there);
    EXPECT_EQ(r.size, 0U);
    return r.why;
  };
  auto const old = need(rt.buffers().allocate<std::int32_t>(8), "allocate");
  need(rt.buffers().free(old), "free");
  EXPECT_EQ(why(old.handle), errc::stale_handle);
  auto const anew = need(rt.buffers().allocate<std::int32_t>(8), "allocate");
  EXPECT_EQ(why(old.handle), errc::stale_handle) << "though another has its place";
  EXPECT_TRUE(need(kernel.ask(0, add_up{anew.handle}, patience), "ask").there);
  auto const foreign = need(other.buffers().allocate<std::int32_t>(8), "allocate");
  EXPECT_EQ(why(foreign.handle), errc::foreign_handle);
  EXPECT_EQ(why({}), errc::not_found);
  EXPECT_EQ(why({UINT64_MAX}), errc::foreign_handle);
}

TEST_P(handlers, a_buffer_freed_while_a_handler_uses_it_stays_until_it_is_done) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<person>("freed");
  auto& buffers = rt.buffers();
  std::vector<std::int32_t> const values(50'000, 2);
  auto const buffer = need(buffers.upload(std::span(values)), "upload");
  std::thread asker([&] {
    auto const r = kernel.ask(0, add_up{buffer.handle, true}, patience);
    ASSERT_TRUE(done(r));
    EXPECT_TRUE(r->there);
    EXPECT_EQ(r->sum, 100'000);
  });
  EXPECT_TRUE(soon([] { return entered.load(); })) << "the handler was to be entered";
  need(buffers.free(buffer), "free");
  EXPECT_EQ(buffers.count(), 0U);
  EXPECT_TRUE(refused(buffers.bytes(buffer.handle), errc::stale_handle));
  // Others come and go meanwhile, and are not laid over it.
  for (int i = 0; i < 100; ++i) {
    std::vector<std::int32_t> const noise(50'000, 9);
    need(buffers.free(need(buffers.upload(std::span(noise)), "upload")), "free");
  }
  released = true;
  asker.join();
}

// All lie in the inbox before the first is handled, so that they are of one batch: what one handler
// sends must not touch the answers of those before it.
TEST_P(handlers, a_wide_handlers_messages_leave_the_answers_of_its_batch_alone) {
  auto kernel = launch<crier>("criers", {.actors = 4});
  auto port = need(kernel.open_port({.window = 64}), "port");
  std::vector<asked<thrown_so>> asks;
  for (std::uint64_t i = 0; i < 32; ++i) {
    asks.push_back(
        need(port.submit(i % 4, throw_at{(i + 1) % 4, i}, {.timeout = patience}), "submit"));
  }
  need(kernel.activate(), "activate");
  std::array<std::uint64_t, 4> wanted{};
  for (std::uint64_t i = 0; i < 32; ++i) {
    auto const r = need(port.wait(asks[i], patience), "wait");
    EXPECT_EQ(r.reached, i);
    EXPECT_EQ(r.missed, (i + 1) % 4);
    wanted[(i + 1) % 4] += i * i;
  }
  for (std::uint64_t a = 0; a < 4; ++a) {
    EXPECT_TRUE(soon([&] {
      return need(kernel.ask(a, how_many{}, patience), "ask").pebbles == wanted[a];
    })) << "actor "
        << a;
  }
}

}  // namespace
}  // namespace gyre::conformance
