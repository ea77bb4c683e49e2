#include <gyre/engine/cpu/engine.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fstream>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <gyre/core/event.hpp>
#include <gyre/engine/cpu/environment.hpp>

#include "core/process.hpp"
#include "core/processors.hpp"
#include "core/thread.hpp"

namespace gyre {
namespace {

void release(void*, std::byte* data, std::uint64_t) noexcept {
  ::operator delete(data, std::align_val_t(cache_line));
}

/// What a kernel's threads share with its handle. The threads hold it too: one that does not leave
/// its handler keeps what it stands on.
struct shards_state {
  shards_state(kernel_image const& i, kernel_view const& k) : image(i), kernel(k) {}

  kernel_image const& image;
  kernel_view const kernel;
  /// Between shards: one ring for each, which the others write.
  std::vector<memory_block> slots;
  std::deque<ring_words<>> words;
  std::vector<ring_memory<>> tells;
  std::deque<cpu_environment> environments;
};

/// A shard's backlog, where the options leave it to the engine.
constexpr std::uint64_t usual_backlog = std::uint64_t{256} << 20;

class cpu_kernel final : public resident_kernel {
 public:
  explicit cpu_kernel(std::shared_ptr<shards_state> state) : state_(std::move(state)) {
    threads_.reserve(state_->kernel.shard_count);
  }
  ~cpu_kernel() override {
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.detach();
    }
  }

  void run(std::uint32_t shard, std::string_view kernel_id) {
    std::string const name = kernel_id.empty()
                                 ? "gyre-shard-" + std::to_string(shard)
                                 : detail::thread_name(kernel_id, std::to_string(shard));
    threads_.push_back(detail::start_thread(name, [state = state_, shard] {
      state->image.run_on_cpu(state->kernel, shard, state->environments[shard]);
    }));
  }

  /// False, with errno's text, if the core is not there.
  bool pin(std::uint32_t shard, int core, std::string& why) {
    int const r = detail::restrict_thread(threads_[shard].native_handle(), core);
    if (r != 0) why = std::strerror(r);
    return r == 0;
  }

  bool entered(std::uint32_t shard) const noexcept {
    return state_->kernel.shards[shard].words->phase.load(std::memory_order_acquire) !=
           shard_phase::starting;
  }

  std::uint64_t bury_tells() noexcept override {
    std::uint64_t n = 0;
    for (auto& environment : state_->environments) n += environment.bury_kept();
    return n;
  }

  std::shared_ptr<kernel_link> way_from(resident_kernel const& other,
                                        std::uint32_t shards) const override {
    if (dynamic_cast<cpu_kernel const*>(&other) == nullptr) return nullptr;
    return std::make_shared<thread_link>(state_->kernel, state_->tells, shards);
  }

  void wake() noexcept override {
    for (std::uint32_t i = 0; i < state_->kernel.shard_count; ++i) {
      static_cast<event*>(state_->kernel.shards[i].bell)->notify();
    }
  }

  bool join(deadline until) noexcept override {
    // In a forked child there are no such threads, and nobody will say that they have stopped.
    if (epoch_ != detail::process_epoch()) return false;
    auto const& kernel = state_->kernel;
    for (std::uint32_t i = 0; i < threads_.size(); ++i) {
      auto const& phase = kernel.shards[i].words->phase;
      backoff wait;
      while (phase.load(std::memory_order_acquire) != shard_phase::stopped) {
        if (wait.exhausted()) {
          if (until.expired()) return false;
          std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
        wait.step();
      }
      if (threads_[i].joinable()) threads_[i].join();
    }
    return true;
  }

 private:
  std::shared_ptr<shards_state> state_;
  std::vector<std::thread> threads_;
  std::uint32_t const epoch_ = detail::process_epoch();
};

class cpu_engine final : public engine {
 public:
  engine_report report() const override {
    engine_report out;
    out.kind = engine_kind::cpu;
    out.built = true;
    out.found = true;
    out.greatest_shards = cpu_greatest_shards;
    out.greatest_lanes = 1;
    unsigned const cores = detail::usable_cores();
    out.detail = std::to_string(cores) + (cores == 1 ? " core" : " cores");
    if (auto const quota = detail::cpu_quota()) {
      std::array<char, 64> text{};
      std::snprintf(text.data(), text.size(), ", a quota of %.2f cores' time", *quota);
      out.detail += text.data();
    }
    return out;
  }

  result<launch_options> settle(launch_options options) const override {
    if (options.shards == 0) options.shards = 1;
    if (options.lanes == 0) options.lanes = 1;
    if (options.backlog_bytes == 0) options.backlog_bytes = usual_backlog;
    if (options.shards > cpu_greatest_shards) {
      return fail(errc::invalid_option, "shards is " + std::to_string(options.shards) +
                                            ", allowed on the cpu engine: 1 to " +
                                            std::to_string(cpu_greatest_shards));
    }
    if (options.shards > options.actors) {
      return fail(errc::invalid_option, "shards is " + std::to_string(options.shards) +
                                            ", allowed: at most the number of actors, " +
                                            std::to_string(options.actors));
    }
    if (options.lanes != 1) {
      return fail(errc::invalid_option,
                  "lanes is " + std::to_string(options.lanes) + ", allowed on the cpu engine: 1");
    }
    if (options.pin.empty()) return options;
    auto const allowed = detail::allowed_cores();
    for (int core : options.pin) {
      if (std::find(allowed.begin(), allowed.end(), core) == allowed.end()) {
        return fail(errc::invalid_option, "pin names core " + std::to_string(core) +
                                              ", allowed: the cores of this thread, " +
                                              detail::list_of(allowed));
      }
    }
    return options;
  }

