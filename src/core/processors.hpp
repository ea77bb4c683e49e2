#pragma once

#include <optional>
#include <string>
#include <vector>

#include <pthread.h>

namespace gyre::detail {

/// The cores that this thread may run on, however many the machine has, ascending. Empty: the
/// system does not say.
[[nodiscard]] std::vector<int> allowed_cores();

/// Restricts the calling thread to these cores. errno's value; 0: done.
[[nodiscard]] int restrict_this_thread(std::vector<int> const& cores);
/// The same for another thread and one core.
[[nodiscard]] int restrict_thread(::pthread_t thread, int core);

/// "0-3 8": what a thousand cores are in an error's text too.
[[nodiscard]] std::string list_of(std::vector<int> const& cores);

/// The processor time that control groups (version 1 or 2) leave this process, in cores: 0.5 is
/// half of one core's time. None: all of its cores'. `root` stands before each path that is read,
/// for tests. Reads a few files of the system.
[[nodiscard]] std::optional<double> cpu_quota(std::string const& root = {});

/// Cores that this process may keep busy: those that it is allowed, or the quota where that is
/// less, rounded up. At least 1.
[[nodiscard]] unsigned usable_cores();

}  // namespace gyre::detail
