#include <cstdint>
#include <cstdlib>
#include <vector>

#include <gyre/core/uuid.hpp>

#include "engine_under_test.hpp"
#include "expectations.hpp"

// Messages between the actors of different kernels.

namespace gyre::conformance {
namespace {

struct noted {
  std::int64_t n = 0;
};
struct so_far {};
struct tally {
  std::int64_t sum = 0;
  std::uint64_t times = 0;
  std::uint64_t out_of_order = 0;
};
struct double_it {
  std::int64_t n = 0;
};
struct doubled {
  std::int64_t n = 0;
};

/// Answers, and counts what it is told.
struct clerk {
  using handles = gyre::handles<noted, so_far, double_it>;
  tally seen{};
  std::int64_t last = 0;

  GYRE_FN void on(noted const& m, auto&) {
    seen.sum += m.n;
    ++seen.times;
    if (m.n != last + 1) ++seen.out_of_order;
    last = m.n;
  }
  GYRE_FN tally on(so_far const&, auto&) { return seen; }
  GYRE_FN reply<doubled> on(double_it const& m, auto& self) {
    if (m.n < 0) return self.reject(7, m.n);
    return doubled{2 * m.n};
  }
};

/// The same with wide keys.
struct archive {
  using key = uuid;
  using handles = gyre::handles<noted, so_far, double_it>;
  tally seen{};

  GYRE_FN void on(noted const& m, auto&) {
    seen.sum += m.n;
    ++seen.times;
  }
  GYRE_FN tally on(so_far const&, auto&) { return seen; }
  GYRE_FN reply<doubled> on(double_it const& m, auto&) { return doubled{2 * m.n}; }
};

/// Has an office tell a clerk 1, 2, … `times`.
struct tell_clerk {
  link<clerk> to{};
  std::uint64_t whom = 0;
  std::int64_t times = 0;
};
struct told_so {
  std::int64_t sent = 0;
};
/// Has it ask a clerk, and hands out what it answered.
struct ask_clerk {
  link<clerk> to{};
  std::uint64_t whom = 0;
  std::int64_t n = 0;
};
struct ask_archive {
  link<archive> to{};
  uuid whom{};
  std::int64_t n = 0;
};
struct got_back {
  std::int64_t n = 0;
  bool ok = false;
  std::uint32_t why = 0;
  std::int64_t detail = 0;
};

struct office {
  using handles = gyre::handles<tell_clerk, ask_clerk, ask_archive, answered<doubled>>;
  static constexpr std::size_t places = 64;
  caller<got_back> waiting[places]{};
  std::uint64_t asked_so_far = 0;

  GYRE_FN told_so on(tell_clerk const& m, auto& self) {
    told_so out;
    for (std::int64_t i = 1; i <= m.times; ++i) {
      if (self.tell(m.to.at(m.whom), noted{i})) ++out.sent;
    }
    return out;
  }
  GYRE_FN reply<got_back> on(ask_clerk const& m, auto& self) {
    std::uint64_t const tag = asked_so_far++;
    waiting[tag % places] = self.who_asked();
    if (!self.ask(m.to.at(m.whom), double_it{m.n}, tag)) return self.reject(1);
    return self.later();
  }
  GYRE_FN reply<got_back> on(ask_archive const& m, auto& self) {
    std::uint64_t const tag = asked_so_far++;
    waiting[tag % places] = self.who_asked();
    (void)self.tell(m.to.at(m.whom), noted{m.n});
    if (!self.ask(m.to.at(m.whom), double_it{m.n}, tag)) return self.reject(1);
    return self.later();
  }
  GYRE_FN void on(answered<doubled> const& a, auto& self) {
    self.answer_to(waiting[a.tag % places], got_back{a.value.n, a.ok(), a.reject_code, a.detail});
  }
};

/// Throws balls over to the other kernel's, which throw them back.
struct ball {
  std::uint64_t hops = 0;
};
struct meet;
struct count {};
struct counted {
  std::uint64_t balls = 0;
  std::uint64_t lost = 0;
};
struct juggler {
  using handles = gyre::handles<ball, meet, count>;
  counted seen{};
  std::uint32_t row = 0;
  std::uint32_t back = 0;
  std::uint64_t jugglers = 1;

