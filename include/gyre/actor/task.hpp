#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace gyre {

template <class T = void>
class task;

namespace detail {

/// What every task's promise has: who waits for it, and what it threw.
struct task_promise_base {
  std::coroutine_handle<> waiter = std::noop_coroutine();
  std::exception_ptr thrown;

  struct hand_back {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
      return done.promise().waiter;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  hand_back final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { thrown = std::current_exception(); }
  void rethrow() const {
    if (thrown) std::rethrow_exception(thrown);
  }
};

template <class T>
struct task_promise : task_promise_base {
  std::optional<T> value;

  task<T> get_return_object() noexcept;
  template <class U>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& result) { value.emplace(std::forward<U>(result)); }
  T take() {
    rethrow();
    return std::move(*value);
  }
};

template <>
struct task_promise<void> : task_promise_base {
  task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const { rethrow(); }
};

}  // namespace detail

/// A coroutine that runs when it is awaited, on the thread that awaits it, and gives a `T`. An
/// exception that leaves it is thrown where it is awaited. Move-only; one that is not awaited is
/// destroyed without having run.
template <class T>
class [[nodiscard]] task {
 public:
  using promise_type = detail::task_promise<T>;
  using value_type = T;

  explicit task(std::coroutine_handle<promise_type> body) noexcept : body_(body) {}
  task(task&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    std::swap(body_, other.body_);
    return *this;
  }
  ~task() {
    if (body_) body_.destroy();
  }

  struct awaiter {
    std::coroutine_handle<promise_type> body;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) const noexcept {
      body.promise().waiter = waiter;
      return body;
    }
    T await_resume() const { return body.promise().take(); }
  };
  /// To be awaited once.
  [[nodiscard]] awaiter operator co_await() const noexcept { return {body_}; }

  /// For those who drive it without a coroutine (`asker::run`).
  [[nodiscard]] std::coroutine_handle<promise_type> handle() const noexcept { return body_; }

 private:
  std::coroutine_handle<promise_type> body_;
};

namespace detail {

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<task_promise<T>>::from_promise(*this));
}
inline task<void> task_promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<task_promise<void>>::from_promise(*this));
}

}  // namespace detail

}  // namespace gyre
