#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace gyre::test {

/// What became of a child process.
struct child_end {
  int status = 0;    ///< As `waitpid` gives it.
  std::string text;  ///< What `run` returned; empty if the child ended before.

  [[nodiscard]] bool ended() const noexcept {
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
  }
};

/// Runs `run` in a child process of this one, for what cannot be undone in a process (filters of
/// system calls, signal masks, `exit`), and gives back the text that it returns. The child is ended
/// after `seconds` by its alarm, which `status` then names. It begins with this thread alone.
template <class Run>
child_end in_child(unsigned seconds, Run&& run) {
  child_end end;
  std::fflush(stdout);  // or the child would write it once more
  int ends[2];
  if (::pipe(ends) != 0) return {-1, "no pipe"};
  ::pid_t const child = ::fork();
  if (child < 0) return {-1, "no child process"};
  if (child == 0) {
    ::alarm(seconds);
    std::string const text = run();
    bool const all =
        ::write(ends[1], text.data(), text.size()) == static_cast<::ssize_t>(text.size());
    // Not exit: the parent's output, still in its buffers, would be written twice.
    ::_exit(all ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  ::close(ends[1]);
  char piece[4096];
  for (::ssize_t got = 0; (got = ::read(ends[0], piece, sizeof piece)) > 0;) {
    end.text.append(piece, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  ::waitpid(child, &end.status, 0);
  return end;
}

}  // namespace gyre::test
