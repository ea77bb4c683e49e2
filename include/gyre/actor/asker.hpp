#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <gyre/actor/ask_queue.hpp>
#include <gyre/actor/task.hpp>
#include <gyre/actor/typed_ask.hpp>
#include <gyre/actor/when_all.hpp>
#include <gyre/core/chrono.hpp>
#include <gyre/port/port.hpp>
#include <gyre/runtime/kernel.hpp>

namespace gyre {

namespace detail {

/// What `co_await` waits for.
template <class Actor, class Message>
class [[nodiscard]] ask_awaiter final : public typed_ask<Actor, Message> {
 public:
  ask_awaiter(ask_queue& queue, port_host const& host, key_type<Actor> const& actor,
              Message const& message, std::chrono::nanoseconds timeout)
      : typed_ask<Actor, Message>(host, actor, message), queue_(queue), timeout_(timeout) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    queue_.add(*this, timeout_);
  }
  [[nodiscard]] auto await_resume() { return this->take(); }

 private:
  void resume() override { waiter_.resume(); }

  ask_queue& queue_;
  std::chrono::nanoseconds const timeout_;
  std::coroutine_handle<> waiter_;
};

/// An ask that ends with a call.
template <class Actor, class Message, class Done>
class ask_call final : public typed_ask<Actor, Message> {
 public:
  ask_call(port_host const& host, key_type<Actor> const& actor, Message const& message, Done done)
      : typed_ask<Actor, Message>(host, actor, message), done_(std::move(done)) {}

 private:
  void resume() override {
    std::unique_ptr<ask_call> const self(this);
    done_(this->take());
  }
  void drop() noexcept override { delete this; }

  Done done_;
};

/// One of many asks that one waiter waits for.
template <class Actor, class Message>
class ask_of_many final : public typed_ask<Actor, Message> {
 public:
  ask_of_many(port_host const& host, key_type<Actor> const& actor, Message const& message,
              local_arrivals& latch)
      : typed_ask<Actor, Message>(host, actor, message), latch_(latch) {}

 private:
  void resume() override { latch_.arrive(); }

  local_arrivals& latch_;
};

}  // namespace detail

/// Asks without a thread for each: from coroutines, or with a call at the end. Many asks are in
/// flight at once; replies are taken in, and waiters go on, while its thread is in `run`, `wait` or
/// `poll`.
///
/// ```cpp
/// auto a = gyre::asker<account>::open(bank).value();
/// auto transfer = [&]() -> gyre::task<bool> {
///   auto taken = co_await a.ask(42, withdraw{30});
///   if (!taken) co_return false;
///   co_return (co_await a.ask(43, deposit{30})).has_value();
/// };
/// bool done = a.run(transfer());
/// ```
///
/// Used by one thread at a time; move-only, while no ask is in flight. Deadlines are kept to about
/// a millisecond. An awaited ask allocates nothing but the coroutine's frame.
template <actor_type Actor>
class asker {
 public:
  /// A port of its own, with this many asks in flight at most; more wait in their order. `full`,
  /// `terminated`, `invalid_option`: as `kernel::open_port`.
  [[nodiscard]] static result<asker> open(kernel<Actor> const& to,
                                          port_options const& options = {.window = 1024}) {
    auto end = to.core()->open_port(options);
    if (!end) return tl::unexpected<error>(std::move(end.error()));
    return asker(std::move(*end), to.core());
  }

  /// To be awaited: gives `result<Reply>`, with the errors of `port::ask`. What is not awaited is
  /// not sent. If the coroutine is destroyed first, the ask is given up.
  template <class Message>
    requires understands<Actor, Message>
  [[nodiscard]] detail::ask_awaiter<Actor, Message> ask(
      key_type<Actor> const& actor, Message const& message,
      std::chrono::nanoseconds timeout = default_timeout) {
    return {*queue_, *host_, actor, message, timeout};
  }

  /// Sends it, and calls `done(result<Reply>)` when it is answered or not. (Allocates.)
  template <class Message, class Done>
    requires understands<Actor, Message>
  void ask_then(key_type<Actor> const& actor, Message const& message, Done done,
                std::chrono::nanoseconds timeout = default_timeout) {
    // It belongs to itself, until it is resumed or dropped.
    auto* const made =
        new detail::ask_call<Actor, Message, Done>(*host_, actor, message, std::move(done));
    queue_->add(*made, timeout);
  }

  /// To be awaited: asks `n` actors, `message(i)` of `actor(i)`, and gives `n` results in that
  /// order. One allocation for all of them.
  template <class ActorOf, class MessageOf>
  [[nodiscard]] auto ask_all(std::size_t n, ActorOf actor, MessageOf message,
                             std::chrono::nanoseconds timeout = default_timeout)
      -> task<std::vector<
          result<reply_of<Actor, std::remove_cvref_t<decltype(message(std::size_t{}))>>>>> {
    using message_type = std::remove_cvref_t<decltype(message(std::size_t{}))>;
    using one = detail::ask_of_many<Actor, message_type>;
    detail::local_arrivals latch(n);
    std::unique_ptr<std::optional<one>[]> const asks(new std::optional<one>[n]);
    for (std::size_t i = 0; i < n; ++i) {
      asks[i].emplace(*host_, actor(i), message(i), latch);
      queue_->put_off(*asks[i], timeout);
    }
    queue_->send_waiting();
    co_await latch;
    std::vector<result<reply_of<Actor, message_type>>> replies;
    replies.reserve(n);
    for (std::size_t i = 0; i < n; ++i) replies.push_back(asks[i]->take());
    co_return replies;
  }

  /// Runs a task to its end and gives its value; throws what it threw. Others that were spawned go
  /// on meanwhile. `std::logic_error` if it waits for something that no ask of this asker brings.
  template <class T>
  T run(task<T> work) {
    detail::outcome<T> out;
    bool done = false;
    detail::begin_task(work, out, [&done] { done = true; });
    while (!done) {
      if (queue_->wait() == 0 && !done) {
        throw std::logic_error("gyre::asker::run: the task waits for what this asker does not do");
      }
    }
    if constexpr (std::is_void_v<T>) {
      (void)out.take();
    } else {
      return out.take();
    }
  }

  /// Begins a task, which goes on while `run`, `wait` or `poll` do. What it throws ends the
  /// program, as for a thread.
  void spawn(task<> work) { begin(std::move(work), spawned_); }
  /// Until every spawned task has ended.
  void run() {
    while (*spawned_ != 0 && queue_->wait() != 0) {
    }
  }
  /// Spawned tasks that have not ended.
  [[nodiscard]] std::size_t spawned() const noexcept { return *spawned_; }

  /// Takes in what has come, and lets its waiters go on: how many. Never waits.
  std::size_t poll() { return queue_->poll(); }
  /// The same, but waits for the first. 0: nothing is in flight.
  std::size_t wait() { return queue_->wait(); }
  /// Asks that have neither been answered nor given up.
  [[nodiscard]] std::size_t in_flight() const noexcept { return queue_->size(); }

 private:
  asker(std::shared_ptr<client_port> end, std::shared_ptr<port_host> host)
      : host_(std::move(host)), queue_(std::make_unique<ask_queue>(std::move(end))) {}

  static detail::detached begin(task<> work, std::shared_ptr<std::size_t> count) {
    ++*count;
    co_await work;
    --*count;
  }

  std::shared_ptr<port_host> host_;
  std::unique_ptr<ask_queue> queue_;
  std::shared_ptr<std::size_t> spawned_ = std::make_shared<std::size_t>(0);
};

}  // namespace gyre
