#include <gyre/actor/async_service.hpp>

#include <system_error>
#include <utility>

#include "core/thread.hpp"

namespace gyre {
namespace {

/// Asks in flight at once; more wait in their order.
constexpr std::uint64_t window = 1024;

}  // namespace

async_service::async_service(kernel_core& kernel, client_port& port)
    : kernel_(kernel),
      port_(port),
      bell_(port.bell()),
      queue_(std::shared_ptr<client_port>(std::shared_ptr<void>(), &port)) {}

result<std::shared_ptr<kernel_service>> async_service::make(kernel_core& kernel) {
  auto port = kernel.lease_port({.window = window});
  if (!port) return tl::unexpected<error>(std::move(port.error()));
  std::shared_ptr<async_service> made(new async_service(kernel, **port));
  try {
    // It keeps itself until it is done: its kernel may end in a coroutine that it resumed.
    made->thread_ =
        detail::start_thread(detail::thread_name(kernel.id, "async"), [made] { made->run(); });
  } catch (std::system_error const& why) {
    kernel.close_port((*port)->index());
    return fail(errc::no_memory, "no thread to ask kernel '" + kernel.id + "' with: " + why.what());
  }
  return made;
}

result<async_service*> async_service::of(kernel_core& kernel) {
  auto made = kernel.service(&async_service::make);
  if (!made) return tl::unexpected<error>(std::move(made.error()));
  return static_cast<async_service*>(*made);
}

bool async_service::submit(pending_ask& ask, std::chrono::nanoseconds timeout,
                           std::shared_ptr<kernel_core> const& kernel) {
  if (std::this_thread::get_id() == thread_.get_id()) {
    queue_.add(ask, timeout);
    return true;
  }
  std::shared_ptr<kernel_core> const kept = kernel;
  ask.timeout_ = timeout;
  pending_ask* newest = asked_.load(std::memory_order_acquire);
  do {
    if (newest == nobody()) {
      ask.refuse(why_);
      return false;
    }
    ask.after_ = newest;
  } while (!asked_.compare_exchange_weak(newest, &ask, std::memory_order_release,
                                         std::memory_order_acquire));
  bell_.notify();
  return true;
}

void async_service::end() noexcept {
  stop_.store(true, std::memory_order_release);
  bell_.notify();
  if (std::this_thread::get_id() == thread_.get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

bool async_service::called() const noexcept {
  return asked_.load(std::memory_order_acquire) != nullptr || stop_.load(std::memory_order_acquire);
}

void async_service::add_oldest_first(pending_ask* newest) {
  pending_ask* oldest = nullptr;
  while (newest != nullptr) {
    pending_ask* const before = std::exchange(newest->after_, oldest);
    oldest = std::exchange(newest, before);
  }
  while (oldest != nullptr) {
    pending_ask* const after = oldest->after_;
    queue_.put_off(*oldest, oldest->timeout_);
    oldest = after;
  }
}

/// Whether there was anything new.
bool async_service::take_in() {
  if (asked_.load(std::memory_order_relaxed) == nullptr) return false;
  add_oldest_first(asked_.exchange(nullptr, std::memory_order_acquire));
  return true;
}

void async_service::sleep() noexcept {
  if (queue_.size() == 0) {
    port_.rest([this] { return called(); });
  } else {
    port_.sleep(deadline(queue_.patience()), [this] { return called(); });
  }
}

/// The kernel has ended: whoever comes from now on is told so on a thread of its own.
void async_service::close() {
  why_ = port_.end_error();
  add_oldest_first(asked_.exchange(nobody(), std::memory_order_acq_rel));
  do {
    queue_.poll();
    if (stop_.load(std::memory_order_acquire)) return;
  } while (queue_.size() != 0);
  kernel_.close_port(port_.index());
}

void async_service::run() {
  backoff pause;
  while (!stop_.load(std::memory_order_acquire)) {
    bool busy = take_in();
    busy = queue_.poll() != 0 || busy;
    // The kernel may have gone in a coroutine that went on just now, and the port with it.
    if (stop_.load(std::memory_order_acquire)) return;
    if (busy) {
      pause = backoff();
      continue;
    }
    if (port_.over()) return close();
    pause.step();
    if (pause.exhausted()) sleep();
  }
}

}  // namespace gyre
