#include "on_emulated_driver.hpp"

#include <csignal>
#include <span>

// The device in a process of its own: this one survives whatever becomes of it.

namespace gyre::cuda_test {
namespace {

using ::testing::HasSubstr;

class worker_process : public cuda_engine {
 protected:
  [[nodiscard]] static cuda_options apart() {
    auto o = small();
    o.worker_process = true;
    return o;
  }
};

TEST_F(worker_process, answers_as_the_engine_in_this_process_does) {
  auto rt = need(make(apart()), "runtime");
  EXPECT_GT(rt.engine().worker_pid, 0);
  EXPECT_THAT(rt.engine().detail, HasSubstr("worker process"));
  auto k = launch_active(rt, "k", 3);
  EXPECT_EQ(driver::blocks_running(), 0U) << "no kernel is in this process";
  for (std::int64_t i = 1; i <= 50; ++i) EXPECT_EQ(ask(k, 4, 1), i);
  need(k.tell(0, pass_on{30}), "tell");
  EXPECT_TRUE(soon([&] { return k.status().handled == 81; }));
  std::vector<std::int32_t> const values(100, 3);
  auto const b = need(rt.buffers().upload(std::span(values)), "upload");
  EXPECT_EQ(need(k.ask(0, fill{b.handle.word, 1}, patience), "ask").total, 300);
  auto const report = need(k.terminate(patience), "terminate");
  EXPECT_TRUE(report.drained);
  EXPECT_EQ(report.handled, 82U);
}

TEST_F(worker_process, leaving_kernels_come_back) {
  auto o = apart();
  o.stay = cuda_stay::per_batch;
  auto rt = need(make(o), "runtime");
  auto k = launch_active(rt);
  for (std::int64_t i = 1; i <= 10; ++i) EXPECT_EQ(ask(k, 4, 1), i);
}

TEST_F(worker_process, a_killed_worker_fails_its_kernels_and_another_takes_over) {
  auto rt = need(make(apart()), "runtime");
  for (int round = 0; round < 3; ++round) {
    auto k = launch_active(rt, "k" + std::to_string(round));
    auto const b = need(rt.buffers().allocate<std::int32_t>(10), "allocate");
    EXPECT_EQ(ask(k, 1, 5), 5) << "a new kernel, in its first state";
    int const pid = rt.engine().worker_pid;
    auto asker = std::thread([&] {
      // It may be answered before the worker dies.
      auto const r = k.ask(2, add{1}, patience);
      EXPECT_TRUE(r || r.error().code == errc::engine_failed) << r.error().message();
    });
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    asker.join();
    EXPECT_TRUE(soon([&] { return k.state() == kernel_state::failed; })) << "nobody noticed";
    auto const later = k.ask(1, add{1}, patience);
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().code, errc::engine_failed);
    EXPECT_TRUE(k.terminate(patience));
    auto anew = launch_active(rt, "anew" + std::to_string(round));
    EXPECT_NE(rt.engine().worker_pid, pid);
    EXPECT_EQ(ask(anew, 1, 2), 2);
    EXPECT_FALSE(rt.buffers().bytes(b.handle)) << "a buffer of the device that is gone";
    auto const other = need(rt.buffers().allocate<std::int32_t>(10), "allocate");
    EXPECT_EQ(need(anew.ask(0, fill{b.handle.word, 1}, patience), "ask").elements, 0U);
    EXPECT_EQ(need(anew.ask(0, fill{other.handle.word, 1}, patience), "ask").elements, 10U);
    need(anew.terminate(patience), "terminate");
  }
}

TEST_F(worker_process, its_death_is_named) {
  auto rt = need(make(apart()), "runtime");
  auto k = launch_active(rt);
  ::kill(rt.engine().worker_pid, SIGKILL);
  ASSERT_TRUE(soon([&] { return k.state() == kernel_state::failed; }));
  auto const r = k.open_port();
  ASSERT_FALSE(r);
  EXPECT_THAT(r.error().message(), HasSubstr("killed by signal 9"));
}

TEST_F(worker_process, goes_with_its_engine) {
  int pid = 0;
  {
    auto rt = need(make(apart()), "runtime");
    pid = rt.engine().worker_pid;
    (void)launch_active(rt);
    ASSERT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_TRUE(soon([&] { return ::kill(pid, 0) != 0; }));
}

}  // namespace
}  // namespace gyre::cuda_test
