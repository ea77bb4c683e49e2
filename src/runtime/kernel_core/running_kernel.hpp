#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <gyre/bridge/bridge.hpp>
#include <gyre/bridge/service.hpp>
#include <gyre/core/chrono.hpp>
#include <gyre/core/dead_letter.hpp>
#include <gyre/core/event.hpp>
#include <gyre/engine/engine.hpp>
#include <gyre/engine/kernel_link.hpp>
#include <gyre/port/client_port.hpp>
#include <gyre/queue/registry.hpp>
#include <gyre/runtime/device_buffers.hpp>
#include <gyre/runtime/kernel_core.hpp>
#include <gyre/runtime/kernel_service.hpp>
#include <gyre/runtime/kernel_state.hpp>
#include <gyre/runtime/launch_plan.hpp>
#include <gyre/runtime/report.hpp>
#include <gyre/telemetry/snapshot.hpp>

#include "core/process.hpp"

namespace gyre {

/// What a kernel shares with its runtime and the runtime's other kernels. Outlives them all.
struct kernel_surroundings {
  std::shared_ptr<engine> where;
  engine_kind kind{};
  std::shared_ptr<device_buffers> buffers;
  std::shared_ptr<queue_registry> queues;
  std::shared_ptr<bridge_service> bridges;
  std::shared_ptr<dead_letter_box> dead_letters;
};

/// What is behind a `kernel_core`: a kernel's memory, its life cycle, its ports.
///
/// Thread-safe. `life_` is held through a life-cycle operation, `ports_mutex_` for the port table;
/// sends and replies take neither.
class running_kernel final : public kernel_core,
                             private kernel_listener,
                             public std::enable_shared_from_this<running_kernel> {
 public:
  /// Makes the kernel resident and inactive. Refused before anything is allocated where the options
  /// are wrong; and if something fails later, nothing is left behind. `options` are settled.
  [[nodiscard]] static result<std::shared_ptr<kernel_core>> launch(kernel_surroundings around,
                                                                   kernel_image const& image,
                                                                   std::string id,
                                                                   launch_options const& options,
                                                                   std::uint64_t launches);
  ~running_kernel() override;

  result<void> activate() override;
  result<void> deactivate(std::chrono::nanoseconds timeout) override;
  result<final_report> terminate(std::chrono::nanoseconds timeout) override;
  kernel_status status() const override;
  kernel_metrics metrics() const override;
  telemetry_snapshot telemetry() const override;
  void set_telemetry_enabled(bool enabled) noexcept override;
  void reset_telemetry() noexcept override;
  result<std::shared_ptr<client_port>> open_port(port_options const& options) override;
  result<client_port*> lease_port(port_options const& options) override;
  void close_port(std::uint16_t index) noexcept override;
  result<link_rows> link_to(std::shared_ptr<kernel_core> const& to) override;
  std::shared_ptr<named_queue> requests() const override;
  std::shared_ptr<named_queue> responses() const override;
  result<void> take_rested(std::chrono::nanoseconds timeout, full_key& key,
                           std::span<std::byte> state) override;

 private:
  using clock = std::chrono::steady_clock;

  /// In a forked child: the shards are threads of the parent. Everybody is told that it failed.
  static void forked(void* self) noexcept;
  [[nodiscard]] tl::unexpected<error> left_behind() const;

  running_kernel(kernel_surroundings around, kernel_image const& image, std::string id,
                 launch_options const& options, launch_plan const& plan, std::uint64_t launches);

  // Launching, step by step.
  result<void> allocate();
  result<void> make_topics();
  result<void> make_resting_place();
  result<memory_block> charged(std::uint64_t bytes);
  result<void> make_queues();
  result<void> start();
  void undo_launch() noexcept;

  // Terminating, step by step.
  bool drain(deadline until);
  void wait_for_visitors() noexcept;
  void wait_for_others() noexcept;
  [[nodiscard]] std::uint64_t told_from_afar() const noexcept;
  void unlink() noexcept;
  [[nodiscard]] bool quiet() const noexcept;
  [[nodiscard]] bool wait_for_posts() const noexcept;
  [[nodiscard]] std::uint64_t bury_inboxes();
  void release_memory() noexcept;
  result<final_report> finish(bool drained);
  result<final_report> stuck();

  [[nodiscard]] result<std::uint32_t> link_row(std::shared_ptr<running_kernel> const& other);
  result<kernel_service*> make_service(kernel_service_maker make) override;
  result<void> wait_for_rested(std::chrono::nanoseconds timeout, message_view& m);
  void merge_lost(telemetry_snapshot& out) const noexcept;
  [[nodiscard]] std::uint64_t inbox_depth() const noexcept;
  [[nodiscard]] static std::int64_t now_ns() noexcept;
  void stop_activity() noexcept;
  result<transition> check(kernel_operation operation) const;
  void command(kernel_command c) noexcept;

  // port_host
  void late_reply(envelope const& head) noexcept override;
  void lost(drop_reason reason) noexcept override;
  std::string explain(std::uint16_t port, std::uint64_t correlation, errc code) const override;
  bool is_inactive() const noexcept override;
  // kernel_listener
  void buried(drop_reason reason, envelope const& head) noexcept override;
  void buried_unseen(drop_reason reason, std::uint64_t n) noexcept override;
  void threw(envelope const& head, std::string_view what) noexcept override;
  void failed(std::string_view why) noexcept override;
  std::string_view kernel_id() const noexcept override { return id; }

  /// An exception's text, kept until its asker has asked for it or others push it out.
  struct thrown {
    std::uint16_t port = 0;
    std::uint64_t correlation = 0;
    std::string what;
  };
  /// A row of the port table.
  struct port_slot {
    std::unique_ptr<event> bell;  // made with the first port, and never replaced
    std::unique_ptr<client_port> port;
    bool leased = false;
  };

  [[nodiscard]] port_slot* choose_row(std::uint64_t window);
  void free_port_rings() noexcept;
  result<void> make_port(port_slot& row, client_port::sizes const& sizes);

  // Never changed after the launch.
  kernel_surroundings const around_;
  launch_plan const plan_;
  std::uint64_t const launches_;
  clock::time_point launched_{};
  std::shared_ptr<memory_account> const account_;

  // Memory, in the order in which it is made.
  memory_block control_block_;
  memory_block inbox_block_;
  memory_block state_block_;
  memory_block port_block_;  // reply rings, where all are made at the launch
  memory_block rest_block_;  // stays as long as this does: states may be taken after the end
  std::deque<event> bells_;
  memory_block topic_block_;
  std::vector<directory_view> directories_;
  std::vector<topics_view> topics_;
  std::unique_ptr<resident_kernel> resident_;
  std::shared_ptr<bridge> bridge_;

  // Guarded by life_.
  mutable std::mutex life_;
  final_report report_{};
  bool stuck_ = false;

  // Written with life_ held, read without: times in nanoseconds of `clock`.
  std::atomic<std::int64_t> active_before_{0};
  std::atomic<std::int64_t> active_since_{0};  // 0: not active
  std::atomic<std::int64_t> lived_{-1};        // -1: still alive

  /// Another kernel that this one's handlers reach.
  struct outgoing_link {
    std::weak_ptr<running_kernel> target;
    std::shared_ptr<kernel_link> way;
  };
  std::vector<outgoing_link> outgoing_;  // guarded by life_
  // Guarded by links_mutex_: kernels whose handlers reach this one, and what those sent that are
  // gone.
  mutable std::mutex links_mutex_;
  std::vector<std::shared_ptr<kernel_link>> incoming_;
  std::uint64_t told_by_others_ = 0;

  // Guarded by ports_mutex_.
  mutable std::mutex ports_mutex_;
  std::vector<port_slot> ports_;
  std::uint64_t sent_before_ = 0;  // by ports that are gone
  std::uint64_t received_before_ = 0;

  // Written with service_mutex_ held; service_, the base's, read without.
  std::mutex service_mutex_;
  std::shared_ptr<kernel_service> held_service_;

  // States of keyed actors at rest; guarded by rest_mutex_.
  std::mutex rest_mutex_;
  event rest_bell_;
  std::vector<std::byte> rest_gather_;
  any_reader rested_;

  // Guarded by notes_mutex_.
  mutable std::mutex notes_mutex_;
  std::deque<thrown> thrown_;
  std::string failure_;  ///< Why the device failed, if it has.

  // Dead letters that the host's side counted: late replies, failures on their way to a queue.
  std::array<std::atomic<std::uint64_t>, drop_reasons> lost_{};
  std::atomic<std::uint64_t> telemetry_epoch_{0};

  // What the counters said when telemetry was last reset; guarded by baseline_mutex_.
  mutable std::mutex baseline_mutex_;
  telemetry_snapshot baseline_{};

  // Written in a forked child, before anybody else runs there.
  bool forked_ = false;
  detail::fork_watch const fork_watch_{&running_kernel::forked, this};
};

}  // namespace gyre
