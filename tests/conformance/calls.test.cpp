#include <cstdint>
#include <string>

#include "engine_under_test.hpp"
#include "expectations.hpp"

// Asks between actors: answered by a message, passed on, answered later.

namespace gyre::conformance {
namespace {

struct price_of {
  std::int64_t article = 0;
};
struct price {
  std::int64_t cents = 0;
};
/// Has a shop ask other shops, and answer with the sum.
struct sum_of {
  std::uint64_t first = 0;
  std::uint64_t shops = 0;
  std::int64_t article = 0;
};
/// Has a shop pass the question on, so often.
struct ask_next {
  std::int64_t article = 0;
  std::uint64_t hops = 0;
};
/// Has a shop pass the question on to this one, as the last of so many messages.
struct ask_that_one {
  std::uint64_t shop = 0;
  std::uint64_t messages = 1;
};
struct failures {};
struct failed_so {
  std::uint64_t rejected = 0;
  std::uint64_t nobody = 0;
  std::int64_t detail = 0;
};
struct nothing_wanted {};

struct shop {
  using handles = gyre::handles<price_of, sum_of, ask_next, ask_that_one, failures, nothing_wanted,
                                gyre::answered<price>, gyre::answered<void>>;
  gyre::caller<price> waiting{};
  std::uint64_t missing = 0;
  std::int64_t sum = 0;
  failed_so failed{};

  GYRE_FN gyre::reply<price> on(price_of const& m, auto& self) {
    if (m.article < 0) return self.reject(7, m.article);
    return price{m.article * 100 + static_cast<std::int64_t>(self.id())};
  }
  GYRE_FN gyre::reply<price> on(sum_of const& m, auto& self) {
    waiting = self.who_asked();
    missing = 0;
    sum = 0;
    for (std::uint64_t i = 0; i < m.shops; ++i) {
      if (self.ask(gyre::actor<shop>{m.first + i}, price_of{m.article}, i + 1)) ++missing;
    }
    if (missing == 0) return self.reject(8);
    return self.later();
  }
  GYRE_FN gyre::reply<price> on(ask_next const& m, auto& self) {
    gyre::actor<shop> const next{(self.id() + 1) % 5};
    if (m.hops == 0) return self.forward(next, price_of{m.article});
    return self.forward(next, ask_next{m.article, m.hops - 1});
  }
  GYRE_FN gyre::reply<price> on(ask_that_one const& m, auto& self) {
    for (std::uint64_t i = 1; i < m.messages; ++i) {
      (void)self.tell(gyre::actor<shop>{m.shop}, price_of{1});
    }
    return self.forward(gyre::actor<shop>{m.shop}, price_of{1});
  }
  GYRE_FN void on(nothing_wanted const&, auto& self) {
    (void)self.ask(gyre::actor<shop>{(self.id() + 1) % 5}, nothing_wanted{}, 1'000);
  }
  GYRE_FN failed_so on(failures const&, auto&) { return failed; }

  GYRE_FN void on(gyre::answered<price> const& a, auto& self) {
    if (!a.ok()) {
      ++(a.why() == errc::rejected ? failed.rejected : failed.nobody);
      failed.detail += a.detail;
    }
    sum += a.ok() ? a.value.cents + static_cast<std::int64_t>(a.tag) * 1'000'000 : 0;
    if (--missing != 0) return;
    if (failed.rejected != 0) {
      self.answer_to(waiting, self.reject(9, failed.detail));
    } else {
      self.answer_to(waiting, price{sum});
    }
  }
  GYRE_FN void on(gyre::answered<void> const& a, auto&) { failed.nobody += a.tag; }
};

struct question {};
struct reason {
  bool ok = false;
  std::uint32_t why = 0;
};
/// Has an actor ask itself, with a deadline, and be busy until that has passed.
struct dawdle {};

struct dawdler {
  using handles = gyre::handles<dawdle, question, answered<price>>;
  caller<reason> waiting{};

