#pragma once

#include <coroutine>
#include <memory>
#include <utility>

#include <gyre/actor/async_service.hpp>
#include <gyre/actor/executor.hpp>
#include <gyre/actor/typed_ask.hpp>
#include <gyre/core/chrono.hpp>
#include <gyre/runtime/kernel.hpp>

namespace gyre {

namespace detail {

/// Where coroutines go on unless they say otherwise: on the thread that takes the replies in.
struct on_service_thread {};

/// An ask that is to be sent.
template <class Actor, class Message>
struct async_order {
  std::shared_ptr<kernel_core> kernel;
  key_type<Actor> actor;
  Message message;
  std::chrono::nanoseconds timeout;
};

/// What `co_await` waits for. It keeps its kernel alive while it waits.
template <class Actor, class Message, class Executor>
class [[nodiscard]] async_awaiter final : public typed_ask<Actor, Message> {
 public:
  async_awaiter(async_order<Actor, Message>&& order, Executor executor)
      : typed_ask<Actor, Message>(*order.kernel, order.actor, order.message),
        kernel_(std::move(order.kernel)),
        timeout_(order.timeout),
        executor_(std::move(executor)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    if (auto service = async_service::of(*kernel_)) {
      // The coroutine may go on, and end, on another thread before `submit` returns.
      if ((*service)->submit(*this, timeout_, kernel_)) return true;
    } else {
      this->refuse(std::move(service.error()));
    }
    if constexpr (ours) {
      return false;
    } else {
      resume();
      return true;
    }
  }
  [[nodiscard]] auto await_resume() { return this->take(); }

 private:
  static constexpr bool ours = std::is_same_v<Executor, on_service_thread>;

  void resume() override {
    if constexpr (ours) {
      waiter_.resume();
    } else {
      // This is gone with its coroutine, maybe before `execute` returns.
      Executor executor = executor_;
      [&]() noexcept { executor.execute(resumption{waiter_}); }();
    }
  }

  std::shared_ptr<kernel_core> const kernel_;
  std::chrono::nanoseconds const timeout_;
  std::coroutine_handle<> waiter_;
  [[no_unique_address]] Executor executor_;
};

/// An ask whose waiter goes on by an executor. To be awaited once.
template <class Actor, class Message, class Executor>
class [[nodiscard]] async_request_on {
 public:
  async_request_on(async_order<Actor, Message>&& order, Executor executor)
      : order_(std::move(order)), executor_(std::move(executor)) {}

  [[nodiscard]] async_awaiter<Actor, Message, Executor> operator co_await() && {
    return {std::move(order_), std::move(executor_)};
  }

 private:
  async_order<Actor, Message> order_;
  Executor executor_;
};

/// What `kernel::async_ask` gives: to be awaited once.
///
/// ```cpp
/// gyre::task<std::int64_t> cents(gyre::kernel<account> bank, pool::executor_type mine) {
///   balance a = (co_await bank.async_ask(42, withdraw{30})).value();           // Gyre's thread
///   balance b = (co_await bank.async_ask(43, deposit{30}).on(mine)).value();   // mine
///   co_return a.cents + b.cents;
/// }
/// std::int64_t sum = gyre::sync_wait(cents(bank, mine));
/// ```
///
/// The coroutine goes on, on the kernel's service thread, or through the executor given to `on`. On
/// the service thread it must not wait for other threads: all of the kernel's asks wait with it.
/// Where an ask could not even be handed over (the kernel had ended, or every port of it is open),
/// a coroutine without an executor goes on at once, on the thread that asked.
///
/// Each ask gets its reply or its error: at the kernel's end all that wait get `terminated`. An ask
/// keeps the kernel's memory while it waits, and allocates nothing. A coroutine must not be
/// destroyed while it waits here: it may be going on, on another thread, that very moment.
template <class Actor, class Message>
class [[nodiscard]] async_request {
 public:
  explicit async_request(async_order<Actor, Message>&& order) : order_(std::move(order)) {}

  /// The same ask, whose waiter goes on by `executor.execute(f)`, and nowhere else, whatever comes.
  template <executor_type Executor>
  [[nodiscard]] async_request_on<Actor, Message, Executor> on(Executor executor) && {
    return {std::move(order_), std::move(executor)};
  }

  [[nodiscard]] async_awaiter<Actor, Message, on_service_thread> operator co_await() && {
    return {std::move(order_), on_service_thread{}};
  }

 private:
  async_order<Actor, Message> order_;
};

}  // namespace detail

template <actor_type Actor>
template <class Message>
  requires understands<Actor, Message> detail::async_request<Actor, Message>
  kernel<Actor>::async_ask(key_type<Actor> const& actor, Message const& message,
                           std::chrono::nanoseconds timeout)
const { return detail::async_request<Actor, Message>({core_, actor, message, timeout}); }

}  // namespace gyre
