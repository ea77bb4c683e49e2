#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <gyre/port/port.hpp>
#include <gyre/runtime/kernel_core.hpp>

namespace gyre {

/// This thread's ports to the kernels of one actor type that it has asked or told: opened at the
/// first use, given back when the thread ends. Ports of terminated kernels are let go when the next
/// one is opened.
template <actor_type Actor>
class thread_ports {
 public:
  /// This thread's port to `core`. `full`, `terminated`: as `kernel::open_port`.
  [[nodiscard]] static result<port<Actor>*> get(std::shared_ptr<kernel_core> const& core) {
    auto& mine = ports();
    std::uint64_t const serial = core->serial();
    for (auto& p : mine) {
      if (p.serial == serial) [[likely]]
        return &p.end;
    }
    std::erase_if(mine, [](entry const& p) { return p.core->state() == kernel_state::terminated; });
    auto end = core->open_port({});
    if (!end) return tl::unexpected<error>(std::move(end.error()));
    mine.push_back({serial, core, port<Actor>(std::move(*end), core)});
    return &mine.back().end;
  }

 private:
  struct entry {
    std::uint64_t serial = 0;
    std::shared_ptr<kernel_core> core;
    port<Actor> end;
  };

  static std::vector<entry>& ports() {
    static thread_local std::vector<entry> mine;
    return mine;
  }
};

}  // namespace gyre
