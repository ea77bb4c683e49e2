#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gyre::tool {

/// The machine and the build, in words. What cannot be found out is "unknown", or 0.
struct machine {
  std::string cpu;
  int cores = 0;                    ///< That the machine has online.
  std::vector<int> allowed_cores;   ///< That this process may use, ascending.
  std::optional<double> cpu_quota;  ///< Of control groups, in cores' time; none: all of its cores'.
  std::uint64_t memory_bytes = 0;
  std::string os;
  std::string kernel;
  std::string compiler;
  std::string build;  ///< Whether it is optimised and has assertions, sanitizers.
};

[[nodiscard]] machine describe_machine();

/// The cores that this process may use, ascending.
[[nodiscard]] std::vector<int> allowed_cores();

/// Keeps the calling thread on one core. False if the system refuses.
bool pin_this_thread(int core) noexcept;

/// Keeps the calling thread on one core while it lives, and then lets it go where it was allowed.
/// Used by the thread that made it.
class pinned {
 public:
  /// A negative core: does nothing.
  explicit pinned(int core) noexcept;
  pinned(pinned const&) = delete;
  pinned& operator=(pinned const&) = delete;
  ~pinned();

  [[nodiscard]] bool done() const noexcept { return done_; }

 private:
  std::vector<int> before_;
  bool done_ = false;
};

}  // namespace gyre::tool
