#pragma once

#include <cstdint>
#include <string_view>

#include <gyre/core/dead_letter.hpp>
#include <gyre/ring/envelope.hpp>

namespace gyre {

/// What a running kernel tells the host, beyond its counters. Called from the engine's threads.
class kernel_listener {
 public:
  virtual ~kernel_listener() = default;
  /// A message was counted as a dead letter.
  virtual void buried(drop_reason reason, envelope const& head) noexcept = 0;
  /// So many were, of which nothing else is known.
  virtual void buried_unseen(drop_reason reason, std::uint64_t n) noexcept = 0;
  /// A handler threw while it handled this message; `what` is the exception's text.
  virtual void threw(envelope const& head, std::string_view what) noexcept = 0;
  /// The device failed under the kernel: none of its shards runs any more, nothing will be
  /// answered.
  virtual void failed(std::string_view why) noexcept = 0;
  /// The kernel's id, for the names of its threads. Empty: it has none.
  [[nodiscard]] virtual std::string_view kernel_id() const noexcept { return {}; }
};

}  // namespace gyre
