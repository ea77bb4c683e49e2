#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <gyre/core/chrono.hpp>
#include <gyre/core/error.hpp>
#include <gyre/core/options.hpp>
#include <gyre/kernel/keys.hpp>
#include <gyre/port/host.hpp>
#include <gyre/runtime/kernel_service.hpp>
#include <gyre/runtime/kernel_state.hpp>
#include <gyre/runtime/report.hpp>
#include <gyre/telemetry/snapshot.hpp>

namespace gyre {

class client_port;
class named_queue;

/// One launched ring kernel, whatever its actor type, as templates see it: the calls that they
/// need, and what they read on the way of a message. All else is in src/runtime/kernel_core/, and
/// compiled once. Thread-safe.
class kernel_core : public port_host {
 public:
  /// Each refused with `wrong_state`, naming both states.
  virtual result<void> activate() = 0;
  /// From its return on, nothing is handled. `timed_out` if a handler that runs does not end by
  /// then; the kernel then stays active.
  virtual result<void> deactivate(std::chrono::nanoseconds timeout) = 0;
  /// Stops taking messages, drains, stops, frees. Idempotent: later calls give the first report.
  /// `engine_failed` if a shard does not leave its handler; its memory is then kept.
  [[nodiscard]] virtual result<final_report> terminate(std::chrono::nanoseconds timeout) = 0;

  [[nodiscard]] kernel_state state() const noexcept {
    return state_.load(std::memory_order_acquire);
  }
  [[nodiscard]] virtual kernel_status status() const = 0;
  [[nodiscard]] virtual kernel_metrics metrics() const = 0;
  [[nodiscard]] virtual telemetry_snapshot telemetry() const = 0;
  virtual void set_telemetry_enabled(bool enabled) noexcept = 0;
  virtual void reset_telemetry() noexcept = 0;

  /// A client's end. `full` if all of the kernel's ports are open, `terminated`.
  [[nodiscard]] virtual result<std::shared_ptr<client_port>> open_port(
      port_options const& options) = 0;
  /// The same for a holder that does not keep the kernel alive: valid until `close_port`, or the
  /// kernel's own end.
  [[nodiscard]] virtual result<client_port*> lease_port(port_options const& options) = 0;
  virtual void close_port(std::uint16_t index) noexcept = 0;

  /// The rows by which this kernel's handlers reach another, and that one's reach this.
  struct link_rows {
    std::uint32_t there = 0;
    std::uint32_t back = 0;
  };
  /// Links two kernels, once. `invalid_argument`: it is the same; `unsupported`: they are not on
  /// one engine, or do not stay on it; `full`: one of them has `greatest_links`; `terminated`,
  /// `engine_failed`.
  [[nodiscard]] virtual result<link_rows> link_to(std::shared_ptr<kernel_core> const& other) = 0;

  /// The kernel's own queues, or null.
  [[nodiscard]] virtual std::shared_ptr<named_queue> requests() const = 0;
  [[nodiscard]] virtual std::shared_ptr<named_queue> responses() const = 0;

  /// Copies out the key and the state of a keyed actor that was put to rest. `timed_out`: none
  /// came; `terminated`: none will.
  [[nodiscard]] virtual result<void> take_rested(std::chrono::nanoseconds timeout, full_key& key,
                                                 std::span<std::byte> state) = 0;

  /// The service beside the kernel: made by `make` at the first call that succeeds, ended with the
  /// kernel. Every call gives the same `make`.
  [[nodiscard]] result<kernel_service*> service(kernel_service_maker make) {
    kernel_service* const made = service_.load(std::memory_order_acquire);
    if (made != nullptr) [[likely]]
      return made;
    return make_service(make);
  }

  [[nodiscard]] launch_options const& options() const noexcept { return options_; }
  /// Differs between any two kernels of the process; not 0.
  [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }

 protected:
  kernel_core(launch_options const& options, std::uint64_t serial)
      : options_(options), serial_(serial) {}

  virtual result<kernel_service*> make_service(kernel_service_maker make) = 0;

  launch_options const options_;
  std::uint64_t const serial_;
  std::atomic<kernel_state> state_{kernel_state::inactive};
  std::atomic<kernel_service*> service_{nullptr};
};

}  // namespace gyre
