#include <cstdint>
#include <cstdlib>

#include <gyre/core/uuid.hpp>

#include "engine_under_test.hpp"
#include "expectations.hpp"

// Two types of keyed actors that have links to each other. Each type's messages and state name the
// other, which is not complete there.

namespace gyre::conformance {
namespace {

struct order_book;
struct risk_desk;

struct meet_desk {
  link<risk_desk> to{};
};
struct meet_book {
  link<order_book, uuid> to{};
};
struct pass {
  std::uint64_t left = 0;
};
struct how_often {};
struct passed {
  std::uint64_t times = 0;
};

constexpr std::uint64_t desk_key = 7;
constexpr std::uint64_t desk_of_no_book = 8;
GYRE_FN constexpr uuid book_key() { return uuid{{1, 2, 3}}; }

struct order_book {
  using key = uuid;
  using handles = gyre::handles<meet_desk, pass, how_often>;
  link<risk_desk> to{};
  std::uint64_t times = 0;

  GYRE_FN void on(meet_desk const& m, auto&) { to = m.to; }
  GYRE_FN void on(pass const& m, auto& self) {
    ++times;
    if (m.left > 0) (void)self.tell(to.at(desk_key), pass{m.left - 1});
  }
  GYRE_FN passed on(how_often const&, auto&) { return {times}; }
};

struct risk_desk {
  using key = std::uint64_t;
  using handles = gyre::handles<meet_book, pass, how_often>;
  link<order_book, uuid> to{};
  std::uint64_t times = 0;

  GYRE_FN void on(meet_book const& m, auto&) { to = m.to; }
  GYRE_FN void on(pass const& m, auto& self) {
    ++times;
    if (m.left > 0) (void)self.tell(to.at(book_key()), pass{m.left - 1});
  }
  GYRE_FN passed on(how_often const&, auto&) { return {times}; }
};

class mutual_links : public on_engine {};
GYRE_ON_EVERY_ENGINE(mutual_links);

TEST_P(mutual_links, of_keyed_actors_carry_messages_both_ways) {
  auto books = launch_active<order_book>("books", {.actors = 100});
  auto desks = launch_active<risk_desk>("desks", {.actors = 100});
  if (engine().emulated && std::getenv("GYRE_TEST_CUDA") != nullptr && !books.link_to(desks)) {
    GTEST_SKIP() << "kernels that leave the device do not reach one another: links.* say how";
  }
  need(books.tell(book_key(), meet_desk{need(books.link_to(desks), "link")}), "tell");
  need(desks.tell(desk_key, meet_book{need(desks.link_to(books), "link")}), "tell");
  // Both know the other one: a pass from one kernel may overtake what the other was told.
  need(books.ask(book_key(), how_often{}, patience), "ask");
  need(desks.ask(desk_key, how_often{}, patience), "ask");
  need(desks.tell(desk_key, pass{10}), "tell");
  EXPECT_TRUE(soon([&] {
    return need(desks.ask(desk_key, how_often{}, patience), "ask").times == 6 &&
           need(books.ask(book_key(), how_often{}, patience), "ask").times == 5;
  })) << "eleven passes, six of them to the desk";
  EXPECT_EQ(need(desks.ask(desk_of_no_book, how_often{}, patience), "ask").times, 0U);
}

}  // namespace
}  // namespace gyre::conformance
