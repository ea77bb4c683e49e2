#include <atomic>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <thread>

#include <pthread.h>
#include <signal.h>

#include <gtest/gtest.h>

#include "core/thread.hpp"

namespace gyre::detail {
namespace {

TEST(thread_name, says_kernel_and_shard_in_15_bytes) {
  EXPECT_EQ(thread_name("bank", std::to_string(0)), "bank/0");
  EXPECT_EQ(thread_name("bank", std::to_string(12)), "bank/12");
  EXPECT_EQ(thread_name("thirteen-long", std::to_string(0)), "thirteen-long/0");
  EXPECT_EQ(thread_name("settlement-orders-1", std::to_string(0)), "settle~ders-1/0");
  for (unsigned shard : {0U, 9U, 10U, 1023U, 4'294'967'295U}) {
    for (std::size_t length = 0; length < 40; ++length) {
      auto const name = thread_name(std::string(length, 'k'), std::to_string(shard));
      EXPECT_LE(name.size(), 15U) << name;
      EXPECT_TRUE(name.ends_with("/" + std::to_string(shard))) << name;
    }
  }
}

TEST(thread_name, ids_that_differ_at_their_ends_keep_their_difference) {
  std::set<std::string> const names{thread_name("settlement-orders-1", std::to_string(0)),
                                    thread_name("settlement-orders-2", std::to_string(0)),
                                    thread_name("a-settlement-orders", std::to_string(0)),
                                    thread_name("b-settlement-orders", std::to_string(0)),
                                    thread_name("settlement-orders-1", std::to_string(1))};
  EXPECT_EQ(names.size(), 5U);
}

TEST(thread_name, characters_of_several_bytes_are_not_cut) {
  std::string id;
  for (int i = 0; i < 20; ++i) {
    id += "\xC3\xA9";  // é
    for (std::string const& before : {std::string(), std::string("x")}) {
      auto const name = thread_name(before + id, std::to_string(3));
      EXPECT_LE(name.size(), 15U);
      for (std::size_t at = 0; at < name.size(); ++at) {
        bool const first = name[at] == '\xC3';
        bool const second = at + 1 < name.size() && name[at + 1] == '\xA9';
        EXPECT_EQ(first, second) << "half a character in '" << name << "'";
      }
    }
  }
}

TEST(start_thread, takes_no_signal_that_is_meant_for_the_process) {
  ::sigset_t here;
  ::sigset_t after;
  ::sigset_t there;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &here);
  start_thread("gyre-test", [&] { ::pthread_sigmask(SIG_SETMASK, nullptr, &there); }).join();
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int s : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD, SIGPIPE,
                SIGIO, SIGWINCH, SIGVTALRM, SIGRTMIN, SIGRTMAX}) {
    EXPECT_EQ(::sigismember(&there, s), 1) << "signal " << s;
    EXPECT_EQ(::sigismember(&after, s), ::sigismember(&here, s)) << "its starter's mask stays";
  }
  for (int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF}) {
    EXPECT_EQ(::sigismember(&there, s), 0) << "signal " << s << " is the thread's own";
  }
}

TEST(start_thread, has_the_name_that_is_shown) {
  std::string shown;
  std::atomic<bool> named{false};
  auto thread = start_thread("a name of more than 15 bytes", [&] {
    while (!named) std::this_thread::yield();
    char text[32] = {};
    ::pthread_getname_np(::pthread_self(), text, sizeof text);
    shown = text;
  });
  named = true;
  thread.join();
  EXPECT_EQ(shown, "a name of more ");
}

}  // namespace
}  // namespace gyre::detail
