#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

namespace gyre {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto patience = 20s;

struct add {
  std::int64_t n = 0;
};
struct sum {
  std::int64_t n = 0;
};
struct adder {
  using handles = gyre::handles<add>;
  std::int64_t total = 0;
  sum on(add const& m, auto&) { return {total += m.n}; }
};
struct other {
  using handles = gyre::handles<add>;
  std::int64_t total = 0;
  sum on(add const& m, auto&) { return {total -= m.n}; }
};
struct giant {
  using handles = gyre::handles<add>;
  std::array<std::int64_t, 128 * 1024> totals{};
  sum on(add const& m, auto&) { return {totals[0] += m.n}; }
};

runtime make() { return runtime::create({.engine = engine_kind::cpu}).value(); }

// Contract, fault 17: a fallback that silently does something else.
TEST(engine_report, engine_that_is_not_built_says_so) {
  auto const r = report_on(engine_kind::cuda);
  EXPECT_EQ(r.kind, engine_kind::cuda);
  if (r.built) GTEST_SKIP() << "this build has a cuda engine: " << r.detail;
  EXPECT_FALSE(r.found);
  EXPECT_THAT(r.detail, HasSubstr("not built"));
  EXPECT_EQ(r.greatest_shards, 0U);
  EXPECT_EQ(r.greatest_lanes, 0U);
}

// Contract, fault 17: what is not there is `unsupported`, and nothing is put in its place.
TEST(runtime, engine_that_is_not_there_is_unsupported) {
  auto const cuda = report_on(engine_kind::cuda);
  if (cuda.found) GTEST_SKIP() << "this machine has a cuda engine: " << cuda.detail;
  auto const r = runtime::create({.engine = engine_kind::cuda});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::unsupported);
  EXPECT_THAT(r.error().context, HasSubstr("cuda"));
  EXPECT_THAT(r.error().context, HasSubstr(cuda.detail)) << "why it is not there";
}

TEST(runtime, automatic_says_which_engine_it_took) {
  auto const rt = runtime::create();
  ASSERT_TRUE(rt) << rt.error().message();
  bool const cuda = report_on(engine_kind::cuda).found;
  EXPECT_EQ(rt->kind(), cuda ? engine_kind::cuda : engine_kind::cpu);
  EXPECT_EQ(rt->engine().kind, rt->kind());
}

TEST(runtime, number_of_buffers_is_bounded) {
  for (std::uint32_t buffers : {0U, 1U << 24}) {
    auto const r = runtime::create({.engine = engine_kind::cpu, .buffers = buffers});
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, errc::invalid_option);
    EXPECT_EQ(r.error().context,
              "buffers is " + std::to_string(buffers) + ", allowed: 1 to 16777215");
  }
  auto rt = runtime::create({.engine = engine_kind::cpu, .buffers = 1}).value();
  auto const only = rt.buffers().allocate<float>(1);
  ASSERT_TRUE(only);
  EXPECT_EQ(rt.buffers().allocate<float>(1).error().code, errc::full);
}

// Refused before anything is made: no row, no queue, and the id is free.
TEST(runtime, refused_launch_leaves_nothing) {
  auto rt = make();
  auto const refused = [&](std::string_view id, launch_options const& o, errc code) {
    auto const r = rt.launch<adder>(id, o);
    EXPECT_FALSE(r) << id;
    EXPECT_EQ(r.error().code, code) << r.error().message();
    EXPECT_TRUE(rt.list_kernels().empty());
    EXPECT_TRUE(rt.list_queues().empty());
  };
  refused("", {}, errc::invalid_argument);
  refused("a\nb", {}, errc::invalid_argument);
  refused(std::string(257, 'k'), {}, errc::invalid_argument);
  refused("k", {.queue_capacity = 17}, errc::invalid_option);
  refused("k", {.shards = 2, .actors = 1}, errc::invalid_option);
  refused("k", {.pin = {-1}}, errc::invalid_option);
  // 4096 TiB of states, which no machine has.
  auto const giants = rt.launch<giant>("k", {.actors = std::uint64_t{1} << 32});
  EXPECT_EQ(giants.error().code, errc::no_memory);
  EXPECT_TRUE(rt.list_kernels().empty());
  auto const k = rt.launch<adder>("k");
  ASSERT_TRUE(k) << k.error().message();
  EXPECT_EQ(k->metrics().launches, 1U) << "a refused launch is none";
}

TEST(runtime, kernel_is_found_by_id_and_type) {
  auto rt = make();
  auto k = rt.launch<adder>("k").value();
  EXPECT_EQ(rt.launch<adder>("k").error().code, errc::already_exists);
  EXPECT_EQ(rt.launch<other>("k").error().code, errc::already_exists);
  EXPECT_EQ(rt.find_kernel<adder>("none").error().code, errc::not_found);
  auto const wrong = rt.find_kernel<other>("k");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, errc::wrong_type);
  EXPECT_EQ(wrong.error().context, "kernel 'k' runs 'adder', not 'other'");
  auto found = rt.find_kernel<adder>("k").value();
  found.activate().value();
  EXPECT_EQ(k.state(), kernel_state::active);
  k.terminate(patience).value();
  EXPECT_EQ(rt.find_kernel<adder>("k").error().code, errc::not_found);
  EXPECT_TRUE(rt.list_kernels().empty());
}

