#include <memory>

#include <caf/all.hpp>

#include <tools/floor/floor.hpp>

#include "trips.hpp"

namespace rivals {
namespace {

struct adder_state {
  std::int64_t sum = 0;
};

/// What it returns is the response to a request, and a plain message to who sent one.
caf::behavior adder(caf::stateful_actor<adder_state>* self) {
  return {
      [=](std::uint64_t number, std::int64_t value) -> caf::result<std::uint64_t, std::int64_t> {
        return {number, self->state.sum += value};
      }};
}

enum class by { request, send };

/// What the asking actor keeps. It sends a new message for each that comes back.
struct asking {
  asking(bench_effort const& effort, std::size_t in_flight)
      : time(effort), times(SIZE_MAX), window(in_flight) {}
  stopwatch time;
  gyre::tool::samples times;
  std::size_t window;
  std::uint64_t sent = 0;
  std::uint64_t got = 0;
  std::uint64_t sent_at = 0;
  bool over = false;
  bool right = true;
};

void send_next(caf::event_based_actor* self, caf::actor const& to, asking& a, by how);

void take(caf::event_based_actor* self, caf::actor const& to, asking& a, by how,
          std::uint64_t number) {
  a.right = a.right && number == a.got;
  ++a.got;
  if (a.window == 1) a.times.add(gyre::platform::clock_ns() - a.sent_at);
  a.over = a.over || ((a.window == 1 || a.got % 32 == 0) && a.time.over());
  if (!a.over) {
    send_next(self, to, a, how);
  } else if (a.got == a.sent) {
    self->quit();
  }
}

void send_next(caf::event_based_actor* self, caf::actor const& to, asking& a, by how) {
  if (a.window == 1) a.sent_at = gyre::platform::clock_ns();
  std::uint64_t const number = a.sent++;
  if (how == by::send) {
    self->send(to, number, std::int64_t{1});
    return;
  }
  self->request(to, caf::infinite, number, std::int64_t{1})
      .then([=, &a](std::uint64_t back, std::int64_t) { take(self, to, a, how, back); });
}

/// Both actors are scheduled by CAF, on as many of its threads as there are cores of the bench; it
/// does not pin them. The clock is read within the asking actor.
repetition run(bench_effort const& effort, std::size_t in_flight, by how) {
  caf::actor_system_config config;
  config.set("scheduler.max-threads", std::size_t{2});
  caf::actor_system system{config};
  asking a(effort, in_flight);
  {
    caf::actor const to = system.spawn(adder);
    system.spawn([&a, to, how](caf::event_based_actor* self) -> caf::behavior {
      for (std::size_t i = 0; i < a.window; ++i) send_next(self, to, a, how);
      return {[self, to, &a, how](std::uint64_t number, std::int64_t) {
        take(self, to, a, how, number);
      }};
    });
  }
  system.await_all_actors_done();
  if (!a.right || a.got != a.sent) return wrong("a reply was not the one asked for");
  repetition const rate = a.time.rate_of(a.got);
  if (in_flight > 1) return rate;
  repetition r = a.times.summary(gyre::tool::clock_cost_ns());
  r.rate = rate.rate;
  return r;
}

}  // namespace

std::vector<benchmark> caf_rows(bench_effort const& effort) {
  auto rows = rows_of(
      effort, "messages.caf_request", [=] { return run(effort, 1, by::request); },
      [=] { return run(effort, window, by::request); });
  for (auto& r : rows_of(
           effort, "messages.caf_send", [=] { return run(effort, 1, by::send); },
           [=] { return run(effort, window, by::send); })) {
    rows.push_back(std::move(r));
  }
  return rows;
}

}  // namespace rivals
