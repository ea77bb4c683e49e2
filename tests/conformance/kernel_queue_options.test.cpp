#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "expectations.hpp"
#include "queue_actors.hpp"

// Options that earlier systems accepted and ignored: here each is seen to act on a kernel's own
// named queues.

namespace gyre::conformance {
namespace {

class kernel_queue_options : public on_engine {
 protected:
  /// Sends 0, 1, … to an inactive kernel until one is refused, or `most` are sent.
  static std::int64_t fill(queue<job>& requests, std::int64_t most, errc& refusal) {
    for (std::int64_t n = 0; n < most; ++n) {
      if (auto const r = requests.send(job_of(n), 1ms); !r) {
        refusal = r.error().code;
        return n;
      }
    }
    return most;
  }

  /// Takes so many replies, and sees that there are no more.
  static std::vector<job_done> all_replies(kernel<worker>& k, std::uint64_t expected) {
    auto responses = need(k.responses(), "responses");
    std::vector<job_done> out;
    while (out.size() != expected) out.push_back(need(responses.receive(patience), "receive"));
    EXPECT_TRUE(soon([&] { return k.status().pending == 0; })) << "nothing was to be left";
    EXPECT_TRUE(refused(responses.receive(0ns), errc::timed_out));
    EXPECT_TRUE(comes_to(expected, [&] { return k.status().handled; }));
    return out;
  }
};
GYRE_ON_EVERY_ENGINE(kernel_queue_options);

TEST_P(kernel_queue_options, fault_04_deduplication_window_acts) {
  auto kernel = launch_active<worker>("dedup", {.deduplication_window = 16});
  auto requests = need(kernel.requests(), "requests");
  auto responses = need(kernel.responses(), "responses");
  std::vector<job> sent;
  for (std::int64_t n = 0; n < 16; ++n) {
    sent.push_back(job_of(n));
    need(requests.send(sent.back()), "send");
  }
  for (auto const& j : sent) EXPECT_TRUE(refused(requests.send(j), errc::duplicate));
  for (int i = 0; i < 16; ++i) need(responses.receive(patience), "receive");
  EXPECT_TRUE(refused(requests.send(sent[0]), errc::duplicate)) << "answered, but remembered";
  need(requests.send(job_of(16)), "send");  // pushes the oldest id out
  EXPECT_TRUE(refused(requests.send(sent[1]), errc::duplicate));
  EXPECT_TRUE(done(requests.send(sent[0]))) << "only 16 ids are remembered";
  for (int i = 0; i < 2; ++i) need(responses.receive(patience), "receive");
  EXPECT_TRUE(refused(responses.receive(0ns), errc::timed_out));
  EXPECT_TRUE(comes_to(18U, [&] { return kernel.status().handled; }));
  EXPECT_EQ(requests.stats().duplicates, 18U);
}

TEST_P(kernel_queue_options, fault_04_a_nil_id_is_no_duplicate) {
  auto kernel = launch_active<worker>("nil");
  auto requests = need(kernel.requests(), "requests");
  auto responses = need(kernel.responses(), "responses");
  for (std::int64_t n = 0; n < 5; ++n) {
    need(requests.send(job{{}, 128, 0, n}), "send");
    EXPECT_EQ(need(responses.receive(patience), "receive").n, n);
  }
}

TEST_P(kernel_queue_options, fault_04_block_waits_and_drops_nothing) {
  auto kernel = launch<worker>("blocks", {.queue_capacity = 16});
  auto requests = need(kernel.requests(), "requests");
  errc why{};
  std::int64_t const sent = fill(requests, 1000, why);
  EXPECT_EQ(why, errc::timed_out);
  EXPECT_EQ(requests.depth(), 16U);
  EXPECT_TRUE(pending_is(kernel, static_cast<std::uint64_t>(sent)));
  need(kernel.activate(), "activate");
  auto const replies = all_replies(kernel, static_cast<std::uint64_t>(sent));
  for (std::size_t i = 0; i < replies.size(); ++i) {
    EXPECT_EQ(replies[i].n, static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(rt.dead_letters().total(), 0U);
}

TEST_P(kernel_queue_options, fault_04_reject_keeps_what_is_there) {
  auto kernel =
      launch<worker>("rejects", {.queue_capacity = 16, .overflow = overflow_policy::reject});
  auto requests = need(kernel.requests(), "requests");
  errc why{};
  std::int64_t const sent = fill(requests, 1000, why);
  EXPECT_EQ(why, errc::full);
  EXPECT_EQ(requests.depth(), 16U);
  need(kernel.activate(), "activate");
  auto const replies = all_replies(kernel, static_cast<std::uint64_t>(sent));
  EXPECT_EQ(replies.back().n, sent - 1);
  EXPECT_EQ(rt.dead_letters().total(), 0U) << "the sender was told; nothing was taken";
}

TEST_P(kernel_queue_options, fault_04_drop_newest_keeps_what_is_there_and_says_dropped) {
  auto kernel = launch<worker>("drops_newest",
                               {.queue_capacity = 16, .overflow = overflow_policy::drop_newest});
  auto requests = need(kernel.requests(), "requests");
  errc why{};
  std::int64_t const sent = fill(requests, 1000, why);
  EXPECT_EQ(why, errc::dropped);
  EXPECT_EQ(letters(drop_reason::drop_newest), 1U);
  need(kernel.activate(), "activate");
  auto const replies = all_replies(kernel, static_cast<std::uint64_t>(sent));
  EXPECT_EQ(replies.back().n, sent - 1);
}

TEST_P(kernel_queue_options, fault_04_drop_oldest_takes_the_new_ones) {
  auto kernel = launch<worker>("drops_oldest",
                               {.queue_capacity = 16, .overflow = overflow_policy::drop_oldest});
  auto requests = need(kernel.requests(), "requests");
  errc why{};
  ASSERT_EQ(fill(requests, 100, why), 100) << "each send succeeds";
  std::uint64_t const kept = 100 - letters(drop_reason::drop_oldest);
  EXPECT_EQ(requests.depth(), 16U);
  EXPECT_TRUE(pending_is(kernel, kept));
  need(kernel.activate(), "activate");
  auto const replies = all_replies(kernel, kept);
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(replies[kept - 16 + i].n, static_cast<std::int64_t>(84 + i)) << "the last 16 sent";
  }
}

TEST_P(kernel_queue_options, fault_04_priority_acts_and_is_first_in_first_out_within) {
  auto kernel = launch<worker>("orders", {.queue_capacity = 128, .priority = true});
  auto requests = need(kernel.requests(), "requests");
  // What is in the rings is out of the queue's reach: fill them first.
  std::uint64_t fillers = 0;
  while (requests.depth() == 0) {
    need(requests.send(job_of(1000)), "send");
    ++fillers;
  }
  std::uint8_t const levels[] = {5, 200, 128, 0, 255};
  for (std::int64_t n = 0; n < 50; ++n) {
    need(requests.send(job_of(n, 0, levels[static_cast<std::size_t>(n) % 5])), "send");
  }
  need(kernel.activate(), "activate");
  auto replies = all_replies(kernel, 50 + fillers);
  std::sort(replies.begin(), replies.end(),
            [](job_done const& a, job_done const& b) { return a.turn < b.turn; });
  std::vector<job_done> const ordered(replies.begin() + static_cast<std::ptrdiff_t>(fillers) - 1,
                                      replies.end());
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    auto const& before = ordered[i - 1];
    EXPECT_GE(before.priority, ordered[i].priority) << "at turn " << ordered[i].turn;
    if (before.priority == ordered[i].priority && before.n < 1000) {
      EXPECT_LT(before.n, ordered[i].n);
    }
  }
  EXPECT_EQ(ordered.front().priority, 255U);
}

TEST_P(kernel_queue_options, without_priority_the_order_is_that_of_arrival) {
  auto kernel = launch<worker>("arrival", {.queue_capacity = 64});
  auto requests = need(kernel.requests(), "requests");
  for (std::int64_t n = 0; n < 100; ++n) {
    need(requests.send(job_of(n, 0, static_cast<std::uint8_t>(n))), "send");
  }
  need(kernel.activate(), "activate");
  auto const replies = all_replies(kernel, 100);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(replies[i].n, static_cast<std::int64_t>(i));
}

// A blocking queue lost messages when the next stage was full, reordered them when it tried again,
// or dropped a whole batch for one that failed.
TEST_P(kernel_queue_options, fault_09_nothing_is_lost_or_reordered_when_the_next_stage_is_full) {
  auto kernel = launch_active<worker>("narrow", {.queue_capacity = 16});
  auto responses = need(kernel.responses(), "responses");
  constexpr std::int64_t senders = 3;
  constexpr std::int64_t each = 400;
  constexpr std::int64_t range = 10'000;
  std::vector<std::jthread> threads;
  for (std::int64_t s = 0; s < senders; ++s) {
    threads.emplace_back([&kernel, s] {
      auto requests = need(kernel.requests(), "requests");
      for (std::int64_t i = 0; i < each; ++i) {
        ASSERT_TRUE(done(requests.send(job_of(s * range + i), patience)));
        // In between, one that fails: it takes nothing else with it.
        if (i % 50 != 7) continue;
        ASSERT_TRUE(done(requests.send(job_of(-1 - i), patience)));
      }
    });
  }
  EXPECT_TRUE(soon([&] { return need(kernel.requests(), "requests").stats().sleepers == senders; }))
      << "each stage was to become full, and all senders to wait";
  std::vector<std::int64_t> next(senders);
  for (std::int64_t i = 0; i < senders * each; ++i) {
    auto const r = responses.receive(patience);
    ASSERT_TRUE(done(r)) << "after " << i << " replies";
    auto const s = static_cast<std::size_t>(r->n / range);
    ASSERT_LT(s, next.size());
    EXPECT_EQ(r->n % range, next[s]++) << "of sender " << s;
    EXPECT_EQ(r->result, worked_out(r->n, 0));
  }
  for (auto& thread : threads) thread.join();
  auto const report = need(kernel.terminate(patience), "terminate");
  EXPECT_EQ(report.handled, static_cast<std::uint64_t>(senders * (each + 8)));
  EXPECT_EQ(letters(drop_reason::rejected), static_cast<std::uint64_t>(senders * 8));
  EXPECT_EQ(rt.dead_letters().total(), static_cast<std::uint64_t>(senders * 8));
}

}  // namespace
}  // namespace gyre::conformance
