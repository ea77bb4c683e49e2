#pragma once

#include <cstdint>

namespace gyre::detail {

/// Differs between a process and each process forked from it, however often. What belongs to one
/// process alone (threads, a generator's state) is kept beside the epoch of its making. Costs a
/// load; thread-safe.
[[nodiscard]] std::uint32_t process_epoch() noexcept;

/// Has something be told in a forked child, before `fork` returns there. While a watch is made or
/// destroyed, no other thread forks. Thread-safe.
class fork_watch {
 public:
  /// `forked(of)` runs in the child, whose only thread is the one that forked: any lock may be held
  /// by a thread that is not there.
  fork_watch(void (*forked)(void* of) noexcept, void* of) noexcept;
  ~fork_watch();
  fork_watch(fork_watch const&) = delete;
  fork_watch& operator=(fork_watch const&) = delete;

 private:
  friend struct fork_list;

  void (*const forked_)(void*) noexcept;
  void* const of_;
  fork_watch* before_ = nullptr;
  fork_watch* after_ = nullptr;
};

}  // namespace gyre::detail
