#pragma once

#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <signal.h>

namespace gyre::detail {

/// While it lives, this thread takes none of the process's signals, nor does a thread that it
/// starts. What a thread's own fault raises is taken, and a profiler's SIGPROF.
class signals_blocked {
 public:
  signals_blocked() noexcept;
  ~signals_blocked();
  signals_blocked(signals_blocked const&) = delete;
  signals_blocked& operator=(signals_blocked const&) = delete;

 private:
  ::sigset_t before_;
};

/// What the system shows as a thread's name: 15 bytes at most, the rest is cut off.
void name_thread(std::thread& thread, std::string_view name) noexcept;

/// "bank/0": the kernel's id and what the thread is of it, in the 15 bytes that a thread's name
/// has. Of a longer id the beginning and the end stay, for ids often differ in their last bytes
/// alone.
[[nodiscard]] std::string thread_name(std::string_view kernel, std::string_view part);

/// Starts a thread of Gyre's own, which takes no signal that is meant for the process: a handler of
/// the user's would interrupt a shard, and `sigwait` in the user's thread would wait for ever.
/// Throws `std::system_error` if the system has no thread.
template <class Run>
[[nodiscard]] std::thread start_thread(std::string_view name, Run&& run) {
  std::thread started;
  {
    signals_blocked const blocked;
    started = std::thread(std::forward<Run>(run));
  }
  name_thread(started, name);
  return started;
}

}  // namespace gyre::detail
