#pragma once

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <gyre/actor/task.hpp>

namespace gyre {

namespace detail {

/// A coroutine that runs at once and belongs to nobody. Nothing may leave it.
struct detached {
  struct promise_type {
    [[nodiscard]] detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

/// Resumes one waiter when so many have arrived: on the thread of the last of them. `Count` counts
/// what is missing: a plain number, where one thread does all.
///
/// *Memory ordering*: with an atomic `Count`, what each did before it arrived is visible to the
/// waiter. Whoever arrives and is not the last touches nothing afterwards.
template <class Count>
class basic_arrivals {
 public:
  explicit basic_arrivals(std::size_t expected) noexcept : missing_(expected + 1) {}

  void arrive() noexcept {
    if (--missing_ == 0) waiter_.resume();
  }
  [[nodiscard]] bool await_ready() const noexcept { return missing_ == 1; }
  bool await_suspend(std::coroutine_handle<> waiter) noexcept {
    waiter_ = waiter;
    return --missing_ != 0;
  }
  void await_resume() const noexcept {}

 private:
  Count missing_;  // the waiter itself is one of them
  std::coroutine_handle<> waiter_;
};

/// Of one thread.
using local_arrivals = basic_arrivals<std::size_t>;
/// From any threads.
using arrivals = basic_arrivals<std::atomic<std::size_t>>;

/// What a task gave: its value, or what it threw. `void` counts as a monostate.
template <class T>
struct outcome {
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
  std::optional<value_type> value;
  std::exception_ptr thrown;

  value_type take() {
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*value);
  }
};

/// Begins a task. Once it has ended, `out` has what it gave, and `then()` is called, on its thread.
template <class T, class Then>
detached begin_task(task<T>& work, outcome<T>& out, Then then) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await work;
      out.value.emplace();
    } else {
      out.value.emplace(co_await work);
    }
  } catch (...) {
    out.thrown = std::current_exception();
  }
  then();
}

template <class T>
void arrive_with(task<T>& work, outcome<T>& out, arrivals& latch) {
  begin_task(work, out, [&latch] { latch.arrive(); });
}

}  // namespace detail

/// Runs tasks side by side: begins each on the thread that awaits it, and goes on when all have
/// ended, on the thread of the last. Gives their values in order. If some threw, the first of them,
/// in order, is thrown then.
template <class T>
[[nodiscard]] task<std::vector<typename detail::outcome<T>::value_type>> when_all(
    std::vector<task<T>> tasks) {
  std::vector<detail::outcome<T>> outcomes(tasks.size());
  detail::arrivals latch(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    detail::arrive_with(tasks[i], outcomes[i], latch);
  }
  co_await latch;
  std::vector<typename detail::outcome<T>::value_type> values;
  values.reserve(outcomes.size());
  for (auto& o : outcomes) values.push_back(o.take());
  co_return values;
}

/// The same for tasks of different types.
template <class... T>
[[nodiscard]] task<std::tuple<typename detail::outcome<T>::value_type...>> when_all(
    task<T>... tasks) {
  std::tuple<detail::outcome<T>...> outcomes;
  detail::arrivals latch(sizeof...(T));
  std::apply([&](auto&... out) { (detail::arrive_with(tasks, out, latch), ...); }, outcomes);
  co_await latch;
  co_return std::apply(
      [](auto&... out) {
        return std::tuple<typename detail::outcome<T>::value_type...>{out.take()...};
      },
      outcomes);
}

}  // namespace gyre
