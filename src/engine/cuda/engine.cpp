#include <gyre/engine/cuda/engine.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

#include <gyre/kernel/block/shared.hpp>

#include "buffers.hpp"
#include "layout.hpp"
#include "remote_device.hpp"
#include "resident.hpp"

namespace gyre {
namespace {

using cuda::device_facts;
using cuda::engine_state;
using cuda::residence;

/// A block's warps that are not workers.
constexpr std::uint32_t serving_warps = 1 + block::sources;
constexpr std::uint32_t warp_lanes = 32;
/// Worker warps of a block, where the options leave it to the engine.
constexpr std::uint32_t usual_workers = 4;
/// A shard's backlog, likewise.
constexpr std::uint64_t usual_backlog = std::uint64_t{256} << 10;
/// Actors of a shard, likewise.
constexpr std::uint64_t usual_actors_per_shard = 1024;
/// With a launch for each batch: what comes within so long belongs to it, and so long it lasts.
constexpr std::uint64_t batch_gap_ns = 20'000;
constexpr std::uint64_t batch_longest_ns = 10'000'000;
/// The engine's own stream, the first of each device: no kernel is on it, so it shows whether the
/// device has failed.
constexpr cuda::stream_id watch_stream = 0;

std::string named(device_facts const& d) {
  return d.name + ", compute capability " + std::to_string(d.major) + "." +
         std::to_string(d.minor) + ", " + std::to_string(d.multiprocessors) + " multiprocessors";
}

/// How kernels live on this device; `unsupported` if it cannot be as the options want it.
result<cuda_stay> settled_stay(cuda_options const& options, device_facts const& device) {
  if (device.cannot_stay.empty()) {
    return options.stay == cuda_stay::automatic ? cuda_stay::always : options.stay;
  }
  if (options.stay == cuda_stay::always || options.stay == cuda_stay::while_busy) {
    return fail(errc::unsupported, device.name + ": " + device.cannot_stay + "; cuda.stay is " +
                                       std::string(to_string(options.stay)) +
                                       ", possible here: per_batch");
  }
  return cuda_stay::per_batch;
}

std::string told_of(cuda_stay stay, device_facts const& device) {
  switch (stay) {
    case cuda_stay::while_busy: return "; kernels leave when idle";
    case cuda_stay::per_batch:
      return "; a launch for each batch" +
             (device.cannot_stay.empty() ? "" : ": " + device.cannot_stay);
    default: return {};
  }
}

class cuda_engine final : public engine {
 public:
  explicit cuda_engine(std::shared_ptr<engine_state> state) : state_(std::move(state)) {}

  engine_report report() const override {
    engine_report r;
    r.kind = engine_kind::cuda;
    r.built = r.found = true;
    r.detail = named(facts()) + told_of(state_->stay, facts());
    r.worker_pid = state_->on->pid();
    if (r.worker_pid != 0) r.detail += "; by a worker process";
    if (state_->mapped != nullptr) r.detail += "; inboxes in device memory";
    r.greatest_shards = greatest_shards();
    r.greatest_lanes = block::greatest_workers * warp_lanes;
    return r;
  }

  result<launch_options> settle(launch_options options) const override {
    std::uint32_t const most = greatest_shards();
    if (options.shards == 0) {
      std::uint64_t const wanted =
          (options.actors + usual_actors_per_shard - 1) / usual_actors_per_shard;
      options.shards = static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, most));
    }
    if (options.lanes == 0) options.lanes = usual_workers * warp_lanes;
    if (options.rest_after.count() > 0 && state_->stay != cuda_stay::always) {
      return fail(errc::unsupported,
                  "rest_after is set: where kernels leave the device (cuda.stay is " +
                      std::string(to_string(state_->stay)) +
                      "), nobody looks for idle actors; rest_after 0 puts them to rest for want of "
                      "room");
    }
    if (options.backlog_bytes == 0) options.backlog_bytes = usual_backlog;
    if (options.shards > most) return refuse("shards", options.shards, "1 to " + text(most));
    if (options.shards > options.actors) {
      return refuse("shards", options.shards,
                    "at most the number of actors, " + text(options.actors));
    }
    if (options.lanes % warp_lanes != 0 || options.lanes > block::greatest_workers * warp_lanes) {
      return refuse("lanes", options.lanes,
                    "multiples of 32 up to " + text(block::greatest_workers * warp_lanes));
    }
    if (!options.pin.empty()) {
      return fail(errc::invalid_option, "pin is for the cpu engine; the engine is cuda");
    }
    return options;
  }

