#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gyre/core/chrono.hpp>
#include <gyre/core/dead_letter.hpp>
#include <gyre/core/options.hpp>
#include <gyre/runtime/kernel_state.hpp>

namespace gyre {

/// A kernel at a glance.
struct kernel_status {
  std::string id;
  std::string actor;  ///< The actor type's name.
  kernel_state state{};
  engine_kind engine{};
  std::uint32_t shards = 0;
  std::uint64_t actors = 0;           ///< Dense ones, or the keyed ones that may live at once.
  std::uint64_t live = 0;             ///< Those that are there.
  std::uint64_t pending = 0;          ///< Inbox slots in use, and messages in the request queue.
  std::uint64_t handled = 0;          ///< Messages whose handler ran.
  std::chrono::nanoseconds uptime{};  ///< Since the launch.

  [[nodiscard]] bool active() const noexcept { return state == kernel_state::active; }
};

/// A kernel's figures.
struct kernel_metrics {
  std::uint64_t launches = 0;      ///< Times that this id was launched in this runtime.
  std::uint64_t sent = 0;          ///< Messages that clients put into the inboxes.
  std::uint64_t received = 0;      ///< Replies that clients took.
  std::uint64_t handled = 0;       ///< Messages whose handler ran.
  double throughput = 0;           ///< Handled a second, over the time that the kernel was active.
  double queue_use = 0;            ///< The fullest inbox, 0 … 1.
  std::uint64_t memory_bytes = 0;  ///< Allocated now, device buffers aside.
  std::uint64_t peak_memory_bytes = 0;  ///< At most so far.
};

/// What is known when a kernel is gone.
struct final_report {
  std::string id;
  std::chrono::nanoseconds uptime{};
  std::uint64_t handled = 0;
  std::uint64_t refused = 0;      ///< Of the handled: rejected, or the handler threw.
  std::uint64_t undelivered = 0;  ///< Messages left at the deadline, now dead letters.
  std::uint64_t unread = 0;       ///< Replies that nobody took from the response queue, likewise.
  drop_counts dropped{};          ///< Dead letters by reason, `undelivered` and `unread` included.
  bool drained = false;           ///< Everything taken was handled before the deadline.
};

/// A row of `runtime::list_kernels`.
struct kernel_row {
  std::string id;
  kernel_state state{};
};

}  // namespace gyre
