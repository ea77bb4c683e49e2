#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "queue_actors.hpp"
#include "test_actors.hpp"

#include <vector/vector_processor.hpp>

namespace gyre::conformance {
namespace {

class kernel_queues : public on_engine {
 protected:
  /// The listed queue of this owner and message type.
  [[nodiscard]] queue_description listed(std::string_view owner, std::string_view type) const {
    for (auto const& row : rt.list_queues()) {
      if (row.owner == owner && row.type == type) return row;
    }
    ADD_FAILURE() << "no queue of " << type << " that belongs to " << owner;
    return {};
  }
};
GYRE_ON_EVERY_ENGINE(kernel_queues);

TEST_P(kernel_queues, are_listed_with_type_capacity_depth_and_owner) {
  auto first = launch<worker>("first", {.queue_capacity = 64});
  auto second = launch<worker>("second", {.queue_capacity = 16});
  auto const rows = rt.list_queues();
  ASSERT_EQ(rows.size(), 4U);
  for (std::string_view const owner : {"first", "second"}) {
    for (std::string_view const type : {"job", "job_done"}) {
      auto const row = listed(owner, type);
      std::string const prefix = "ringkernel_" + std::string(type) + "_";
      ASSERT_EQ(row.name.substr(0, prefix.size()), prefix);
      EXPECT_TRUE(uuid::parse(row.name.substr(prefix.size()))) << row.name;
      EXPECT_EQ(row.capacity, owner == "first" ? 64U : 16U);
      EXPECT_EQ(row.depth, 0U);
    }
  }
  EXPECT_NE(listed("first", "job").name, listed("second", "job").name);
  auto requests = need(first.requests(), "requests");
  auto const responses = need(first.responses(), "responses");
  EXPECT_EQ(requests.name(), listed("first", "job").name);
  EXPECT_EQ(responses.name(), listed("first", "job_done").name);

  while (requests.depth() < 3) need(requests.send(job_of(1)), "send to an inactive kernel");
  EXPECT_EQ(listed("first", "job").depth, 3U);
}

TEST_P(kernel_queues, go_with_their_kernel) {
  auto kernel = launch_active<worker>("mortal");
  auto requests = need(kernel.requests(), "requests");
  auto responses = need(kernel.responses(), "responses");
  need(kernel.terminate(patience), "terminate");
  EXPECT_TRUE(rt.list_queues().empty());
  EXPECT_TRUE(refused(rt.find_queue<job>(requests.name()), errc::not_found));
  EXPECT_TRUE(refused(requests.send(job_of(1)), errc::terminated));
  EXPECT_TRUE(refused(responses.receive(), errc::terminated)) << "must not wait for ever";
  EXPECT_TRUE(refused(kernel.requests(), errc::terminated, {"mortal"}));
  EXPECT_TRUE(refused(kernel.responses(), errc::terminated, {"mortal"}));
}

TEST_P(kernel_queues, an_actor_that_answers_several_messages_has_none) {
  auto const kernel = launch<account>("several");
  EXPECT_TRUE(rt.list_queues().empty());
}

// A handler was an echo, a stub, or a transform that was chosen by the type's name.
TEST_P(kernel_queues, fault_01_replies_are_worked_out_by_the_handler) {
  constexpr std::uint64_t actors = 7;
  constexpr std::int64_t jobs = 500;
  auto kernel = launch_active<worker>("found", {.actors = actors});
  std::string const in = listed("found", "job").name;
  std::string const out = listed("found", "job_done").name;
  std::map<uuid, job> sent;
  for (std::int64_t n = 0; n < jobs; ++n) {
    auto const j = job_of(n, static_cast<std::uint64_t>(n) % actors);
    need(rt.send(in, j, patience), "send");
    sent.emplace(j.message_id, j);
  }
  std::vector<std::uint64_t> turns(actors);
  for (std::int64_t i = 0; i < jobs; ++i) {
    auto const r = need(rt.receive<job_done>(out, patience), "receive");
    auto const of = sent.find(r.correlation_id);
    ASSERT_NE(of, sent.end()) << "a reply to nothing, or a second one";
    EXPECT_EQ(r.n, of->second.n);
    EXPECT_EQ(r.actor, of->second.actor_id);
    EXPECT_EQ(r.result, worked_out(of->second.n, of->second.actor_id));
    EXPECT_EQ(r.turn, turns.at(r.actor)++) << "the actor's state is kept, in order";
    sent.erase(of);
  }
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(refused(rt.receive<job_done>(out, 0ns), errc::timed_out));
  EXPECT_TRUE(comes_to(static_cast<std::uint64_t>(jobs), [&] { return kernel.status().handled; }));
}

// A validation was content with any reply: an empty one, or the one to the request before.
TEST_P(kernel_queues, fault_05_each_reply_names_its_request_and_holds_its_elements) {
  auto kernel = launch_active<vector_processor>("vectors");
  auto requests = need(kernel.requests(), "requests");
  auto responses = need(kernel.responses(), "responses");
  std::map<uuid, vector_add_request> sent;
  for (std::int32_t n = 0; n <= static_cast<std::int32_t>(inline_elements); ++n) {
    vector_add_request m;
    m.message_id = uuid::random();
    m.length = n;
    m.operation = static_cast<vector_operation>(n % 4);
    for (std::int32_t i = 0; i < n; ++i) {
      ASSERT_TRUE(m.inline_a.push_back(static_cast<float>(i)));
      ASSERT_TRUE(m.inline_b.push_back(static_cast<float>(n + i)));
    }
    need(requests.send(m, patience), "send");
    sent.emplace(m.message_id, m);
  }
  while (!sent.empty()) {
    auto const r = need(responses.receive(patience), "receive");
    ASSERT_TRUE(r.correlation_id);
    auto const of = sent.find(*r.correlation_id);
    ASSERT_NE(of, sent.end()) << "a reply to nothing, or a second one";
    auto const& m = of->second;
    EXPECT_TRUE(r.success);
    EXPECT_EQ(r.processed_elements, m.length);
    ASSERT_EQ(r.inline_result.size(), static_cast<std::size_t>(m.length));
    for (std::size_t i = 0; i < r.inline_result.size(); ++i) {
      float const a = m.inline_a[i];
      float const b = m.inline_b[i];
      float const all[] = {a + b, a - b, a * b, a / b};
      EXPECT_FLOAT_EQ(r.inline_result[i], all[static_cast<std::size_t>(m.operation)]);
    }
    sent.erase(of);
  }
}

TEST_P(kernel_queues, failures_are_dead_letters_with_reason_and_id) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<worker>("fails", {.actors = 3});
  auto requests = need(kernel.requests(), "requests");
  auto responses = need(kernel.responses(), "responses");
  std::map<drop_reason, job> const sent{{drop_reason::rejected, job_of(-5, 1)},
                                        {drop_reason::handler_failed, job_of(worker::unlucky, 2)},
                                        {drop_reason::no_such_actor, job_of(1, 1000)}};
  for (auto const& [reason, j] : sent) need(requests.send(j), "send");
  need(requests.send(job_of(6)), "send");
  EXPECT_EQ(need(responses.receive(patience), "receive").result, worked_out(6, 0));
  EXPECT_TRUE(soon([&] {
    (void)responses.receive(0ns);
    return rt.dead_letters().total() == 3;
  })) << "three failures were waited for";
  for (auto const& letter : rt.dead_letters().letters()) {
    auto const of = sent.find(letter.reason);
    ASSERT_NE(of, sent.end()) << to_string(letter.reason);
    EXPECT_EQ(letter.message_id, of->second.message_id);
    EXPECT_EQ(letter.actor, of->second.actor_id);
    EXPECT_EQ(letter.where, "fails");
    EXPECT_EQ(letter.message_type, "job");
    EXPECT_EQ(letters(letter.reason), 1U);
  }
}

TEST_P(kernel_queues, sleeping_receivers_are_woken) {
  auto kernel = launch_active<worker>("wakes");
  auto requests = need(kernel.requests(), "requests");
  constexpr std::size_t sleepers = 3;
  std::vector<std::int64_t> got(sleepers, -1);
  std::vector<std::thread> threads;
  for (auto& mine : got) {
    threads.emplace_back([&kernel, &mine] {
      auto const r = need(kernel.responses(), "responses").receive(patience);
      if (r) mine = r->result;
    });
  }
  EXPECT_TRUE(soon([&] {
    return need(kernel.responses(), "responses").stats().sleepers == sleepers;
  })) << "three receivers were to fall asleep";
  for (std::int64_t n = 1; n <= 3; ++n) need(requests.send(job_of(n)), "send");
  for (auto& thread : threads) thread.join();
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (std::vector<std::int64_t>{worked_out(1, 0), worked_out(2, 0), worked_out(3, 0)}));
}

}  // namespace
}  // namespace gyre::conformance
