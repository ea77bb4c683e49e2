#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

#include "allocations.hpp"

// Asks by coroutines of any thread.

namespace gyre {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s;

struct add {
  std::int64_t n = 0;
};
struct sum {
  std::int64_t n = 0;
};
struct adder {
  using handles = gyre::handles<add>;
  std::int64_t n = 0;
  reply<sum> on(add const& m, auto& context) {
    if (m.n < 0) return context.reject(7, n);
    return sum{n += m.n};
  }
};

/// Coroutines that are on their way, wherever they go on.
class crowd {
 public:
  void begin(task<> work) {
    started_.fetch_add(1);
    run(std::move(work), *this);
  }
  /// False: some have not come by the deadline; the test says what they wait for.
  [[nodiscard]] bool all_ended() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return ended_ == started_.load(); });
  }
  [[nodiscard]] std::size_t ended() {
    std::scoped_lock const lock(mutex_);
    return ended_;
  }

 private:
  static detail::detached run(task<> work, crowd& all) {
    co_await work;
    std::scoped_lock const lock(all.mutex_);
    ++all.ended_;
    all.changed_.notify_all();
  }

  std::atomic<std::size_t> started_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t ended_ = 0;  // guarded by mutex_
};

/// Threads that take calls from a queue: what a user's executor may look like.
class pool {
 public:
  explicit pool(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~pool() {
    {
      std::scoped_lock const lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (auto& t : threads_) t.join();
  }
  struct executor {
    pool* of;
    template <class F>
    void execute(F f) const {
      std::scoped_lock const lock(of->mutex_);
      of->calls_.emplace_back(f);
      of->changed_.notify_one();
    }
  };
  [[nodiscard]] executor get_executor() noexcept { return {this}; }
  /// Whether the calling thread is one of them.
  [[nodiscard]] bool is_here() const noexcept { return here_ == this; }

 private:
  void work() {
    here_ = this;
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stop_ || !calls_.empty(); });
      if (calls_.empty()) return;
      auto const call = std::move(calls_.front());
      calls_.pop_front();
      lock.unlock();
      call();
      lock.lock();
    }
  }

  static inline thread_local pool const* here_ = nullptr;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> calls_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};
static_assert(executor_type<pool::executor>);
static_assert(!executor_type<int>);

class async_ask : public testing::Test {
 protected:
  kernel<adder> launch(bool active = true, std::uint64_t actors = 100) {
    auto k = rt.launch<adder>("k", {.actors = actors}).value();
    if (active) k.activate().value();
    return k;
  }
  runtime rt = runtime::create({.engine = engine_kind::cpu}).value();
};

TEST_F(async_ask, gives_the_value_or_why_there_is_none) {
  auto k = launch();
  auto const work = [&]() -> task<std::int64_t> {
    sum const s = (co_await k.async_ask(3, add{100}, patience)).value();
    auto const refused = co_await k.async_ask(3, add{-1}, patience);
    EXPECT_EQ(refused.error().code, errc::rejected);
    EXPECT_EQ(refused.error().detail, 100);
    EXPECT_EQ((co_await k.async_ask(1000, add{1}, patience)).error().code, errc::no_such_actor);
    co_return s.n;
  };
  EXPECT_EQ(sync_wait(work()), 100);
}

TEST_F(async_ask, sync_wait_throws_what_the_task_threw) {
  auto k = launch();
  auto const work = [&]() -> task<> {
    (void)co_await k.async_ask(0, add{1}, patience);
    throw std::runtime_error("enough");
  };
  EXPECT_THROW(sync_wait(work()), std::runtime_error);
}

TEST_F(async_ask, when_all_counts_arrivals_from_several_threads) {
  auto k = launch();
  pool mine(3);
  auto const one = [&](std::uint64_t actor) -> task<std::int64_t> {
    for (int i = 0; i < 50; ++i) {
      (void)co_await k.async_ask(actor, add{1}, patience).on(mine.get_executor());
    }
    co_return (co_await k.async_ask(actor, add{0}, patience).on(mine.get_executor())).value().n;
  };
  auto const all = [&]() -> task<std::int64_t> {
    std::vector<task<std::int64_t>> parts;
    for (std::uint64_t i = 0; i < 20; ++i) parts.push_back(one(i));
    std::int64_t total = 0;
    for (std::int64_t const n : co_await when_all(std::move(parts))) total += n;
    co_return total;
  };
  EXPECT_EQ(sync_wait(all()), 20 * 50);
}

