#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <gyre/core/error.hpp>
#include <gyre/core/options.hpp>
#include <gyre/kernel/block/view.hpp>

#include "facts.hpp"

namespace gyre::cuda {

/// Where a kernel is.
enum class presence : std::uint32_t {
  resident,  ///< On the device, or on its way there.
  left,      ///< Not on the device: never launched, or it has ended.
  failed,    ///< Gone with its device.
};

struct sighting {
  presence what = presence::left;
  std::string why;  ///< The driver's words, if it failed.
};

/// A stream of a device: what is asked for on one is done in that order, and does not wait for the
/// others.
using stream_id = std::uint32_t;

/// What the engine asks of a GPU. In this process (`local_device`) or in one of its own
/// (`remote_device`). Thread-safe. All memory is taken when it is made.
class device {
 public:
  virtual ~device() = default;

  [[nodiscard]] virtual device_facts const& facts() const noexcept = 0;
  /// Pinned memory, at the same address for host and device.
  [[nodiscard]] virtual std::span<std::byte> host_memory() const noexcept = 0;
  /// The device's own: addresses that only it can follow.
  [[nodiscard]] virtual std::span<std::byte> device_memory() const noexcept = 0;

  [[nodiscard]] virtual result<stream_id> open_stream() = 0;
  virtual void close_stream(stream_id on) noexcept = 0;
  /// Copies between the two memories above, and zeroes. Done when they return.
  virtual result<void> copy_in(stream_id on, std::byte* to, std::byte const* from,
                               std::uint64_t bytes) = 0;
  virtual result<void> copy_out(stream_id on, std::byte* to, std::byte const* from,
                                std::uint64_t bytes) = 0;
  virtual result<void> clear(stream_id on, std::byte* at, std::uint64_t bytes) = 0;

  /// Loads an actor's kernel, before anything waits for it. `unsupported` if it was not compiled
  /// for the device.
  virtual result<void> load(std::string const& actor) = 0;
  /// Launches it, a block for each shard; `view` lies in the device's memory.
  virtual result<void> launch(stream_id on, std::string const& actor, blocks_view const* view,
                              std::uint32_t shards, std::uint32_t threads) = 0;
  [[nodiscard]] virtual sighting look(stream_id on) = 0;

  /// The process that drives it; 0: this one.
  [[nodiscard]] virtual int pid() const noexcept { return 0; }
  /// Another number for each device memory that there was.
  [[nodiscard]] virtual std::uint64_t generation() const noexcept { return 0; }
  /// After a failure: a fresh device of the same sort, its streams and memory all new.
  /// `engine_failed` where that cannot be.
  virtual result<void> revive() = 0;
};

/// Memory of the host for `local_device`: its own, or some that is there already.
struct host_region {
  std::byte* data = nullptr;  ///< Null: `bytes` are allocated.
  std::uint64_t bytes = 0;
};

/// The device, driven by this process. `unsupported`, `no_memory`, `engine_failed`.
[[nodiscard]] result<std::unique_ptr<device>> make_local_device(int index, host_region host,
                                                                std::uint64_t device_bytes);

}  // namespace gyre::cuda
