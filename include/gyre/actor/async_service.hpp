#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include <gyre/actor/ask_queue.hpp>
#include <gyre/core/chrono.hpp>
#include <gyre/core/error.hpp>
#include <gyre/core/event.hpp>
#include <gyre/core/platform.hpp>
#include <gyre/port/client_port.hpp>
#include <gyre/runtime/kernel_core.hpp>

namespace gyre {

/// The thread that asks a kernel for coroutines of all threads: one for a kernel, started at its
/// first `async_ask`, with a port of its own. It sleeps while nothing is in flight. When the kernel
/// has ended, it gives every ask that waits its error, gives its port back and ends.
///
/// It does not keep the kernel alive: every ask does, until it is resumed. Asks lie in their
/// coroutines' frames, in a list that any thread pushes to and this thread takes as a whole.
///
/// *Memory ordering*: what a thread wrote before `submit` is visible to whoever is resumed.
class async_service final : public kernel_service {
 public:
  /// The kernel's own, made if there is none. `full`, `terminated`, `engine_failed`: as
  /// `kernel::open_port`; `no_memory`: the system has no thread.
  [[nodiscard]] static result<async_service*> of(kernel_core& kernel);

  /// Has it sent, as `ask_queue::add` does. Any thread. The ask may be resumed, and gone, before
  /// this returns; so the kernel is kept meanwhile, by a copy of the ask's own `kernel`. False: the
  /// thread has ended with its kernel, and the ask is refused already, and not resumed.
  [[nodiscard]] bool submit(pending_ask& ask, std::chrono::nanoseconds timeout,
                            std::shared_ptr<kernel_core> const& kernel);

  void end() noexcept override;

 private:
  async_service(kernel_core& kernel, client_port& port);

  static result<std::shared_ptr<kernel_service>> make(kernel_core& kernel);
  void run();
  bool take_in();
  void add_oldest_first(pending_ask* newest);
  void sleep() noexcept;
  void close();
  [[nodiscard]] bool called() const noexcept;
  /// Stands in the list when nobody takes from it any more.
  [[nodiscard]] pending_ask* nobody() noexcept { return reinterpret_cast<pending_ask*>(this); }

  // Never changed once the thread runs.
  kernel_core& kernel_;
  client_port& port_;
  event& bell_;  // the port's, which may go before it
  std::thread thread_;

  // Used by the thread alone.
  ask_queue queue_;

  // Written by the thread before it closes the list.
  error why_;

  // Written by any thread.
  alignas(cache_line) std::atomic<pending_ask*> asked_{nullptr};  // the newest first
  std::atomic<bool> stop_{false};
};

}  // namespace gyre
