#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include <gyre/port/client_port.hpp>
#include <gyre/runtime/kernel_core.hpp>

namespace gyre {

/// This thread's ports to the kernels that it has asked or told: opened at the first use, given
/// back when the thread ends. They keep no kernel alive.
class thread_ports {
 public:
  /// This thread's port to `core`, valid while the caller holds that. Null: `refusal` has the
  /// reason, `full` or `terminated`, as `kernel::open_port`.
  [[nodiscard]] static client_port* get(std::shared_ptr<kernel_core> const& core) {
    std::uint64_t const serial = core->serial();
    found const& f = found_[serial % found_.size()];
    if (f.serial == serial) [[likely]]
      return f.end;
    return find(core);
  }
  /// Why the last `get` of this thread found none.
  [[nodiscard]] static tl::unexpected<error> refusal();

 private:
  /// The ports that were asked for lately, to be found without a call. Serial numbers are never
  /// used twice, nor 0: an entry whose kernel is gone is never found again.
  struct found {
    std::uint64_t serial;
    client_port* end;
  };
  static inline constinit thread_local std::array<found, 8> found_{};

  struct table;
  static table& ports();
  static client_port* find(std::shared_ptr<kernel_core> const& core);
};

}  // namespace gyre
