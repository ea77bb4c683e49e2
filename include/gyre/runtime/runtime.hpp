#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <gyre/core/chrono.hpp>
#include <gyre/core/dead_letter.hpp>
#include <gyre/core/options.hpp>
#include <gyre/engine/cpu/environment.hpp>
#include <gyre/engine/report.hpp>
#include <gyre/queue/registry.hpp>
#include <gyre/runtime/device_buffers.hpp>
#include <gyre/runtime/engines.hpp>
#include <gyre/runtime/kernel.hpp>
#include <gyre/runtime/memory_plan.hpp>

namespace gyre {

/// Launches ring kernels and keeps them: the engine, the named queues, the device buffers, the dead
/// letters. Move-only; its end terminates what is left. Thread-safe.
///
/// A process that is forked from this one has no kernels: asks of the parent's end with
/// `engine_failed` there, and the end of a copied runtime waits for nothing. A child makes a
/// runtime of its own.
///
/// ```cpp
/// auto rt   = gyre::runtime::create().value();
/// auto bank = rt.launch<account>("bank", {.actors = 1'000'000}).value();
/// bank.activate().value();
/// auto b = bank.ask(42, deposit{100}, 50ms);
/// ```
class runtime {
 public:
  /// `unsupported` if the engine asked for is not there, saying why; `invalid_option`, `no_memory`.
  [[nodiscard]] static result<runtime> create(runtime_options const& options = {});
  /// The same on an engine of one's own, whatever `options.engine` says.
  [[nodiscard]] static result<runtime> create_on(std::shared_ptr<gyre::engine> where,
                                                 runtime_options const& options = {});
  runtime(runtime&&) noexcept;
  runtime& operator=(runtime&&) noexcept;
  ~runtime();

  /// The engine that kernels run on.
  [[nodiscard]] engine_kind kind() const noexcept;
  [[nodiscard]] engine_report engine() const;

  /// Makes a kernel resident, inactive, with all its actors in their initial state.
  ///
  /// Refused before anything is allocated: `invalid_argument` (the id), `already_exists` (a kernel
  /// of this id that is not terminated), `invalid_option`; and then `no_memory`, `engine_failed`,
  /// with nothing left behind.
  template <actor_type Actor>
  [[nodiscard]] result<kernel<Actor>> launch(std::string_view id,
                                             launch_options const& options = {}) {
    auto core = launch_image(image_of<Actor>(), id, options);
    if (!core) return tl::unexpected<error>(std::move(core.error()));
    return kernel<Actor>(std::move(*core));
  }

  /// What such a launch would allocate, by part. Launches nothing.
  template <actor_type Actor>
  [[nodiscard]] result<memory_plan> memory_needed(launch_options const& options = {}) const {
    return plan_image(image_of<Actor>(), options);
  }

  /// A handle to a launched kernel. `not_found`; `wrong_type` naming both actor types.
  template <actor_type Actor>
  [[nodiscard]] result<kernel<Actor>> find_kernel(std::string_view id) const {
    auto core = find_core(id, image_of<Actor>());
    if (!core) return tl::unexpected<error>(std::move(core.error()));
    return kernel<Actor>(std::move(*core));
  }

  /// Ids and states, by id; terminated kernels are gone from it.
  [[nodiscard]] std::vector<kernel_row> list_kernels() const;

  /// Makes a named queue. `already_exists`, `invalid_argument`, `invalid_option`, `no_memory`.
  template <class T>
  [[nodiscard]] result<queue<T>> create_queue(std::string_view name,
                                              queue_options const& options = {}) {
    return queues().create<T>(name, options);
  }
  /// `not_found`; `wrong_type` naming both types.
  template <class T>
  [[nodiscard]] result<queue<T>> find_queue(std::string_view name) const {
    return queues().find<T>(name);
  }
  /// `not_found`; `wrong_state` for a kernel's own queue.
  result<void> destroy_queue(std::string_view name) { return queues().destroy(name); }
  [[nodiscard]] std::vector<queue_description> list_queues() const { return queues().list(); }

  /// Sends to a queue by name; waits for room as the queue's options say.
  template <class T>
  result<void> send(std::string_view name, T const& message) {
    auto to = find_queue<T>(name);
    if (!to) return tl::unexpected<error>(std::move(to.error()));
    return to->send(message);
  }
  /// The same with a deadline of its own.
  template <class T>
  result<void> send(std::string_view name, T const& message, std::chrono::nanoseconds timeout,
                    std::stop_token stop = {}) {
    auto to = find_queue<T>(name);
    if (!to) return tl::unexpected<error>(std::move(to.error()));
    return to->send(message, timeout, std::move(stop));
  }
  /// Receives from a queue by name. Zero does not wait; without a timeout it waits for ever.
  template <class T>
  [[nodiscard]] result<T> receive(std::string_view name, std::chrono::nanoseconds timeout = forever,
                                  std::stop_token stop = {}) {
    auto from = find_queue<T>(name);
    if (!from) return tl::unexpected<error>(std::move(from.error()));
    return from->receive(timeout, std::move(stop));
  }

  /// Memory where the kernels run, for what does not fit a message.
  [[nodiscard]] device_buffers& buffers() const noexcept;
  /// Messages that were neither handled nor answered: counted always, the last of them kept.
  [[nodiscard]] dead_letter_box& dead_letters() const noexcept;

  /// Terminates every kernel, each with this much time, and closes every queue.
  void shutdown(std::chrono::nanoseconds timeout = default_timeout) noexcept;

 private:
  struct state;
  explicit runtime(std::unique_ptr<state> s) noexcept;
  /// Shuts down, and lets go; in a forked child it only lets go.
  void end() noexcept;
  [[nodiscard]] queue_registry& queues() const noexcept;
  [[nodiscard]] result<std::shared_ptr<kernel_core>> launch_image(kernel_image const& image,
                                                                  std::string_view id,
                                                                  launch_options const& options);
  [[nodiscard]] result<memory_plan> plan_image(kernel_image const& image,
                                               launch_options const& options) const;
  [[nodiscard]] result<std::shared_ptr<kernel_core>> find_core(std::string_view id,
                                                               kernel_image const& image) const;

  std::unique_ptr<state> state_;
};

}  // namespace gyre