  GYRE_FN reply<reason> on(dawdle const&, auto& self) {
    waiting = self.who_asked();
    (void)self.ask(self.self(), question{}, 1, std::chrono::milliseconds(1));
    GYRE_ON_HOST(std::this_thread::sleep_for(std::chrono::milliseconds(20));)
    return self.later();
  }
  GYRE_FN price on(question const&, auto&) { return {}; }
  GYRE_FN void on(answered<price> const& a, auto& self) {
    self.answer_to(waiting, reason{a.ok(), static_cast<std::uint32_t>(a.why())});
  }
};

class calls : public on_engine {};
GYRE_ON_EVERY_ENGINE(calls);

TEST_P(calls, an_actor_asks_others_and_answers_later) {
  auto kernel = launch_active<shop>("shops", {.actors = 6});
  for (std::int64_t article = 1; article <= 20; ++article) {
    auto const r = need(kernel.ask(0, sum_of{1, 4, article}, patience), "ask");
    // Shops 1 to 4, with tags 1 to 4.
    EXPECT_EQ(r.cents, 4 * article * 100 + (1 + 2 + 3 + 4) + 10'000'000);
  }
  auto const self = need(kernel.ask(2, sum_of{2, 1, 5}, patience), "ask");
  EXPECT_EQ(self.cents, 502 + 1'000'000) << "itself too";
}

TEST_P(calls, what_cannot_be_passed_on_is_the_askers_to_know) {
  auto kernel = launch_active<shop>("full", {.backlog_bytes = 64 << 10, .actors = 6});
  EXPECT_EQ(need(kernel.ask(0, ask_that_one{2, 1}, patience), "ask").cents, 102);
  EXPECT_TRUE(refused(kernel.ask(0, ask_that_one{6, 1}, patience), errc::no_such_actor));
  EXPECT_TRUE(comes_to(1, [&] { return letters(drop_reason::no_such_actor); }));
  // More than rings and backlog hold; on the same shard, which handles nothing meanwhile.
  constexpr std::uint64_t messages = 10'000;
  EXPECT_TRUE(refused(kernel.ask(0, ask_that_one{3, messages}, patience), errc::full));
  EXPECT_TRUE(soon([&] { return letters(drop_reason::no_room) > 0; }));
  need(kernel.tell(0, ask_that_one{6, 1}), "tell");
  EXPECT_TRUE(soon([&] { return letters(drop_reason::no_such_actor) == 2; }))
      << "one dead letter for a tell that was to be passed on: "
      << letters(drop_reason::no_such_actor);
  EXPECT_EQ(letters(drop_reason::rejected), 0U);
}

TEST_P(calls, many_actors_wait_for_each_other_at_once) {
  auto kernel = launch_active<shop>("busy", {.queue_capacity = 16, .actors = 300});
  auto port = need(kernel.open_port({.window = 128}), "port");
  std::vector<asked<price>> tickets;
  for (std::uint64_t a = 0; a < 100; ++a) {
    tickets.push_back(
        need(port.submit(a, sum_of{100 + a, 10, 1}, {.timeout = patience}), "submit"));
  }
  for (std::uint64_t a = 0; a < 100; ++a) {
    std::int64_t wanted = 55'000'000;
    for (std::uint64_t i = 0; i < 10; ++i) wanted += static_cast<std::int64_t>(100 + 100 + a + i);
    EXPECT_EQ(need(port.wait(tickets[a], patience), "wait").cents, wanted) << "actor " << a;
  }
}

TEST_P(calls, a_message_is_passed_on_and_the_last_answers_the_first) {
  auto kernel = launch_active<shop>("chain", {.actors = 6});
  for (std::uint64_t hops = 0; hops < 12; ++hops) {
    auto const r = need(kernel.ask(0, ask_next{3, hops}, patience), "ask");
    EXPECT_EQ(r.cents, 300 + static_cast<std::int64_t>((hops + 1) % 5));
  }
  auto const refusal = kernel.ask(0, ask_next{-4, 2}, patience);
  EXPECT_TRUE(refused(refusal, errc::rejected));
  EXPECT_EQ(refusal.error().detail, -4) << "the last one's refusal";
  EXPECT_TRUE(comes_to(13 + (12 * 13) / 2 + 3, [&] { return kernel.telemetry().handled; }));
}

TEST_P(calls, a_refusal_comes_back_as_an_answer) {
  auto kernel = launch_active<shop>("refusals", {.actors = 6});
  auto const r = kernel.ask(0, sum_of{1, 3, -5}, patience);
  EXPECT_TRUE(refused(r, errc::rejected));
  EXPECT_EQ(r.error().reject_code, 9U);
  EXPECT_EQ(r.error().detail, -15) << "three refusals with -5 each";
  auto const f = need(kernel.ask(0, failures{}, patience), "ask");
  EXPECT_EQ(f.rejected, 3U);
}

TEST_P(calls, nobody_home_is_known_at_once) {
  auto kernel = launch_active<shop>("nobody", {.actors = 6});
  auto const r = kernel.ask(0, sum_of{6, 2, 1}, patience);
  EXPECT_TRUE(refused(r, errc::rejected));
  EXPECT_EQ(r.error().reject_code, 8U);
  EXPECT_TRUE(comes_to(2, [&] { return letters(drop_reason::no_such_actor); }));
}

TEST_P(calls, an_answer_of_nothing_says_that_it_is_done) {
  auto kernel = launch_active<shop>("nothing", {.actors = 5});
  // Each asks the next one for ever: five of them, and then some.
  need(kernel.tell(0, nothing_wanted{}), "tell");
  EXPECT_TRUE(soon([&] {
    return need(kernel.ask(4, failures{}, patience), "ask").nobody >= 2'000;
  })) << "answers with the tag 1000";
  need(kernel.deactivate(patience), "deactivate");
  need(kernel.terminate(patience), "terminate");
}

TEST_P(calls, an_actors_ask_is_not_begun_with_after_its_deadline) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<dawdler>("late", {.actors = 3});
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto const r = need(kernel.ask(i, dawdle{}, patience), "ask");
    EXPECT_FALSE(r.ok);
    EXPECT_EQ(static_cast<errc>(r.why), errc::timed_out);
  }
  EXPECT_TRUE(comes_to(3, [&] { return letters(drop_reason::expired); }));
}

}  // namespace
}  // namespace gyre::conformance
