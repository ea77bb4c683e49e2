#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <gyre/core/error.hpp>
#include <gyre/engine/memory.hpp>
#include <gyre/kernel/buffer_table.hpp>

namespace gyre {

/// Where an engine keeps the device buffers of one runtime: memory that handlers reach, copies to
/// and from it, the table in which they find it. Thread-safe, but for `publish`.
class buffer_memory {
 public:
  virtual ~buffer_memory() = default;
  /// The table that kernels are given.
  [[nodiscard]] virtual buffer_table table() = 0;
  /// Zeroed memory; `no_memory` naming the size. Its address may be the device's alone.
  [[nodiscard]] virtual result<memory_block> allocate(std::uint64_t bytes) = 0;
  /// Done when they return. They never wait for a kernel.
  virtual result<void> write(std::byte* to, std::span<std::byte const> from) = 0;
  virtual result<void> read(std::span<std::byte> to, std::byte const* from) = 0;
  /// Has kernels see this row of the host's table as it is now. By one thread at a time.
  virtual result<void> publish(std::uint32_t row) = 0;
  /// Begins to wait for every handler that may have found a row as it was before.
  [[nodiscard]] virtual std::uint64_t begin_grace() = 0;
  /// Whether they have all ended.
  [[nodiscard]] virtual bool grace_over(std::uint64_t begun) = 0;
  /// Another number when all buffers were lost with their device.
  [[nodiscard]] virtual std::uint64_t generation() const noexcept = 0;
};

/// Device buffers in the host's own memory: kernels look into the host's table, and pin.
class host_buffer_memory final : public buffer_memory {
 public:
  /// Allocates zeroed memory.
  using allocate_function = result<memory_block> (*)(void* engine, std::uint64_t bytes);

  host_buffer_memory(void* engine, allocate_function how, buffer_table table) noexcept
      : engine_(engine), allocate_(how), table_(table) {}

  buffer_table table() override { return table_; }
  result<memory_block> allocate(std::uint64_t bytes) override { return allocate_(engine_, bytes); }
  result<void> write(std::byte* to, std::span<std::byte const> from) override {
    if (!from.empty()) std::memcpy(to, from.data(), from.size());
    return {};
  }
  result<void> read(std::span<std::byte> to, std::byte const* from) override {
    if (!to.empty()) std::memcpy(to.data(), from, to.size());
    return {};
  }
  result<void> publish(std::uint32_t) override { return {}; }
  std::uint64_t begin_grace() override { return 0; }
  bool grace_over(std::uint64_t) override { return true; }  // its pins say it
  std::uint64_t generation() const noexcept override { return 0; }

 private:
  void* engine_;
  allocate_function allocate_;
  buffer_table table_;
};

}  // namespace gyre
