#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <gyre/runtime/kernel.hpp>

#include "account.hpp"
#include "stream.hpp"

namespace gate {

/// Sends orders and cancels to their accounts, many at once, but to each account one at a time, in
/// order: its next one when the last is answered. Used by one thread at a time.
class feeder {
 public:
  feeder() = default;
  feeder(feeder const&) = delete;
  feeder& operator=(feeder const&) = delete;
  virtual ~feeder() = default;

  [[nodiscard]] virtual char const* name() const noexcept = 0;
  /// Sends `stream[i]` for each i of `mine`, and fills `out[i]`.
  virtual void feed(std::span<entry const> stream, std::span<std::uint32_t const> mine,
                    std::span<outcome> out) = 0;
};

/// One of each kind: a port with a window of asks, `submit_all`, an asker's coroutines, coroutines
/// by `async_ask` on a thread of the example's own.
[[nodiscard]] std::vector<std::unique_ptr<feeder>> open_feeders(
    gyre::kernel<account> const& accounts, gyre::link<symbol_book> books);

}  // namespace gate
