// What handlers may do, in one file that nvcc compiles for both engines: actors that tell, ask,
// pass on, subscribe, and reach another kernel; keyed ones with and without hooks. Nothing here is
// run.

#include <cstdint>

#include <gyre/engine/cuda/on_device.hpp>
#include <gyre/gyre.hpp>

namespace {

struct noted {
  std::int64_t n = 0;
};
struct doubled {
  std::int64_t n = 0;
};
struct question {
  std::int64_t n = 0;
};

/// Keyed, and without hooks.
struct plain {
  using key = std::uint64_t;
  using handles = gyre::handles<question>;
  std::int64_t n = 0;

  GYRE_FN doubled on(question const& m, auto&) { return {2 * m.n}; }
};

struct errand {
  gyre::link<plain> others{};
};

/// Does everything.
struct busy {
  using key = gyre::uuid;
  using handles = gyre::handles<noted, question, errand, gyre::answered<doubled>>;
  gyre::caller<doubled> waiting{};
  std::int64_t n = 0;

  GYRE_FN void on_activate(auto& self) { (void)self.subscribe(gyre::topic{1}); }
  GYRE_FN void on_deactivate(auto& self) { (void)self.unsubscribe(gyre::topic{1}); }
  GYRE_FN void on(noted const& m, auto& self) {
    n += m.n;
    (void)self.tell(self.self(), m);
    (void)self.broadcast(m);
    (void)self.publish(gyre::topic{1}, m);
  }
  GYRE_FN gyre::reply<doubled> on(question const& m, auto& self) {
    if (m.n < 0) return self.forward(self.self(), question{-m.n});
    waiting = self.who_asked();
    (void)self.ask(self.self(), m, 7, std::chrono::milliseconds(5));
    return self.later();
  }
  GYRE_FN void on(errand const& m, auto& self) {
    (void)self.tell(m.others.at(3), question{1});
    (void)self.ask(m.others.at(4), question{2}, 1, std::chrono::milliseconds(5));
  }
  GYRE_FN void on(gyre::answered<doubled> const& a, auto& self) {
    self.answer_to(waiting, a.value);
  }
};

gyre::on_device<plain> const plain_on_device;
gyre::on_device<busy> const busy_on_device;

}  // namespace

int main() {
  auto rt = gyre::runtime::create();
  if (!rt) return 1;
  auto first = rt->launch<busy>("first", {.actors = 10});
  auto second = rt->launch<plain>("second", {.actors = 10});
  if (!first || !second) return 1;
  auto const link = first->link_to(*second);
  return link && first->tell(gyre::uuid::random(), errand{*link}) ? 0 : 1;
}
