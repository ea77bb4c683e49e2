#include <cstdint>
#include <set>
#include <vector>

#include "engine_under_test.hpp"
#include "expectations.hpp"

// Messages to more than one actor: to all, to those that subscribe to a topic, dealt round.

namespace gyre::conformance {
namespace {

struct news {
  std::int64_t value = 0;
};
struct heard {
  std::int64_t sum = 0;
  std::uint64_t times = 0;
  std::uint64_t out_of_order = 0;
};
struct what_heard {};
/// Has an actor subscribe, or give it up.
struct listen {
  std::uint64_t topic = 0;
  bool wanted = true;
};
struct yes_or_no {
  bool yes = false;
};
/// Has an actor send the news, to a topic or to all, so often; and tell one actor between.
struct send_news {
  std::uint64_t topic = 0;
  std::uint64_t times = 0;
  std::uint64_t between = 0;
  bool to_all = false;
};

struct reader {
  using handles = gyre::handles<news, what_heard, listen, send_news>;
  heard so_far{};
  std::int64_t last = 0;

  GYRE_FN void on(news const& m, auto&) {
    so_far.sum += m.value;
    ++so_far.times;
    if (m.value != last + 1) ++so_far.out_of_order;
    last = m.value;
  }
  GYRE_FN heard on(what_heard const&, auto&) { return so_far; }
  GYRE_FN yes_or_no on(listen const& m, auto& self) {
    return {m.wanted ? self.subscribe({m.topic}) : self.unsubscribe({m.topic})};
  }
  GYRE_FN yes_or_no on(send_news const& m, auto& self) {
    bool all = true;
    for (std::uint64_t i = 0; i < m.times; ++i) {
      auto const value = static_cast<std::int64_t>(2 * i);
      all =
          (m.to_all ? self.broadcast(news{value + 1}) : self.publish({m.topic}, news{value + 1})) &&
          all;
      all = self.tell(gyre::actor<reader>{m.between}, news{value + 2}) && all;
    }
    return {all};
  }
};

struct keyed_reader {
  using key = std::uint64_t;
  using handles = gyre::handles<news, what_heard>;
  heard so_far{};

