#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "queue_actors.hpp"
#include "test_actors.hpp"

#include <vector/vector_processor.hpp>

namespace gyre::conformance {
namespace {

/// 4 KiB of state: with as many actors as are allowed, 16 TiB, which no machine here has.
struct heavy {
  using handles = gyre::handles<deposit>;
  std::byte ballast[4096]{};
  GYRE_FN balance on(deposit const& m, auto&) { return {m.cents}; }
};

class launching : public on_engine {
 protected:
  /// What a refused launch must leave as it was.
  struct holdings {
    std::size_t kernels = 0;
    std::size_t queues = 0;
    std::ptrdiff_t threads = 0;
    std::ptrdiff_t descriptors = 0;
  };
  [[nodiscard]] holdings held() const {
    return {rt.list_kernels().size(), rt.list_queues().size(), threads_now(), descriptors_now()};
  }
  /// Soon, for the threads that blocks of an emulated device run on come and go with their kernels.
  [[nodiscard]] ::testing::AssertionResult still_holds(holdings const& before) const {
    auto const is = [&](holdings const& now) {
      return now.kernels == before.kernels && now.queues == before.queues &&
             now.threads <= before.threads && now.descriptors == before.descriptors;
    };
    if (soon([&] { return is(held()); })) return ::testing::AssertionSuccess();
    holdings const now = held();
    return ::testing::AssertionFailure()
           << "kernels, queues, threads, descriptors: " << now.kernels << ", " << now.queues << ", "
           << now.threads << ", " << now.descriptors << "; they were " << before.kernels << ", "
           << before.queues << ", " << before.threads << ", " << before.descriptors;
  }