TEST(runtime, planned_memory_is_what_is_taken) {
  auto rt = make();
  launch_options const o{.queue_capacity = 256, .shards = 2, .actors = 10'000};
  auto const needed = rt.memory_needed<adder>(o).value();
  EXPECT_TRUE(rt.list_kernels().empty()) << "a plan launches nothing";
  auto k = rt.launch<adder>("k", o).value();
  double const used = static_cast<double>(k.metrics().memory_bytes);
  double const planned = static_cast<double>(needed.total());
  EXPECT_NEAR(used, planned, 0.05 * planned);
  auto const port = k.open_port();
  ASSERT_TRUE(port);
  EXPECT_GT(static_cast<double>(k.metrics().memory_bytes), used);
}

// Contract, fault 12: a terminate that frees nothing.
TEST(runtime, terminate_gives_the_memory_back) {
  auto rt = make();
  auto k = rt.launch<adder>("k", {.actors = 100'000}).value();
  std::uint64_t const peak = k.metrics().memory_bytes;
  k.terminate(patience).value();
  EXPECT_LT(k.metrics().memory_bytes, peak / 50) << "what is left is the handle's own words";
  EXPECT_EQ(k.metrics().peak_memory_bytes, peak);
}

TEST(runtime, shutdown_ends_every_kernel_and_queue_and_may_be_called_again) {
  auto rt = make();
  auto a = rt.launch<adder>("a").value();
  auto b = rt.launch<other>("b").value();
  b.activate().value();
  auto mine = rt.create_queue<add>("mine").value();
  auto of_a = a.requests().value();
  rt.shutdown(patience);
  EXPECT_EQ(a.state(), kernel_state::terminated);
  EXPECT_EQ(b.state(), kernel_state::terminated);
  EXPECT_EQ(mine.send(add{1}).error().code, errc::terminated);
  EXPECT_EQ(of_a.send(add{1}).error().code, errc::terminated);
  EXPECT_EQ(b.ask(0, add{1}, 1s).error().code, errc::terminated);
  EXPECT_TRUE(rt.list_kernels().empty());
  EXPECT_TRUE(rt.list_queues().empty());
  rt.shutdown(patience);
}

TEST(runtime, end_of_the_runtime_wakes_who_waits_and_leaves_handles_usable) {
  std::optional<runtime> rt(make());
  auto k = rt->launch<adder>("k").value();  // never activated: an ask waits
  auto q = rt->create_queue<add>("q").value();
  result<sum> asked = sum{};
  result<add> received = add{};
  std::thread asker([&] { asked = k.ask(0, add{1}, patience); });
  std::thread receiver([&] { received = q.receive(patience); });
  deadline const until(patience);
  while ((k.metrics().sent == 0 || q.stats().sleepers == 0) && !until.expired()) {
    std::this_thread::sleep_for(100us);
  }
  EXPECT_FALSE(until.expired()) << "waited in vain for an ask and a sleeper";
  rt.reset();
  asker.join();
  receiver.join();
  EXPECT_EQ(asked.error().code, errc::terminated);
  EXPECT_EQ(received.error().code, errc::terminated);
  EXPECT_EQ(k.activate().error().code, errc::wrong_state);
  EXPECT_EQ(k.terminate(patience).value().undelivered, 1U) << "the ask that was never handled";
  EXPECT_EQ(k.requests().error().code, errc::terminated);
}

TEST(runtime, moves_with_its_kernels) {
  auto first = make();
  auto k = first.launch<adder>("k").value();
  k.activate().value();
  runtime second = std::move(first);
  EXPECT_EQ(second.list_kernels().size(), 1U);
  EXPECT_EQ(k.ask(0, add{5}, patience).value().n, 5);

  auto third = make();
  auto lost = third.launch<adder>("k").value();
  third = std::move(second);
  EXPECT_EQ(lost.state(), kernel_state::terminated) << "what the target held";
  EXPECT_EQ(k.ask(0, add{5}, patience).value().n, 10) << "what it was given";
  auto& same = third;
  third = std::move(same);
  EXPECT_EQ(k.ask(0, add{5}, patience).value().n, 15) << "moved onto itself";
}

// Kernels of two runtimes may have one id, and buffers of one are foreign to the other.
TEST(runtime, two_runtimes_know_nothing_of_each_other) {
  auto a = make();
  auto b = make();
  auto ka = a.launch<adder>("k").value();
  auto kb = b.launch<adder>("k").value();
  ka.activate().value();
  kb.activate().value();
  EXPECT_EQ(ka.ask(0, add{1}, patience).value().n, 1);
  EXPECT_EQ(kb.ask(0, add{10}, patience).value().n, 10);
  auto const buffer = a.buffers().allocate<float>(4).value();
  EXPECT_EQ(b.buffers().bytes(buffer.handle).error().code, errc::foreign_handle);
}

}  // namespace
}  // namespace gyre
