#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <gyre/core/event.hpp>

namespace gyre {

class bridge;

/// The thread that moves messages while nobody else is awake to: one for a runtime, started with
/// its first bridge. It sleeps until a bridge is armed, and again when no bridge needs it.
///
/// Thread-safe. *Memory ordering*: `kick` after a queue's `needs_pump` became true; the thread,
/// once woken, sees it so.
class bridge_service {
 public:
  bridge_service() = default;
  bridge_service(bridge_service const&) = delete;
  bridge_service& operator=(bridge_service const&) = delete;
  /// Ends the thread.
  ~bridge_service();

  void add(std::shared_ptr<bridge> const& b);
  /// From its return on the thread does not touch the bridge.
  void remove(bridge const& b);

  /// A bridge needs pumping from now on.
  void kick() noexcept;
  /// What shards ring when they have published a reply to a bridge.
  [[nodiscard]] event& bell() noexcept { return bell_; }

 private:
  void run();
  bool pump_all(bool& needed) noexcept;

  std::mutex mutex_;
  std::vector<std::shared_ptr<bridge>> bridges_;  // guarded by mutex_
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> kicks_{0};
  event rest_;  // where it sleeps while no bridge needs it: no reply wakes it there
  event bell_;  // where it sleeps while one does
  std::thread thread_;
};

}  // namespace gyre
