#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <gyre/core/event.hpp>
#include <gyre/core/gate.hpp>

#include "in_child.hpp"

// A process may be forbidden `membarrier` long after Gyre has found it usable: by a seccomp filter
// that its main sets once it is set up. Wakers then left out a fence that nobody ran for them.

namespace gyre {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;

/// From now on, `membarrier` fails in every thread of this process. False: no filter can be set.
bool refuse_membarrier(int error) {
  sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K,
               SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & SECCOMP_RET_DATA)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  sock_fprog program{sizeof steps / sizeof *steps, steps};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

/// Two threads hand a counter to and fro; `midway` is called after half of the rounds. The last
/// round that was answered.
template <class Midway>
std::uint32_t ping_pong(std::uint32_t rounds, Midway&& midway) {
  event ping;
  event pong;
  std::atomic<std::uint32_t> turn{0};
  std::thread other([&] {
    for (std::uint32_t round = 0; round < rounds; ++round) {
      std::uint32_t const mine = 2 * round + 1;
      if (!pong.park(deadline(patience), [&] { return turn.load() >= mine; })) return;
      turn.store(mine + 1, std::memory_order_release);
      ping.notify();
    }
  });
  std::uint32_t round = 0;
  for (; round < rounds; ++round) {
    if (round == rounds / 2) midway();
    turn.store(2 * round + 1, std::memory_order_release);
    pong.notify();
    std::uint32_t const next = 2 * round + 2;
    if (!ping.park(deadline(patience), [&] { return turn.load() == next; })) break;
  }
  other.join();
  return round;
}

class membarrier_refused : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (!detail::light_fences) GTEST_SKIP() << "the system has no membarrier";
    auto const can = in_child([] { return refuse_membarrier(EPERM) ? "yes" : "no"; });
    if (can.text != "yes") GTEST_SKIP() << "no filter of system calls can be set here";
  }

  template <class Run>
  static gyre::test::child_end in_child(Run&& run) {
    return gyre::test::in_child(60, [&] { return std::string(run()); });
  }
};

TEST_P(membarrier_refused, wakers_fence_for_themselves_from_then_on) {
  auto const end = in_child([] {
    detail::heavy_fence();
    if (!detail::light_fences) return "given up before it was refused";
    if (!refuse_membarrier(GetParam())) return "no filter";
    detail::heavy_fence();
    if (detail::light_fences) return "wakers still leave out their fence";
    detail::heavy_fence();
    return detail::has_membarrier() ? "taken up again" : "well";
  });
  EXPECT_EQ(end.text, "well");
}

TEST_P(membarrier_refused, no_wake_up_is_lost_when_it_is_refused_midway) {
  auto const end = in_child([] {
    constexpr std::uint32_t rounds = 20'000;
    bool set = false;
    auto const answered = ping_pong(rounds, [&] { set = refuse_membarrier(GetParam()); });
    if (!set) return std::string("no filter");
    return answered == rounds ? "well" : "not woken in round " + std::to_string(answered);
  });
  EXPECT_EQ(end.text, "well");
}

TEST_P(membarrier_refused, gate_that_is_shut_then_leaves_no_visitor_inside) {
  auto const end = in_child([] {
    if (!refuse_membarrier(GetParam())) return std::string("no filter");
    for (int round = 0; round < 200; ++round) {
      gate door;
      gate::visitor visitor;
      std::atomic<bool> shut{false};
      std::atomic<bool> touched_after{false};
      std::thread client([&] {
        while (visitor.enter(door)) {
          if (shut.load()) touched_after = true;
          visitor.leave();
        }
      });
      door.shut(gate_state::closed);
      while (visitor.inside()) std::this_thread::yield();
      shut = true;
      client.join();
      if (touched_after)
        return "a visitor came in after the door was shut, round " + std::to_string(round);
    }
    return std::string("well");
  });
  EXPECT_EQ(end.text, "well");
}

INSTANTIATE_TEST_SUITE_P(errors, membarrier_refused, ::testing::Values(EPERM, ENOSYS, EINVAL));

}  // namespace
}  // namespace gyre