  /// Expects `invalid_option` with these parts in its message, from both the launch and the plan.
  void refuses(launch_options const& o, std::initializer_list<std::string_view> parts) {
    EXPECT_TRUE(refused(rt.launch<worker>("options", o), errc::invalid_option, parts));
    EXPECT_TRUE(refused(rt.memory_needed<worker>(o), errc::invalid_option, parts));
  }
};
GYRE_ON_EVERY_ENGINE(launching);

TEST_P(launching, ids_are_1_to_256_bytes_without_control_characters) {
  auto const before = held();
  auto const launch = [&](std::string const& id) { return rt.launch<account>(id, options()); };
  EXPECT_TRUE(refused(launch(""), errc::invalid_argument, {"kernel id", "empty", "1 to 256"}));
  EXPECT_TRUE(refused(launch(std::string(257, 'x')), errc::invalid_argument,
                      {"kernel id", "257", "1 to 256"}));
  EXPECT_TRUE(refused(launch("a\nb"), errc::invalid_argument, {"kernel id", "10", "byte 1"}));
  EXPECT_TRUE(still_holds(before));
  std::string const longest(256, 'x');
  EXPECT_TRUE(done(launch(longest)));
  EXPECT_TRUE(done(launch("größe 9/a.b")));
}

TEST_P(launching, a_taken_id_is_refused_whatever_the_actor_and_the_state) {
  auto kernel = launch<account>("taken");
  auto const before = held();
  auto const again = [&] { return rt.launch<worker>("taken", options()); };
  EXPECT_TRUE(refused(again(), errc::already_exists, {"taken"}));
  need(kernel.activate(), "activate");
  EXPECT_TRUE(refused(again(), errc::already_exists, {"taken"}));
  EXPECT_TRUE(still_holds(before));
  EXPECT_EQ(need(kernel.ask(0, deposit{3}, patience), "ask").cents, 3) << "the first one lives on";
  need(kernel.terminate(patience), "terminate");
  EXPECT_TRUE(done(again())) << "a terminated kernel's id is free";
}

TEST_P(launching, options_out_of_bounds_are_refused_with_name_value_and_bounds) {
  auto const before = held();
  auto const with = [&](auto&& change) {
    launch_options o = options();
    change(o);
    return o;
  };
  for (std::uint64_t const v : {std::uint64_t{0}, std::uint64_t{8}, std::uint64_t{17},
                                std::uint64_t{1'048'577}, std::uint64_t{2'097'152}, UINT64_MAX}) {
    refuses(with([&](auto& o) { o.queue_capacity = v; }),
            {"queue_capacity", std::to_string(v), "16 to 1048576", "power of two"});
  }
  for (std::uint64_t const v : {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{1025}}) {
    refuses(with([&](auto& o) { o.deduplication_window = v; }),
            {"deduplication_window", std::to_string(v), "16 to 1024"});
  }
  for (std::uint64_t const v : {std::uint64_t{0}, (std::uint64_t{1} << 32) + 1}) {
    refuses(with([&](auto& o) { o.actors = v; }), {"actors", std::to_string(v), "1 to 4294967296"});
  }
  for (std::uint32_t const v : {0U, 4097U}) {
    refuses(with([&](auto& o) { o.ports = v; }), {"ports", std::to_string(v), "1 to 4096"});
  }
  refuses(with([](auto& o) { o.overflow = static_cast<overflow_policy>(9); }),
          {"overflow", "9", "block, reject, drop_oldest, drop_newest"});
  refuses(with([](auto& o) { o.spin = -1ns; }), {"spin", "-1", "zero or more"});
  refuses(with([](auto& o) {
            o.shards = 4'000'000'000U;
            o.actors = 1ULL << 32;
          }),
          {"shards", "4000000000", "1 to "});
  refuses(with([](auto& o) { o.shards = static_cast<std::uint32_t>(o.actors) + 1; }),
          {"shards", "number of actors"});
  refuses(with([](auto& o) { o.lanes = 1'000'000; }), {"lanes", "1000000", "1"});
  if (engine().emulated) {
    refuses(with([](auto& o) { o.pin = {0}; }), {"pin", "cpu engine"});
  } else {
    refuses(with([](auto& o) { o.pin = {1'000'000}; }), {"pin", "1000000", "cores"});
  }
  EXPECT_TRUE(still_holds(before));
}

TEST_P(launching, options_at_their_bounds_are_allowed) {
  launch_options least = options({.queue_capacity = 16, .deduplication_window = 16});
  least.ports = 1;
  launch_options most = options({.queue_capacity = 1'048'576, .deduplication_window = 1024});
  most.ports = 4096;
  EXPECT_TRUE(done(rt.launch<worker>("least", least)));
  EXPECT_TRUE(done(rt.memory_needed<worker>(most)));
}

TEST_P(launching, memory_that_cannot_be_had_is_no_memory_and_leaves_nothing) {
  know<heavy>();
  (void)launch<worker>("first");  // with its bridge the runtime gets its thread
  auto const before = held();
  auto const heap = heap_now();
  launch_options const o = options({.actors = std::uint64_t{1} << 32});
  auto const plan = rt.memory_needed<heavy>(o);
  ASSERT_TRUE(done(plan));
  EXPECT_GE(plan->total(), std::uint64_t{1} << 44) << "sizes are multiplied in 64 bits";
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(refused(rt.launch<heavy>("heavy", o), errc::no_memory,
                        {"heavy", std::to_string(plan->total()), "available"}));
  }
  EXPECT_TRUE(still_holds(before));
  if (heap) {
    EXPECT_LT(*heap_now(), *heap + 65'536);
  }
  EXPECT_TRUE(done(rt.launch<heavy>("heavy", options()))) << "the id is free";
}

TEST_P(launching, presets_are_what_the_contract_says) {
  auto const expect = [](launch_options const& o, std::uint64_t capacity, std::uint64_t window,
                         overflow_policy policy) {
    EXPECT_EQ(o.queue_capacity, capacity);
    EXPECT_EQ(o.deduplication_window, window);
    EXPECT_EQ(o.overflow, policy);
    EXPECT_FALSE(o.priority);
  };
  expect(launch_options{}, 4096, 1024, overflow_policy::block);
  expect(launch_options::production(), 4096, 1024, overflow_policy::block);
  expect(launch_options::low_latency(), 256, 256, overflow_policy::reject);
  expect(launch_options::high_throughput(), 16'384, 1024, overflow_policy::block);
  int n = 0;
  for (auto const& preset : {launch_options::production(), launch_options::low_latency(),
                             launch_options::high_throughput()}) {
    auto kernel = launch_active<worker>("preset" + std::to_string(++n), preset);
    auto requests = need(kernel.requests(), "requests");
    EXPECT_EQ(requests.capacity(), preset.queue_capacity);
    need(requests.send(job_of(n)), "send");
    EXPECT_EQ(need(need(kernel.responses(), "responses").receive(patience), "receive").result,
              worked_out(n, 0));
  }
}

TEST_P(launching, a_launched_kernel_reports_the_options_that_it_has) {
  auto const kernel = launch<account>("settled", {.queue_capacity = 32, .ports = 3});
  EXPECT_EQ(kernel.options().shards, engine().shards) << "no 0 is left";
  EXPECT_GE(kernel.options().lanes, 1U);
  EXPECT_EQ(kernel.options().queue_capacity, 32U);
  EXPECT_EQ(kernel.options().ports, 3U);
}

// Fixed slots of 64 KiB: half a gigabyte for a kernel of the default capacity.
TEST_P(launching, fault_14_memory_follows_the_messages_real_size) {
  auto const o = options(launch_options::production());
  auto const plan = need(rt.memory_needed<vector_processor>(o), "plan");
  EXPECT_LT(plan.total() - plan.ports - plan.engine, engine().shards * (8ULL << 20))
      << "an inbox for each shard";
  auto const one = need(rt.memory_needed<vector_processor>(), "plan");
  EXPECT_LT(one.total() - one.ports - one.engine, 8ULL << 20);
  EXPECT_EQ(plan.total(), plan.inboxes + plan.states + plan.directory + plan.topics +
                              plan.named_queues + plan.bridge + plan.control + plan.ports +
                              plan.engine);
}

TEST_P(launching, memory_needed_is_what_a_launch_takes) {
  auto const o = options({.queue_capacity = 4096, .actors = 100'000});
  (void)launch<worker>("first");
  auto const plan = need(rt.memory_needed<worker>(o), "plan");
  auto const heap = heap_now();
  auto kernel = need(rt.launch<worker>("measured", o), "launch");
  auto const near = [&](std::uint64_t bytes, std::uint64_t over, char const* what) {
    EXPECT_GE(bytes + 4096, plan.total()) << what;
    EXPECT_LE(bytes, plan.total() + over) << what;
  };
  // Parts lie on lines of their own, and are described in a few small objects; the heap rounds each
  // of the large ones up to pages.
  near(kernel.metrics().memory_bytes, 16'384, "by its own account");
  // (The emulated device's memory was taken before, as a whole.)
  if (heap && !engine().emulated) near(*heap_now() - *heap, 65'536, "of the heap");
}

}  // namespace
}  // namespace gyre::conformance