  GYRE_FN void on(news const& m, auto&) {
    so_far.sum += m.value;
    ++so_far.times;
  }
  GYRE_FN heard on(what_heard const&, auto&) { return so_far; }
};

class topics_and_groups : public on_engine {
 protected:
  template <class Kernel>
  [[nodiscard]] static bool has_heard(Kernel& kernel, std::uint64_t actor, std::int64_t sum,
                                      std::uint64_t times) {
    return soon([&] {
      auto const h = need(kernel.ask(actor, what_heard{}, patience), "ask");
      return h.sum == sum && h.times == times;
    });
  }
};
GYRE_ON_EVERY_ENGINE(topics_and_groups);

TEST_P(topics_and_groups, a_broadcast_reaches_every_actor_once) {
  for (std::uint64_t const actors : {3, 7, 100}) {
    auto kernel = launch_active<reader>("all", {.actors = actors});
    for (std::int64_t i = 1; i <= 5; ++i) need(kernel.broadcast(news{i}), "broadcast");
    for (std::uint64_t a = 0; a < actors; ++a) {
      EXPECT_TRUE(has_heard(kernel, a, 15, 5)) << "actor " << a << " of " << actors;
    }
    EXPECT_TRUE(soon([&] { return kernel.telemetry().handled >= 5 * actors + actors; }));
    need(kernel.terminate(patience), "terminate");
  }
}

// All lie in the inbox before the first is handled, so that they are of one batch.
TEST_P(topics_and_groups, a_broadcast_comes_between_what_its_sender_asked_before_and_after_it) {
  auto kernel = launch<reader>("between", {.actors = 6});
  auto port = need(kernel.open_port({.window = 64}), "port");
  std::vector<asked<heard>> asks;
  auto const ask_all = [&] {
    for (std::uint64_t a = 0; a < 6; ++a) {
      asks.push_back(need(port.submit(a, what_heard{}, {.timeout = patience}), "submit"));
    }
  };
  ask_all();
  for (std::int64_t i = 1; i <= 3; ++i) {
    need(port.broadcast(news{i}), "broadcast");
    ask_all();
  }
  need(kernel.activate(), "activate");
  for (std::size_t i = 0; i < asks.size(); ++i) {
    auto const h = need(port.wait(asks[i], patience), "wait");
    auto const before = static_cast<std::int64_t>(i / 6);
    EXPECT_EQ(h.times, i / 6) << "ask " << i;
    EXPECT_EQ(h.sum, before * (before + 1) / 2) << "ask " << i;
    EXPECT_EQ(h.out_of_order, 0U) << "ask " << i;
  }
}

TEST_P(topics_and_groups, a_publication_reaches_the_subscribers_alone) {
  auto kernel = launch_active<reader>("topics", {.actors = 40});
  auto const sports = topic::named("sports");
  auto const weather = topic::named("weather");
  for (std::uint64_t a = 0; a < 40; a += 2) need(kernel.subscribe(sports, a), "subscribe");
  for (std::uint64_t a = 0; a < 40; a += 3) {
    EXPECT_TRUE(need(kernel.ask(a, listen{weather.id}, patience), "ask").yes);
    EXPECT_TRUE(need(kernel.ask(a, listen{weather.id}, patience), "ask").yes) << "twice is once";
  }
  need(kernel.publish(sports, news{1}), "publish");
  need(kernel.publish(weather, news{100}), "publish");
  need(kernel.publish(topic::named("nobody"), news{10'000}), "publish");
  for (std::uint64_t a = 0; a < 40; ++a) {
    std::int64_t const sum = (a % 2 == 0 ? 1 : 0) + (a % 3 == 0 ? 100 : 0);
    std::uint64_t const times = (a % 2 == 0 ? 1U : 0U) + (a % 3 == 0 ? 1U : 0U);
    EXPECT_TRUE(has_heard(kernel, a, sum, times)) << "actor " << a;
  }
  for (std::uint64_t a = 0; a < 40; a += 6) need(kernel.unsubscribe(sports, a), "unsubscribe");
  EXPECT_TRUE(refused(kernel.unsubscribe(sports, 0), errc::not_found, {"topics"}));
  EXPECT_TRUE(refused(kernel.subscribe(sports, 40), errc::no_such_actor));
  EXPECT_FALSE(need(kernel.ask(1, listen{weather.id, false}, patience), "ask").yes);
  need(kernel.publish(sports, news{1000}), "publish");
  EXPECT_TRUE(has_heard(kernel, 2, 1001, 2));
  EXPECT_TRUE(has_heard(kernel, 6, 101, 2)) << "it gave the topic up";
}

TEST_P(topics_and_groups, what_one_actor_publishes_and_tells_keeps_its_order) {
  auto kernel = launch_active<reader>("order", {.queue_capacity = 16, .actors = 12});
  for (std::uint64_t from = 0; from < 3; ++from) {
    auto const to = from + 5;
    EXPECT_TRUE(need(kernel.ask(to, listen{7}, patience), "ask").yes);
    EXPECT_TRUE(need(kernel.ask(from, send_news{7, 200, to, false}, patience), "ask").yes);
    EXPECT_TRUE(has_heard(kernel, to, 200 * 401, 400)) << "1 to 400";
    EXPECT_EQ(need(kernel.ask(to, what_heard{}, patience), "ask").out_of_order, 0U);
    EXPECT_TRUE(need(kernel.ask(to, listen{7, false}, patience), "ask").yes);
  }
  EXPECT_TRUE(need(kernel.ask(0, send_news{0, 20, 11, true}, patience), "ask").yes);
  EXPECT_TRUE(has_heard(kernel, 11, 20 * 41, 40));
  EXPECT_EQ(need(kernel.ask(11, what_heard{}, patience), "ask").out_of_order, 0U);
  EXPECT_TRUE(has_heard(kernel, 9, 20 * 20, 20)) << "the odd ones are for all";
}

TEST_P(topics_and_groups, subscriptions_come_and_go_within_their_bound) {
  auto kernel = launch_active<reader>("bound", {.actors = 6, .subscriptions = 8});
  std::uint64_t there = 0;
  for (std::uint64_t t = 0; t < 200; ++t) {
    auto const r = kernel.subscribe({t}, 0);
    if (r) {
      ++there;
    } else {
      EXPECT_TRUE(refused(r, errc::no_memory, {"subscriptions", "8"}));
    }
  }
  EXPECT_EQ(there, 8U);
  for (std::uint64_t t = 0; t < 8; ++t) need(kernel.unsubscribe({t}, 0), "unsubscribe");
  for (std::uint64_t round = 0; round < 50; ++round) {
    for (std::uint64_t t = 0; t < 8; ++t) {
      need(kernel.subscribe({1000 + round * 8 + t}, 0), "subscribe");
    }
    need(kernel.publish({1000 + round * 8}, news{1}), "publish");
    for (std::uint64_t t = 0; t < 8; ++t) {
      need(kernel.unsubscribe({1000 + round * 8 + t}, 0), "unsubscribe");
    }
  }
  EXPECT_TRUE(has_heard(kernel, 0, 50, 50));
  auto none = launch_active<reader>("none", {.actors = 3, .subscriptions = 0});
  EXPECT_TRUE(refused(none.subscribe({1}, 0), errc::no_memory, {"subscriptions"}));
  need(none.publish({1}, news{1}), "publish");
}

TEST_P(topics_and_groups, keyed_actors_subscribe_before_they_live) {
  auto kernel = launch_active<keyed_reader>("keyed", {.actors = 100});
  for (std::uint64_t key = 1; key <= 30; ++key) need(kernel.subscribe({5}, key * 77), "subscribe");
  need(kernel.broadcast(news{1000}), "broadcast");  // nobody lives
  need(kernel.publish({5}, news{3}), "publish");
  for (std::uint64_t key = 1; key <= 30; ++key) {
    EXPECT_TRUE(has_heard(kernel, key * 77, 3, 1)) << "key " << key;
  }
  need(kernel.broadcast(news{10}), "broadcast");
  for (std::uint64_t key = 1; key <= 30; ++key) {
    EXPECT_TRUE(has_heard(kernel, key * 77, 13, 2)) << "key " << key;
  }
}

TEST_P(topics_and_groups, routing_by_hash_and_round_robin_is_even_and_stays) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t key = 0; key < 1000; ++key) {
    auto const to = by_hash<reader>(key, 7, 100);
    EXPECT_EQ(to.id, (by_hash<reader>(key, 7, 100).id));
    EXPECT_GE(to.id, 100U);
    EXPECT_LT(to.id, 107U);
    seen.insert(to.id);
  }
  EXPECT_EQ(seen.size(), 7U);
  round_robin<reader> deal{3, 10};
  for (std::uint64_t i = 0; i < 9; ++i) EXPECT_EQ(deal.next().id, 10 + i % 3);
}

}  // namespace
}  // namespace gyre::conformance
