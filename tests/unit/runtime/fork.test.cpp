#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <gyre/actor/async_ask.hpp>
#include <gyre/actor/sync_wait.hpp>
#include <gyre/gyre.hpp>

#include "in_child.hpp"

// A process that forks while kernels run: their threads are the parent's alone.

namespace gyre {
namespace {

using namespace std::chrono_literals;

struct ping {
  std::int64_t v = 0;
};
struct pong {
  std::int64_t v = 0;
};
/// With named queues, and so a bridge.
struct answering {
  using handles = gyre::handles<ping>;
  std::int64_t n = 0;
  pong on(ping const& m, auto&) {
    ++n;
    return {m.v + 1};
  }
};
/// Without.
struct silent {
  using handles = gyre::handles<ping>;
  std::int64_t n = 0;
  void on(ping const& m, auto&) { n += m.v; }
};

runtime on_cpu() { return runtime::create({.engine = engine_kind::cpu}).value(); }

template <class Actor>
kernel<Actor> launched(runtime& rt, std::string const& id) {
  auto k = rt.launch<Actor>(id).value();
  k.activate().value();
  return k;
}

std::string ended(int status) {
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit " + std::to_string(WEXITSTATUS(status));
}

/// A child that only ends, as after `main`: its static objects are destroyed. "exit 0" if it does.
std::string of_a_child_that_exits() {
  std::fflush(stdout);
  ::pid_t const child = ::fork();
  if (child == 0) {
    // Less than one kernel's five seconds: waiting for any is a fault.
    ::alarm(4);
    std::exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return ended(status);
}

// Each test runs in a process of its own, for there is one set of static objects.
TEST(fork, child_that_exits_does_not_wait_for_kernels_of_its_parent) {
  auto const end = test::in_child(60, [] {
    static runtime rt = on_cpu();
    static std::vector<kernel<answering>> answer;
    static std::vector<kernel<silent>> say_nothing;
    for (int i = 0; i < 3; ++i) {
      answer.push_back(launched<answering>(rt, "a" + std::to_string(i)));
      say_nothing.push_back(launched<silent>(rt, "s" + std::to_string(i)));
    }
    (void)answer[0].ask(0, ping{1}, 5s).value();
    auto const one = [](kernel<answering> k) -> task<std::int64_t> {
      auto r = co_await k.async_ask(0, ping{1}, 5s);
      co_return r ? r->v : -1;
    };
    if (sync_wait(one(answer[1])) != 2) return std::string("no answer before");
    auto how = of_a_child_that_exits();
    if (how != "exit 0") return how;
    if (!answer[0].ask(0, ping{1}, 5s)) return std::string("the parent's kernel does not answer");
    auto last = answer[0].terminate(5s);
    return last ? std::string("well") : last.error().message();
  });
  EXPECT_EQ(end.text, "well") << ended(end.status);
}

TEST(fork, child_is_told_at_once_that_its_parents_kernel_is_not_there) {
  auto rt = on_cpu();
  auto k = launched<answering>(rt, "k");
  auto port = k.open_port().value();
  (void)k.ask(0, ping{1}, 10s).value();
  auto const end = test::in_child(8, [&] {
    std::string codes;
    auto const note = [&](auto const& r) {
      codes += (r ? std::string("done") : std::string(to_string(r.error().code))) + ' ';
    };
    note(k.ask(0, ping{1}, 1h));
    note(k.tell(0, ping{1}, {.timeout = 1h}));
    note(port.ask(0, ping{1}, 1h));
    note(k.open_port());
    note(k.deactivate(1h));
    note(k.terminate(1h));
    rt.shutdown(1h);
    return codes;
  });
  EXPECT_EQ(end.text,
            "engine_failed engine_failed engine_failed engine_failed engine_failed engine_failed ")
      << ended(end.status);
  EXPECT_TRUE(k.ask(0, ping{1}, 10s)) << "the parent's goes on";
  EXPECT_TRUE(k.terminate(10s));
}

TEST(fork, child_makes_a_runtime_of_its_own) {
  auto rt = on_cpu();
  auto k = launched<answering>(rt, "k");
  auto const end = test::in_child(60, [] {
    auto mine = on_cpu();
    auto own = mine.launch<answering>("k", {.spin = 0ns}).value();
    own.activate().value();
    for (std::int64_t i = 0; i < 1000; ++i) {
      auto r = own.ask(0, ping{i}, 20s);
      if (!r || r->v != i + 1) return "no answer to ask " + std::to_string(i);
    }
    auto last = own.terminate(10s);
    return last ? std::string("well") : last.error().message();
  });
  EXPECT_EQ(end.text, "well") << ended(end.status);
  EXPECT_TRUE(k.ask(0, ping{1}, 10s));
}

TEST(fork, handles_that_a_child_lets_go_of_free_nothing_of_the_parents) {
  auto rt = std::make_unique<runtime>(on_cpu());
  auto k = std::make_unique<kernel<answering>>(launched<answering>(*rt, "k"));
  auto const end = test::in_child(8, [&] {
    rt.reset();
    (void)k->ask(0, ping{1}, 1s);
    k.reset();
    return std::string("well");
  });
  EXPECT_EQ(end.text, "well") << ended(end.status);
  EXPECT_TRUE(k->ask(0, ping{1}, 10s));
}

}  // namespace
}  // namespace gyre
