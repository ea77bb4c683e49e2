#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>
#include <vector/vector_processor.hpp>

#include "allocations.hpp"

// Nothing allocates once it runs: neither who asks nor the kernel's own threads. Each piece of work
// is done once to warm up, and then its second time is counted.

namespace gyre {
namespace {

using namespace std::chrono_literals;

struct add {
  std::int64_t n = 0;
};
struct sum {
  std::int64_t n = 0;
};
struct note {
  std::int64_t n = 0;
};
struct adder {
  using handles = gyre::handles<add, note>;
  std::int64_t n = 0;
  sum on(add const& m, auto&) { return {n += m.n}; }
  void on(note const& m, auto&) { n += m.n; }
};

constexpr std::size_t window = 64;
constexpr int rounds = 2000;

/// Allocations of all threads during the second time that `work` is done.
template <class Work>
std::uint64_t allocations_in(Work&& work) {
  work();
  std::uint64_t const before = allocations_of_all();
  work();
  return allocations_of_all() - before;
}

class steady_state : public testing::Test {
 protected:
  runtime rt = runtime::create({.engine = engine_kind::cpu}).value();
};

TEST_F(steady_state, asks_and_tells_by_a_port_allocate_nothing) {
  auto k = rt.launch<adder>("k", {.actors = 100}).value();
  k.activate().value();
  auto end = k.open_port({.window = window}).value();
  EXPECT_EQ(allocations_in([&] {
              for (std::uint64_t i = 0; i < rounds; ++i) (void)end.ask(i % 100, add{1}, 20s);
            }),
            0U)
      << "one ask in flight";
  EXPECT_EQ(allocations_in([&] {
              std::array<asked<sum>, window> flight{};
              for (int i = 0; i < rounds / 10; ++i) {
                for (std::size_t j = 0; j < window; ++j) flight[j] = end.submit(j, add{1}).value();
                for (auto const& a : flight) (void)end.wait(a, 20s);
              }
            }),
            0U)
      << "a window of asks";
  EXPECT_EQ(allocations_in([&] {
              std::uint64_t const handled = k.telemetry().handled;
              for (std::uint64_t i = 0; i < rounds; ++i) (void)end.tell(i % 100, note{1});
              auto const until = std::chrono::steady_clock::now() + 20s;
              while (k.telemetry().handled < handled + rounds &&
                     std::chrono::steady_clock::now() < until) {
                std::this_thread::yield();
              }
            }),
            0U)
      << "tells, and snapshots of the telemetry";
}

TEST_F(steady_state, a_threads_own_asks_allocate_nothing) {
  auto k = rt.launch<adder>("k", {.actors = 100}).value();
  k.activate().value();
  EXPECT_EQ(allocations_in([&] {
              for (std::uint64_t i = 0; i < rounds; ++i) (void)k.ask(i % 100, add{1}, 20s);
            }),
            0U);
}

TEST_F(steady_state, messages_through_named_queues_allocate_nothing) {
  auto k = rt.launch<vector_processor>("k").value();
  k.activate().value();
  auto requests = k.requests().value();
  auto responses = k.responses().value();
  vector_add_request m;
  m.length = 25;
  (void)m.inline_a.resize(25);
  (void)m.inline_b.resize(25);
  vector_add_response reply{};
  std::uint64_t serial = 0;
  int wrong = 0;
  // A thread's first sleep on a queue allocates its place there; it may or may not come to that.
  EXPECT_FALSE(responses.receive_into(reply, 1ms));
  EXPECT_EQ(allocations_in([&] {
              for (int i = 0; i < rounds; ++i) {
                ++serial;
                std::memcpy(m.message_id.bytes.data(), &serial, sizeof serial);
                bool const right = requests.send(m) && responses.receive_into(reply, 20s);
                wrong += right && reply.success ? 0 : 1;
              }
            }),
            0U);
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gyre
