#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include <gyre/core/error.hpp>
#include <gyre/engine/memory.hpp>

namespace gyre {

/// Memory that was taken from the driver in one piece, and is given out in blocks: while a kernel
/// is resident, allocating or freeing by the driver may wait for it, which is for ever. First fit,
/// blocks of whole 256 bytes, neighbours that are free become one. Thread-safe.
///
/// Blocks keep their arena alive; its memory goes back to the driver with the last of them.
class arena : public std::enable_shared_from_this<arena> {
 public:
  /// How the whole is given back.
  using release_function = void (*)(std::byte* data) noexcept;

  arena(std::byte* data, std::uint64_t bytes, release_function release);
  arena(arena const&) = delete;
  arena& operator=(arena const&) = delete;
  ~arena();

  /// A block, not zeroed; `no_memory` naming what is wanted and what is free.
  [[nodiscard]] result<memory_block> allocate(std::uint64_t bytes);
  [[nodiscard]] std::uint64_t free_bytes() const;
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr std::uint64_t grain = 256;

  void give_back(std::uint64_t offset, std::uint64_t bytes) noexcept;

  std::byte* const data_;
  std::uint64_t const bytes_;
  release_function const release_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> free_;  // offset to bytes; guarded by mutex_
};

}  // namespace gyre