TEST_F(async_ask, threads_that_ask_at_once_lose_nothing) {
  constexpr int rounds = 20;
  constexpr std::uint64_t clients = 300;  // of each thread: more than the window together
  auto k = launch();
  crowd all;
  std::atomic<std::uint64_t> failed{0};
  auto const client = [&](std::uint64_t actor) -> task<> {
    for (int i = 0; i < rounds; ++i) {
      auto const r = co_await k.async_ask(actor, add{1}, patience);
      if (!r) failed.fetch_add(1);
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::uint64_t i = 0; i < clients; ++i) all.begin(client(i % 100));
    });
  }
  for (auto& t : threads) t.join();
  ASSERT_TRUE(all.all_ended()) << "clients that have not had their answers: "
                               << 4 * clients - all.ended();
  EXPECT_EQ(failed.load(), 0U);
  std::int64_t total = 0;
  for (std::uint64_t i = 0; i < 100; ++i) total += k.ask(i, add{0}, patience).value().n;
  EXPECT_EQ(total, static_cast<std::int64_t>(4 * clients * rounds));
}

// The list of asks gives the newest first.
TEST_F(async_ask, asks_of_one_thread_are_handled_in_their_order) {
  auto k = launch(false);
  crowd all;
  std::vector<std::int64_t> seen;
  auto const client = [&](std::int64_t n) -> task<> {
    seen.push_back((co_await k.async_ask(0, add{n}, patience)).value().n);
  };
  std::vector<std::int64_t> expected;
  for (std::int64_t i = 1, total = 0; i <= 3000; ++i) {
    all.begin(client(i));
    expected.push_back(total += i);
  }
  k.activate().value();
  ASSERT_TRUE(all.all_ended()) << "for 3000 answers, come: " << all.ended();
  EXPECT_EQ(seen, expected);
}

TEST_F(async_ask, with_an_executor_it_goes_on_there_and_nowhere_else) {
  auto k = launch();
  pool mine(2);
  crowd all;
  std::atomic<int> elsewhere{0};
  auto const client = [&](std::uint64_t actor) -> task<> {
    for (int i = 0; i < 100; ++i) {
      (void)co_await k.async_ask(actor, add{1}, patience).on(mine.get_executor());
      if (!mine.is_here()) elsewhere.fetch_add(1);
    }
  };
  for (std::uint64_t i = 0; i < 50; ++i) all.begin(client(i));
  ASSERT_TRUE(all.all_ended()) << "for 50 coroutines, come: " << all.ended();
  // Those that fail at once, too.
  k.terminate(patience).value();
  for (std::uint64_t i = 0; i < 50; ++i) all.begin(client(i));
  ASSERT_TRUE(all.all_ended()) << "for 100 coroutines, come: " << all.ended();
  EXPECT_EQ(elsewhere.load(), 0);
}

/// The compiler may think that a function never changes its thread.
[[gnu::noipa]] std::thread::id this_thread() { return std::this_thread::get_id(); }

TEST_F(async_ask, without_an_executor_it_goes_on_on_one_thread_of_the_kernel) {
  auto k = launch();
  std::vector<std::thread::id> on;
  auto const work = [&]() -> task<> {
    on.push_back(this_thread());
    (void)co_await k.async_ask(0, add{1}, patience);
    on.push_back(this_thread());
    (void)co_await k.async_ask(1, add{1}, patience);
    on.push_back(this_thread());
  };
  sync_wait(work());
  ASSERT_EQ(on.size(), 3U);
  EXPECT_EQ(on[0], this_thread());
  EXPECT_NE(on[1], this_thread());
  EXPECT_EQ(on[2], on[1]);
}

TEST_F(async_ask, a_kernel_that_is_terminated_answers_or_ends_every_ask) {
  for (bool const active : {true, false}) {
    auto k = launch(active);
    crowd all;
    std::atomic<std::uint64_t> others{0};
    auto const client = [&](std::uint64_t actor) -> task<> {
      for (;;) {
        auto const r = co_await k.async_ask(actor, add{1}, forever);
        if (r) continue;
        if (r.error().code != errc::terminated) others.fetch_add(1);
        co_return;
      }
    };
    for (std::uint64_t i = 0; i < 3000; ++i) all.begin(client(i % 100));
    (void)k.terminate(patience).value();
    ASSERT_TRUE(all.all_ended()) << "asks that nobody ended: " << 3000 - all.ended();
    EXPECT_EQ(others.load(), 0U);
    EXPECT_EQ(k.core()->open_port({}).error().code, errc::terminated);
  }
}

