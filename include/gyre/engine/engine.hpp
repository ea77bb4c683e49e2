#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <gyre/core/dead_letter.hpp>
#include <gyre/core/deadline.hpp>
#include <gyre/core/error.hpp>
#include <gyre/core/options.hpp>
#include <gyre/engine/buffer_memory.hpp>
#include <gyre/engine/image.hpp>
#include <gyre/engine/kernel_link.hpp>
#include <gyre/engine/listener.hpp>
#include <gyre/engine/memory.hpp>
#include <gyre/engine/report.hpp>

namespace gyre {

/// Shards that a kernel may have on the cpu engine: more threads are a mistake on any machine.
inline constexpr std::uint32_t cpu_greatest_shards = 1024;

/// A kernel that lives on an engine, from `engine::start` to its destructor.
class resident_kernel {
 public:
  virtual ~resident_kernel() = default;
  /// Has the shards look at the control words, wherever they wait.
  virtual void wake() noexcept = 0;
  /// After `kernel_command::stop`: waits until every shard has left its loop. False if the deadline
  /// passed first; the kernel's memory must then stay, for a shard may still use it.
  [[nodiscard]] virtual bool join(deadline until) noexcept = 0;
  /// After `join`: tells the listener of each message that handlers sent and nobody handled, where
  /// such messages have a ring that the host does not see. Returns how many.
  virtual std::uint64_t bury_tells() noexcept { return 0; }
  /// A way for the handlers of another kernel, of so many shards, to this one's actors. Null: they
  /// cannot reach them.
  [[nodiscard]] virtual std::shared_ptr<kernel_link> way_from(resident_kernel const& other,
                                                              std::uint32_t shards) const = 0;
  /// After all such ways were shut: returns when no message of another kernel's handlers can come
  /// any more, beyond what each `kernel_link` says.
  virtual void shut_out_others() noexcept {}
};

/// Where ring kernels run: memory, launch, stop, health. Thread-safe.
class engine {
 public:
  virtual ~engine() = default;
  [[nodiscard]] virtual engine_report report() const = 0;
  /// Fills in what the options leave to the engine, and refuses what it cannot do
  /// (`invalid_option`, `unsupported`). Allocates nothing.
  [[nodiscard]] virtual result<launch_options> settle(launch_options options) const = 0;
  /// How the rings that the host sees are tagged.
  [[nodiscard]] virtual ring_format format() const noexcept = 0;
  /// Where the device buffers of a runtime live; `host` is its own table of them, which stays.
  [[nodiscard]] virtual result<std::unique_ptr<buffer_memory>> make_buffer_memory(
      buffer_table host) {
    return std::make_unique<host_buffer_memory>(
        this,
        [](void* self, std::uint64_t bytes) { return static_cast<engine*>(self)->allocate(bytes); },
        host);
  }
  /// Before a launch allocates anything: an engine whose device failed brings it back, if it can.
  /// `engine_failed` saying why it cannot.
  virtual result<void> prepare() { return {}; }
  /// Bytes that can be allocated without driving the machine out of memory: an estimate.
  [[nodiscard]] virtual std::uint64_t available_memory() const = 0;
  /// Bytes that `start` allocates for such a kernel beside its view.
  [[nodiscard]] virtual std::uint64_t bytes_beside(kernel_image const& /*image*/,
                                                   launch_options const& /*options*/,
                                                   ring_geometry const& /*inbox*/) const {
    return 0;
  }
  /// Zeroed memory that both sides see; `no_memory` naming the size.
  [[nodiscard]] virtual result<memory_block> allocate(std::uint64_t bytes) = 0;
  /// The same for the slots of inboxes, which the host writes and the kernel reads.
  [[nodiscard]] virtual result<memory_block> allocate_inboxes(std::uint64_t bytes) {
    return allocate(bytes);
  }
  /// Makes the kernel resident. Returns once every shard is in its loop.
  [[nodiscard]] virtual result<std::unique_ptr<resident_kernel>> start(
      kernel_image const& image, kernel_view const& kernel, launch_options const& options,
      kernel_listener& listener) = 0;
};

}  // namespace gyre
