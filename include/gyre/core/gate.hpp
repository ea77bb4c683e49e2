#pragma once

#include <atomic>
#include <cstdint>

#include <gyre/core/event.hpp>
#include <gyre/core/platform.hpp>

namespace gyre {

/// How far a kernel has gone, for its clients: in this order, never back.
enum class gate_state : std::uint32_t {
  open,    ///< Messages are taken.
  closed,  ///< No new ones; those taken are being handled.
  ended,   ///< The kernel is gone: nothing waits for an answer any more.
  failed,  ///< The kernel failed: nothing waits for an answer any more.
};

/// The door between a kernel's clients and its end. A client marks itself inside while it touches
/// the kernel's rings; whoever ends the kernel shuts the door, then waits until nobody is inside.
///
/// Who may write: `state` the one who ends the kernel; an `inside` word its client alone.
/// *Memory ordering*: `enter` (store inside, load state) and `shut` (store state, load inside) are
/// Dekker's pattern with an asymmetric fence: the shutter runs `heavy_fence`, a client pays
/// nothing.
class gate {
 public:
  /// A client's mark. Lives in the client's own memory.
  class visitor {
   public:
    /// Goes in, unless the door is shut.
    [[nodiscard]] bool enter(gate const& door) noexcept {
      inside_.store(1, std::memory_order_relaxed);
      detail::light_fence();
      if (door.state() == gate_state::open) [[likely]]
        return true;
      leave();
      return false;
    }
    void leave() noexcept { inside_.store(0, std::memory_order_release); }
    [[nodiscard]] bool inside() const noexcept {
      return inside_.load(std::memory_order_acquire) != 0;
    }

   private:
    std::atomic<std::uint32_t> inside_{0};
  };

  [[nodiscard]] gate_state state() const noexcept { return state_.load(std::memory_order_acquire); }

  /// Moves on to `next`. After it, wait for each visitor to be outside.
  void shut(gate_state next) noexcept {
    state_.store(next, std::memory_order_seq_cst);
    detail::heavy_fence();
  }

 private:
  alignas(cache_line) std::atomic<gate_state> state_{gate_state::open};
};

}  // namespace gyre