  ring_format format() const noexcept override { return ring_format::commit; }

  std::uint64_t available_memory() const override {
    // The kernel's own estimate: what can be had without swapping (proc(5), since Linux 3.14).
    std::ifstream info("/proc/meminfo");
    std::string name;
    std::uint64_t kib = 0;
    std::string unit;
    while (info >> name >> kib >> unit) {
      if (name == "MemAvailable:") return kib * 1024;
      if (unit != "kB") break;
    }
    return UINT64_MAX;  // not known: the allocation will tell
  }

  result<memory_block> allocate(std::uint64_t bytes) override {
    // Linux promises more than it has, and kills whoever takes it at its word.
    constexpr std::uint64_t worth_a_look = 64 << 20;
    if (bytes >= worth_a_look && bytes > available_memory()) {
      return fail(errc::no_memory, std::to_string(bytes) + " bytes wanted, available: " +
                                       std::to_string(available_memory()));
    }
    void* const data =
        ::operator new(bytes == 0 ? 1 : bytes, std::align_val_t(cache_line), std::nothrow);
    if (data == nullptr) {
      return fail(errc::no_memory, std::to_string(bytes) + " bytes could not be allocated");
    }
    std::memset(data, 0, bytes);
    return memory_block(static_cast<std::byte*>(data), bytes, &release);
  }

  result<std::unique_ptr<resident_kernel>> start(kernel_image const& image,
                                                 kernel_view const& kernel,
                                                 launch_options const& options,
                                                 kernel_listener& listener) override {
    auto state = std::make_shared<shards_state>(image, kernel);
    if (auto r = connect(*state); !r) return tl::unexpected<error>(std::move(r.error()));
    std::size_t scratch = 0;
    for (auto const& m : image.messages) scratch = std::max({scratch, m.usual, m.reply_usual});
    auto const spin = spin_of(options, kernel.shard_count);
    for (std::uint32_t i = 0; i < kernel.shard_count; ++i) {
      shard_view const& shard = kernel.shards[i];
      state->environments.emplace_back(cpu_environment::parts{
          *static_cast<event*>(shard.bell), spin, scratch, shard.scratch_bytes,
          options.backlog_bytes, state->tells, i, listener});
    }
    auto resident = std::make_unique<cpu_kernel>(state);
    std::string why;
    bool started = true;
    for (std::uint32_t i = 0; i < kernel.shard_count && started; ++i) {
      try {
        resident->run(i, listener.kernel_id());
      } catch (std::system_error const& e) {
        why = "thread " + std::to_string(i) + " of " + std::to_string(kernel.shard_count) +
              " could not be started: " + e.what();
        started = false;
        break;
      }
      if (options.pin.empty()) continue;
      int const core = options.pin[i % options.pin.size()];
      started = resident->pin(i, core, why);
      if (!started) why = "shard " + std::to_string(i) + " could not be pinned: " + why;
    }
    if (!started) {
      kernel.control->command.store(kernel_command::stop, std::memory_order_release);
      resident->wake();
      if (!resident->join(deadline(std::chrono::seconds(5)))) why += "; and did not stop";
      return fail(errc::engine_failed, why);
    }
    for (std::uint32_t i = 0; i < kernel.shard_count; ++i) {
      while (!resident->entered(i)) std::this_thread::yield();
    }
    return resident;
  }

  std::uint64_t bytes_beside(kernel_image const& image, launch_options const& options,
                             ring_geometry const& inbox) const override {
    return options.shards *
           (tells_geometry(image, options.shards, inbox).bytes() + sizeof(ring_words<>));
  }

 private:
  /// Under a quota of less than a core for each shard and one for who asks, polling takes the time
  /// that handlers need, and the system then stops all threads for the rest of its period. So a
  /// shard polls no longer there than parking and waking take.
  static std::chrono::nanoseconds spin_of(launch_options const& options, std::uint32_t shards) {
    constexpr std::chrono::nanoseconds frugal = std::chrono::microseconds(20);
    if (options.spin <= frugal) return options.spin;
    auto const quota = detail::cpu_quota();
    return quota && *quota < shards + 1.0 ? frugal : options.spin;
  }

  /// A ring for what others' handlers tell a shard is as large as an inbox; if the others are those
  /// of other kernels alone, it has room for two of the greatest messages, or 64 slots.
  static ring_geometry tells_geometry(kernel_image const& image, std::uint32_t shards,
                                      ring_geometry const& inbox) {
    if (shards > 1) return inbox;
    std::size_t greatest = 0;
    for (auto const& m : image.messages) greatest = std::max(greatest, m.greatest);
    std::uint64_t const each =
        ring_geometry::slots_for(greatest + greatest_prefix, cpu_codec::payload(inbox.stride));
    return ring_geometry::of(std::min(inbox.slots, std::max<std::uint64_t>(64, 2 * each)),
                             inbox.stride);
  }

  /// Makes the rings between shards.
  result<void> connect(shards_state& state) {
    kernel_view const& kernel = state.kernel;
    state.tells.resize(kernel.shard_count);
    for (std::uint32_t i = 0; i < kernel.shard_count; ++i) {
      ring_memory<>& ring = state.tells[i];
      ring.geometry =
          tells_geometry(state.image, kernel.shard_count, kernel.shards[i].inbox.geometry);
      auto block = allocate(ring.geometry.bytes());
      if (!block) return tl::unexpected<error>(std::move(block.error()));
      ring.slots = block->data();
      ring.words = &state.words.emplace_back();
      state.slots.push_back(std::move(*block));
      initialise(ring_format::commit, ring);
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<engine> make_cpu_engine() { return std::make_unique<cpu_engine>(); }

}  // namespace gyre