  GYRE_FN void on(ball const& m, auto& self);
  GYRE_FN void on(meet const& m, auto& self);
  GYRE_FN counted on(count const&, auto&) { return seen; }
};
struct meet {
  link<juggler> others{};
  std::uint64_t jugglers = 1;
};
GYRE_FN void juggler::on(ball const& m, auto& self) {
  ++seen.balls;
  if (m.hops == 0) return;
  link<juggler> const others{row, back};
  std::uint64_t const next = (self.id() * 7 + m.hops) % jugglers;
  if (!self.tell(others.at(next), ball{m.hops - 1})) ++seen.lost;
}
GYRE_FN void juggler::on(meet const& m, auto&) {
  row = m.others.row;
  back = m.others.back;
  jugglers = m.jugglers;
}

class links : public on_engine {
 protected:
  void SetUp() override {
    if (!engine().emulated || std::getenv("GYRE_TEST_CUDA") == nullptr) return;
    auto a = launch<office>("from", {});
    auto b = launch<clerk>("to", {});
    if (a.link_to(b)) return;
    EXPECT_TRUE(refused(a.link_to(b), errc::unsupported, {"from", "to", "cuda.stay"}));
    GTEST_SKIP() << "kernels that leave the device do not reach one another: refused";
  }
  template <class Kernel>
  [[nodiscard]] static tally tally_of(Kernel& k, std::uint64_t actor) {
    return need(k.ask(actor, so_far{}, patience), "ask");
  }
  /// So many messages, or as many as a block keeps for other kernels if not told otherwise.
  [[nodiscard]] static std::int64_t some(std::int64_t n) { return engine().emulated ? 400 : n; }
  [[nodiscard]] auto letters_come_to(drop_reason reason, std::int64_t n) const {
    return comes_to(static_cast<std::uint64_t>(n), [=, this] { return letters(reason); });
  }
  /// Of both. A message that was answered counts for a moment more, until its slot is free.
  [[nodiscard]] static std::int64_t pending_of(auto const& a, auto const& b) {
    return static_cast<std::int64_t>(a.status().pending + b.status().pending);
  }
};
GYRE_ON_EVERY_ENGINE(links);

TEST_P(links, handlers_ask_and_tell_the_actors_of_another_kernel) {
  auto a = launch_active<office>("office", {.actors = 4});
  auto b = launch_active<clerk>("clerks", {.actors = 5});
  auto c = launch_active<archive>("archive", {.actors = 100});
  auto const clerks = need(a.link_to(b), "link");
  auto const archives = need(a.link_to(c), "link");
  EXPECT_EQ(need(a.link_to(b), "link").row, clerks.row) << "linked once";
  for (std::uint64_t i = 0; i < 200; ++i) {
    auto const n = static_cast<std::int64_t>(i);
    auto const r = need(a.ask(i % 4, ask_clerk{clerks, i % 5, n}, patience), "ask");
    EXPECT_TRUE(r.ok);
    EXPECT_EQ(r.n, 2 * n);
    uuid const key = wide_key_of("shelf " + std::to_string(i % 20));
    EXPECT_EQ(need(a.ask(i % 4, ask_archive{archives, key, n}, patience), "ask").n, 2 * n);
  }
  auto const refusal = need(a.ask(0, ask_clerk{clerks, 1, -3}, patience), "ask");
  EXPECT_FALSE(refusal.ok);
  EXPECT_EQ(refusal.why, 7U);
  EXPECT_EQ(refusal.detail, -3);
  EXPECT_TRUE(refused(a.ask(1, ask_clerk{clerks, 5, 1}, patience), errc::rejected))
      << "an actor that is not there";
  std::uint64_t times = 0;
  for (int i = 0; i < 20; ++i) {
    times +=
        need(c.ask(wide_key_of("shelf " + std::to_string(i)), so_far{}, patience), "ask").times;
  }
  EXPECT_EQ(times, 200U);
}

TEST_P(links, what_one_tells_another_keeps_its_order_through_full_inboxes) {
  auto a = launch_active<office>("office", {.queue_capacity = 16, .actors = 3});
  auto b = launch_active<clerk>("clerks", {.queue_capacity = 16, .actors = 3});
  auto const clerks = need(a.link_to(b), "link");
  std::int64_t const times = some(20'000);
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(need(a.ask(i, tell_clerk{clerks, 2 - i, times}, patience), "ask").sent, times);
  }
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(soon([&] { return tally_of(b, i).times == static_cast<std::uint64_t>(times); }))
        << tally_of(b, i).times;
    EXPECT_EQ(tally_of(b, i).out_of_order, 0U);
    EXPECT_EQ(tally_of(b, i).sum, times * (times + 1) / 2);
  }
  auto const report = need(a.terminate(patience), "terminate");
  EXPECT_EQ(report.undelivered, 0U);
}

TEST_P(links, messages_wait_for_a_kernel_that_is_paused) {
  auto a = launch_active<office>("office", {.actors = 3});
  auto b = launch<clerk>("clerks", {.queue_capacity = 16, .actors = 3});
  auto const clerks = need(a.link_to(b), "link");
  std::int64_t const times = some(5000);
  EXPECT_EQ(need(a.ask(0, tell_clerk{clerks, 1, times}, patience), "ask").sent, times);
  EXPECT_EQ(b.status().handled, 0U);
  EXPECT_TRUE(soon([&] { return pending_of(a, b) == times; })) << pending_of(a, b);
  need(b.activate(), "activate");
  EXPECT_TRUE(soon([&] { return tally_of(b, 1).times == static_cast<std::uint64_t>(times); }));
  EXPECT_EQ(tally_of(b, 1).out_of_order, 0U);
  EXPECT_TRUE(soon([&] { return pending_of(a, b) == 0; })) << pending_of(a, b);
}

TEST_P(links, an_end_leaves_every_message_accounted_for) {
  auto a = launch_active<office>("office", {.actors = 3});
  auto b = launch<clerk>("clerks", {.queue_capacity = 16, .actors = 3});
  auto const clerks = need(a.link_to(b), "link");
  std::int64_t const times = some(2000);
  EXPECT_EQ(need(a.ask(0, tell_clerk{clerks, 1, times}, patience), "ask").sent, times);
  // Some lie in its ring, the others wait where they were sent.
  EXPECT_TRUE(soon([&] { return pending_of(a, b) == times; })) << pending_of(a, b);
  std::uint64_t const there = b.status().pending;
  EXPECT_GT(there, 0U);
  auto const ended = need(b.terminate(patience), "terminate");
  EXPECT_EQ(ended.undelivered, there);
  EXPECT_TRUE(soon([&] { return a.status().pending == 0; }));
  EXPECT_TRUE(letters_come_to(drop_reason::terminated, times));
  EXPECT_EQ(need(a.ask(0, tell_clerk{clerks, 1, 3}, patience), "ask").sent, 0);
  EXPECT_TRUE(refused(a.ask(0, ask_clerk{clerks, 1, 3}, patience), errc::rejected));
  EXPECT_TRUE(letters_come_to(drop_reason::terminated, times + 4));

  auto again = launch_active<clerk>("clerks", {.actors = 3});
  auto const anew = need(a.link_to(again), "link");
  EXPECT_NE(anew.row, clerks.row);
  EXPECT_TRUE(need(a.ask(0, ask_clerk{anew, 1, 3}, patience), "ask").ok);
}

TEST_P(links, the_senders_end_waits_for_what_it_sent) {
  auto b = launch<clerk>("clerks", {.queue_capacity = 16, .actors = 3});
  std::int64_t const times = some(2000);
  {
    auto a = launch_active<office>("office", {.actors = 3});
    auto const clerks = need(a.link_to(b), "link");
    EXPECT_EQ(need(a.ask(0, tell_clerk{clerks, 1, times}, patience), "ask").sent, times);
    EXPECT_TRUE(soon([&] { return pending_of(a, b) == times; })) << pending_of(a, b);
    std::uint64_t const waiting = a.status().pending;
    EXPECT_GT(waiting, 0U);
    auto const report = need(a.terminate(50ms), "terminate");
    EXPECT_FALSE(report.drained);
    EXPECT_EQ(report.undelivered, waiting);
    EXPECT_EQ(b.status().pending + waiting, static_cast<std::uint64_t>(times));
  }
  auto const rest = static_cast<std::int64_t>(b.status().pending);
  need(b.activate(), "activate");
  EXPECT_TRUE(soon([&] { return tally_of(b, 1).times == static_cast<std::uint64_t>(rest); }));
  EXPECT_EQ(tally_of(b, 1).sum, rest * (rest + 1) / 2) << "the first ones";
}

TEST_P(links, two_kernels_that_flood_each_other_do_not_lock_up) {
  constexpr std::uint64_t jugglers = 30;
  std::uint64_t const balls = engine().emulated ? 200 : 2000;
  constexpr std::uint64_t hops = 40;
  auto a = launch_active<juggler>("home", {.queue_capacity = 16, .actors = jugglers});
  auto b = launch_active<juggler>("guests", {.queue_capacity = 16, .actors = jugglers});
  auto const there = need(a.link_to(b), "link");
  auto const back = need(b.link_to(a), "link");
  for (std::uint64_t i = 0; i < jugglers; ++i) {
    need(a.tell(i, meet{there, jugglers}), "tell");
    need(b.tell(i, meet{back, jugglers}), "tell");
  }
  auto const all = [&] {
    counted sum;
    for (std::uint64_t i = 0; i < jugglers; ++i) {
      for (auto* k : {&a, &b}) {
        auto const c = need(k->ask(i, count{}, patience), "ask");
        sum.balls += c.balls;
        sum.lost += c.lost;
      }
    }
    return sum;
  };
  EXPECT_EQ(all().balls, 0U) << "asked behind the tells: they have met";
  auto port = need(a.open_port(), "port");
  deadline const until(patience);
  for (std::uint64_t i = 0; i < balls; ++i) {
    while (!port.tell(i % jugglers, ball{hops})) ASSERT_FALSE(until.expired()) << "room for a ball";
  }
  EXPECT_TRUE(soon([&] { return all().balls == balls * (hops + 1); })) << all().balls;
  EXPECT_EQ(all().lost, 0U);
}

TEST_P(links, lead_somewhere_or_are_refused) {
  auto a = launch_active<office>("office", {.actors = 3});
  EXPECT_TRUE(refused(a.link_to(a), errc::invalid_argument, {"office"}));
  auto b = launch_active<clerk>("clerks", {.actors = 3});
  auto const own = need(b.link_to(a), "link");
  EXPECT_NE(own.row, 0U);
  EXPECT_EQ(need(a.ask(0, tell_clerk{link<clerk>{}, 1, 3}, patience), "ask").sent, 0);
  EXPECT_EQ(need(a.ask(0, tell_clerk{link<clerk>{60, 1}, 1, 3}, patience), "ask").sent, 0);
  EXPECT_EQ(need(a.ask(0, tell_clerk{link<clerk>{1000, 1}, 1, 3}, patience), "ask").sent, 0);
  EXPECT_TRUE(letters_come_to(drop_reason::no_such_actor, 9));
  need(b.terminate(patience), "terminate");
  EXPECT_TRUE(refused(a.link_to(b), errc::terminated, {"clerks"}));
}

TEST_P(links, do_not_lead_to_another_engine) {
  if (!engine().emulated) GTEST_SKIP() << "two engines are needed";
  auto elsewhere = need(runtime::create({.engine = engine_kind::cpu}), "runtime");
  auto a = launch_active<office>("office", {.actors = 3});
  auto b = need(elsewhere.launch<clerk>("clerks", {.actors = 3}), "launch");
  EXPECT_TRUE(refused(a.link_to(b), errc::unsupported, {"office", "clerks", "one engine"}));
  EXPECT_TRUE(refused(b.link_to(a), errc::unsupported, {"office", "clerks", "one engine"}));
}

}  // namespace
}  // namespace gyre::conformance
