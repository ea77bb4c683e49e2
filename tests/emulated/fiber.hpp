#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace gyre::emulated {

/// A stack of its own, run a piece at a time by whoever calls `resume`. One thread's at a time.
/// The sanitizers are told of every switch. To ThreadSanitizer what a fiber does comes after what
/// its resumer did, but not before what others do next: two fibers that share memory without an
/// atomic between them are a race, as two lanes of a GPU are.
class fiber {
 public:
  explicit fiber(std::function<void()> body);
  fiber(fiber const&) = delete;
  fiber& operator=(fiber const&) = delete;
  ~fiber();

  /// Runs the body until it yields or ends.
  void resume();
  /// Called from within a body: back to who resumed it.
  static void yield();
  [[nodiscard]] bool done() const noexcept { return done_; }

 private:
  static void enter();
  void switch_in();
  void switch_out(bool for_good);

  static constexpr std::size_t stack_bytes = std::size_t{256} << 10;

  struct stacks;
  std::function<void()> body_;
  std::unique_ptr<stacks> stacks_;
  bool done_ = false;
};

/// Has the calling thread see what fibers that do not run now have done, also to ThreadSanitizer.
void see_fibers();

}  // namespace gyre::emulated
