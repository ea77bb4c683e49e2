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
/// first use, given back when the thread ends. They keep no kernel alive.
template <actor_type Actor>
class thread_ports {
 public:
  /// This thread's port to `core`, valid while the caller holds that. `full`, `terminated`: as
  /// `kernel::open_port`.
  [[nodiscard]] static result<port<Actor>*> get(std::shared_ptr<kernel_core> const& core) {
    auto& mine = ports();
    std::uint64_t const serial = core->serial();
    for (auto& p : mine) {
      if (p.serial == serial) [[likely]]
        return &p.end;
    }
    std::erase_if(mine, [](entry const& p) { return p.core.expired(); });
    auto leased = core->lease_port({});
    if (!leased) return tl::unexpected<error>(std::move(leased.error()));
    mine.push_back(entry(core, **leased));
    return &mine.back().end;
  }

 private:
  /// Serial numbers are never used twice, so an entry whose kernel is gone is never found again.
  struct entry {
    entry(std::shared_ptr<kernel_core> const& kernel, client_port& leased)
        : serial(kernel->serial()),
          core(kernel),
          end(unowned(&leased), unowned(kernel.get())),
          index(leased.index()) {}
    entry(entry&& other) noexcept = default;
    entry& operator=(entry&& other) noexcept {
      std::swap(serial, other.serial);
      std::swap(core, other.core);
      std::swap(end, other.end);
      std::swap(index, other.index);
      return *this;
    }
    ~entry() {
      if (auto const kernel = core.lock()) kernel->close_port(index);
    }

    std::uint64_t serial;
    std::weak_ptr<kernel_core> core;
    port<Actor> end;
    std::uint16_t index;

   private:
    template <class T>
    static std::shared_ptr<T> unowned(T* at) noexcept {
      return std::shared_ptr<T>(std::shared_ptr<void>(), at);
    }
  };

  static std::vector<entry>& ports() {
    static thread_local std::vector<entry> mine;
    return mine;
  }
};

}  // namespace gyre
