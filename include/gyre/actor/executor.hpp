#pragma once

#include <concepts>
#include <coroutine>
#include <type_traits>

namespace gyre {

/// A coroutine that may go on: a call without arguments, to be made once, on the thread where it is
/// to go on. As small as a pointer, trivially copyable, and nothing leaves it.
struct resumption {
  std::coroutine_handle<> waiter;

  void operator()() const noexcept { waiter.resume(); }
};

static_assert(std::is_trivially_copyable_v<resumption> && sizeof(resumption) == sizeof(void*),
              "an executor keeps it without allocating: std::function has room for it");

/// Who runs short functions on threads of its own choice: copyable, with `execute(f)`, which runs
/// `f()` once, now or later. The shape of P0443's executors and of asio's (`pool.get_executor()`).
///
/// `execute` is called from Gyre's own thread: it must be safe from there, must not wait, and must
/// not throw (that ends the program). It outlives the coroutines that wait for it.
template <class T>
concept executor_type = std::copy_constructible<T> && requires(T executor, resumption f) {
  executor.execute(f);
};

}  // namespace gyre