  ring_format format() const noexcept override {
    return state_->mapped != nullptr ? ring_format::tag8_combined : ring_format::tag8;
  }

  result<std::unique_ptr<buffer_memory>> make_buffer_memory(buffer_table host) override {
    return cuda::make_device_buffers(
        {state_->on, state_->kernels, [s = state_] { return s->now(); }}, host);
  }

  result<void> prepare() override {
    std::scoped_lock const lock(state_->mutex);
    if (state_->on->look(watch_stream).what == cuda::presence::failed) {
      if (auto r = state_->on->revive(); !r) return r;
    }
    if (state_->on->generation() != state_->generation) state_->take_device_memory();
    return {};
  }

  std::uint64_t available_memory() const override {
    auto const memory = state_->now();
    return memory.host->free_bytes() + memory.device->free_bytes() +
           (memory.mapped != nullptr ? memory.mapped->free_bytes() : 0);
  }

  std::uint64_t bytes_beside(kernel_image const& image, launch_options const& options,
                             ring_geometry const& inbox) const override {
    return cuda::layout_bytes(image, options, inbox);
  }

  result<memory_block> allocate(std::uint64_t bytes) override {
    return zeroed(*state_->now().host, bytes, "pinned host memory (cuda.host_bytes)");
  }

  result<memory_block> allocate_inboxes(std::uint64_t bytes) override {
    auto const memory = state_->now();
    if (memory.mapped == nullptr) return allocate(bytes);
    return zeroed(*memory.mapped, bytes, "mapped device memory (half of cuda.device_bytes)");
  }

  result<std::unique_ptr<resident_kernel>> start(kernel_image const& image,
                                                 kernel_view const& kernel,
                                                 launch_options const& options,
                                                 kernel_listener& listener) override {
    auto where = std::make_shared<residence>(state_->on, kernel, listener);
    where->actor = std::string(image.name);
    where->threads = serving_warps * warp_lanes + options.lanes;
    auto const memory = state_->now();
    where->trays = memory.host;
    if (state_->stay == cuda_stay::while_busy) {
      where->leave_after_ns = static_cast<std::uint64_t>(state_->options.idle_exit.count());
    } else if (state_->stay == cuda_stay::per_batch) {
      where->leave_after_ns = batch_gap_ns;
      where->longest_stay_ns = batch_longest_ns;
    }
    if (where->leaves()) {
      for (std::uint32_t i = 0; i < kernel.shard_count; ++i) {
        kernel.shards[i].bell = &state_->kernels->bell();
      }
    }
    if (auto r = take_multiprocessors(kernel.shard_count); !r) {
      return tl::unexpected<error>(std::move(r.error()));
    }
    auto r = state_->on->load(where->actor);
    if (r) r = bring_there(image, options, memory, *where);
    if (!r) {
      std::scoped_lock const lock(state_->mutex);
      state_->multiprocessors_taken -= kernel.shard_count;
      return tl::unexpected<error>(std::move(r.error()));
    }
    state_->kernels->add(where);
    return cuda::make_resident(std::move(where), state_);
  }

 private:
  static std::string text(std::uint64_t n) { return std::to_string(n); }
  static tl::unexpected<error> refuse(char const* option, std::uint64_t value,
                                      std::string const& allowed) {
    return fail(errc::invalid_option, std::string(option) + " is " + text(value) +
                                          ", allowed on the cuda engine: " + allowed);
  }
  static result<memory_block> zeroed(arena& of, std::uint64_t bytes, char const* what) {
    auto block = of.allocate(bytes);
    if (block) {
      std::memset(block->data(), 0, block->bytes());
    } else {
      block.error().context = std::string(what) + ": " + block.error().context;
    }
    return block;
  }
  [[nodiscard]] device_facts const& facts() const noexcept { return state_->on->facts(); }
  [[nodiscard]] std::uint32_t greatest_shards() const noexcept {
    std::uint32_t const reserved = state_->options.reserved_multiprocessors;
    std::uint32_t const all = facts().multiprocessors;
    return all > reserved ? all - reserved : 1;
  }