TEST_F(async_ask, a_kernel_that_ended_before_its_first_ask_says_so) {
  auto k = launch();
  k.terminate(patience).value();
  auto const work = [&]() -> task<errc> {
    co_return (co_await k.async_ask(0, add{1}, patience)).error().code;
  };
  EXPECT_EQ(sync_wait(work()), errc::terminated);
}

// Then the service's thread is the one that ends the kernel, and itself.
TEST_F(async_ask, a_coroutine_may_hold_the_last_handle) {
  for (int round = 0; round < 20; ++round) {
    crowd all;
    std::atomic<errc> got{};
    {
      auto own = std::make_unique<runtime>(runtime::create({.engine = engine_kind::cpu}).value());
      auto k = own->launch<adder>("k", {}).value();
      k.activate().value();
      auto const client = [](kernel<adder> mine, std::atomic<errc>& out) -> task<> {
        for (;;) {
          auto const r = co_await mine.async_ask(0, add{1}, forever);
          if (r) continue;
          out = r.error().code;
          co_return;
        }
      };
      all.begin(client(k, got));
      if (round % 2 == 0) (void)k.ask(0, add{1}, patience);
    }
    ASSERT_TRUE(all.all_ended()) << "for an ask of a kernel whose runtime is gone";
    EXPECT_EQ(got.load(), errc::terminated);
  }
}

TEST_F(async_ask, a_waiter_may_terminate_its_kernel) {
  auto k = launch();
  auto const work = [&]() -> task<errc> {
    (void)co_await k.async_ask(0, add{1}, patience);
    k.terminate(patience).value();
    co_return (co_await k.async_ask(0, add{1}, patience)).error().code;
  };
  EXPECT_EQ(sync_wait(work()), errc::terminated);
}

TEST_F(async_ask, an_ask_that_nobody_answers_times_out_and_the_next_is_answered) {
  auto k = launch(false);
  crowd all;
  std::atomic<int> timed_out{0};
  auto const begin = std::chrono::steady_clock::now();
  auto const client = [&](std::uint64_t actor) -> task<> {
    auto const r = co_await k.async_ask(actor, add{1}, 20ms);
    if (!r && r.error().code == errc::timed_out) timed_out.fetch_add(1);
  };
  for (std::uint64_t i = 0; i < 2000; ++i) all.begin(client(i % 100));
  ASSERT_TRUE(all.all_ended()) << "for 2000 asks to be late, were: " << all.ended();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms) << "never early";
  EXPECT_EQ(timed_out.load(), 2000);
  k.activate().value();
  auto const last = [&]() -> task<std::int64_t> {
    co_return (co_await k.async_ask(5, add{0}, patience)).value().n;
  };
  EXPECT_EQ(sync_wait(last()), 0) << "what nobody waits for is not handled";
}

TEST_F(async_ask, kernels_without_a_port_to_spare_say_so) {
  auto k = rt.launch<adder>("k", {.ports = 1}).value();
  k.activate().value();
  auto const work = [&]() -> task<errc> {
    auto const r = co_await k.async_ask(0, add{1}, patience);
    co_return r ? errc{} : r.error().code;
  };
  {
    auto const held = k.open_port({}).value();
    EXPECT_EQ(sync_wait(work()), errc::full);
  }
  EXPECT_EQ(sync_wait(work()), errc{}) << "the next tries again";
}

TEST_F(async_ask, asks_allocate_nothing_once_their_coroutines_run) {
  auto k = launch();
  std::atomic<std::uint64_t> ready{0};
  std::atomic<bool> go{false};
  std::atomic<std::uint64_t> counted{0};
  std::atomic<std::uint64_t> done{0};
  constexpr std::uint64_t clients = 32;
  crowd all;
  auto const client = [&](std::uint64_t actor) -> task<> {
    for (int i = 0; i < 200; ++i) (void)co_await k.async_ask(actor, add{1}, patience);
    if (ready.fetch_add(1) + 1 == clients) {
      counted = allocations_of_all();
      go = true;
    }
    while (!go) (void)co_await k.async_ask(actor, add{1}, patience);
    for (int i = 0; i < 1000; ++i) (void)co_await k.async_ask(actor, add{1}, patience);
    if (done.fetch_add(1) + 1 == clients) counted = allocations_of_all() - counted;
  };
  for (std::uint64_t i = 0; i < clients; ++i) all.begin(client(i));
  ASSERT_TRUE(all.all_ended()) << "for 32 coroutines, come: " << all.ended();
  EXPECT_EQ(counted.load(), 0U);
}

}  // namespace
}  // namespace gyre
