#pragma once

#include <cstdint>

#include <gyre/kernel/view.hpp>

namespace gyre {

/// The way of one kernel's shards into the rings of another, as the host sees it. Both kernels hold
/// it, so it outlives whichever ends first; neither holds the other by it. Thread-safe.
class kernel_link {
 public:
  virtual ~kernel_link() = default;
  /// What the sender's shards find in `link_view`.
  [[nodiscard]] virtual kernel_view const* target() const noexcept = 0;
  [[nodiscard]] virtual void* way() noexcept = 0;
  /// The target takes no more messages.
  virtual void shut() noexcept {}
  /// Whether a shard is just writing a message. Once it is shut, and this is false, nothing comes
  /// by this way any more.
  [[nodiscard]] virtual bool inside() const noexcept { return false; }
  /// Messages sent so far, unless the target's shards count them themselves
  /// (`shard_words::told_by_others`).
  [[nodiscard]] virtual std::uint64_t sent() const noexcept { return 0; }
};

}  // namespace gyre