  /// A block has a multiprocessor to itself.
  result<void> take_multiprocessors(std::uint32_t wanted) {
    std::scoped_lock const lock(state_->mutex);
    std::uint32_t const left = greatest_shards() - state_->multiprocessors_taken;
    if (wanted > left) {
      return fail(errc::engine_failed, text(wanted) + " shards wanted, multiprocessors free: " +
                                           text(left) + " of " + text(greatest_shards()));
    }
    state_->multiprocessors_taken += wanted;
    return {};
  }

  /// Lays the kernel out and launches it.
  result<void> bring_there(kernel_image const& image, launch_options const& options,
                           cuda::memories const& memory, residence& where) {
    auto stream = state_->on->open_stream();
    if (!stream) return tl::unexpected<error>(std::move(stream.error()));
    where.stream = *stream;
    auto r = cuda::lay_out(image, options, memory, where);
    if (r) r = where.launch();
    if (!r) state_->on->close_stream(where.stream);
    return r;
  }

  std::shared_ptr<engine_state> state_;
};

result<void> check(cuda_options const& options) {
  constexpr std::uint64_t least = std::uint64_t{1} << 20;
  if (options.host_bytes < least || options.device_bytes < least) {
    return fail(errc::invalid_option, "cuda.host_bytes is " + std::to_string(options.host_bytes) +
                                          ", cuda.device_bytes " +
                                          std::to_string(options.device_bytes) +
                                          ", allowed: " + std::to_string(least) + " and more");
  }
  if (options.idle_exit.count() <= 0) {
    return fail(errc::invalid_option, "cuda.idle_exit is " +
                                          std::to_string(options.idle_exit.count()) +
                                          " ns, allowed: more than zero");
  }
  if (options.placement == cuda_placement::device && options.worker_process) {
    return fail(errc::invalid_option,
                "cuda.placement device with cuda.worker_process: the mapping is one process's");
  }
  return {};
}

}  // namespace

engine_report report_on_cuda() {
  engine_report r;
  r.kind = engine_kind::cuda;
  r.built = true;
  auto const device = cuda::inspect(0);
  if (!device) {
    r.detail = device.error().context;
    return r;
  }
  r.found = true;
  r.detail = named(*device);
  if (auto const stay = settled_stay({}, *device)) r.detail += told_of(*stay, *device);
  r.greatest_shards = device->multiprocessors;
  r.greatest_lanes = block::greatest_workers * warp_lanes;
  return r;
}

result<std::shared_ptr<engine>> make_cuda_engine(cuda_options const& options) {
  if (auto r = check(options); !r) return tl::unexpected<error>(std::move(r.error()));
  auto device =
      options.worker_process
          ? cuda::make_remote_device(options.device, options.host_bytes, options.device_bytes)
          : cuda::make_local_device(options.device, {nullptr, options.host_bytes},
                                    options.device_bytes);
  if (!device) return tl::unexpected<error>(std::move(device.error()));
  auto stay = settled_stay(options, (*device)->facts());
  if (!stay) return tl::unexpected<error>(std::move(stay.error()));
  auto state = std::make_shared<engine_state>();
  state->options = options;
  state->stay = *stay;
  state->on = std::move(*device);
  auto const host = state->on->host_memory();
  state->memory.host = std::make_shared<arena>(host.data(), host.size(), &cuda::keep);
  state->take_device_memory();
  if (options.placement == cuda_placement::device) {
    auto mapped = cuda::map_by_gdrcopy(options.device_bytes / 2);
    if (!mapped) return tl::unexpected<error>(std::move(mapped.error()));
    state->mapped = std::move(*mapped);
    state->memory.mapped_on_host = state->mapped->on_host();
    state->memory.mapped_on_device = state->mapped->on_device();
    state->memory.mapped =
        std::make_shared<arena>(state->mapped->on_host(), state->mapped->bytes(), &cuda::keep);
  }
  // `watch_stream`.
  if (auto r = state->on->open_stream(); !r) return tl::unexpected<error>(std::move(r.error()));
  return std::make_shared<cuda_engine>(std::move(state));
}

}  // namespace gyre
