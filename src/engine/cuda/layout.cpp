#include <algorithm>
#include <utility>
#include <vector>

#include <cuda_runtime.h>

#include "layout.hpp"

namespace gyre::cuda {
namespace {

constexpr std::uint64_t scratch_slack = 2 * sizeof(envelope);

std::uint64_t greatest_payload(kernel_image const& image) {
  std::uint64_t greatest = sizeof(failure_reply);
  for (auto const& m : image.messages) {
    greatest = std::max<std::uint64_t>(
        {greatest, m.greatest,
         m.wire_greatest < limits::greatest_payload ? m.wire_greatest : m.greatest,
         m.reply_greatest});
  }
  return greatest;
}

/// Takes blocks of device memory one after another, and fills them by the kernel's stream.
class device_writer {
 public:
  device_writer(arena& memory, residence& where) : memory_(memory), where_(where) {}

  /// Zeroed memory, or null: `failure()` then says why.
  std::byte* zeroed(std::uint64_t bytes) {
    std::byte* const at = take(bytes);
    if (at != nullptr) note(cudaMemsetAsync(at, 0, bytes, where_.stream), "clearing device memory");
    return at;
  }
  /// For a message of at most `greatest` bytes after its envelope: at 8 modulo 16, so that the
  /// message is aligned to 16. Null as above.
  std::byte* scratch(std::uint64_t greatest) {
    std::byte* const at = zeroed(greatest + scratch_slack);
    return at == nullptr ? nullptr : at + 8;
  }
  /// A copy of `count` values. The source must live until `finish`.
  template <class T>
  T* copy(T const* from, std::uint64_t count) {
    std::byte* const at = take(std::max<std::uint64_t>(count * sizeof(T), 1));
    if (at != nullptr && count != 0) {
      note(cudaMemcpyAsync(at, from, count * sizeof(T), cudaMemcpyHostToDevice, where_.stream),
           "filling device memory");
    }
    return reinterpret_cast<T*>(at);
  }
  /// Waits for all of it.
  result<void> finish() {
    note(cudaStreamSynchronize(where_.stream), "filling device memory");
    return std::move(failure_);
  }

 private:
  std::byte* take(std::uint64_t bytes) {
    if (!failure_) return nullptr;
    auto block = memory_.allocate(bytes);
    if (!block) {
      failure_ =
          fail(errc::no_memory, "device memory (cuda.device_bytes): " + block.error().context);
      return nullptr;
    }
    where_.memory.push_back(std::move(*block));
    return where_.memory.back().data();
  }
  void note(cudaError_t status, char const* what) {
    if (failure_) failure_ = check(status, what);
  }

  arena& memory_;
  residence& where_;
  result<void> failure_{};
};

}  // namespace

std::uint64_t device_bytes(kernel_image const& image, launch_options const& options,
                           ring_geometry const& inbox) {
  std::uint64_t const greatest = greatest_payload(image);
  std::uint64_t const each = inbox.bytes() + sizeof(ring_words<>) + 2 * (greatest + scratch_slack) +
                             blocks_view::row_for(greatest) * options.lanes + sizeof(shard_view) +
                             sizeof(block_view);
  return options.shards * each + options.actors * image.state_bytes +
         options.ports * (sizeof(port_view) + sizeof(std::uint64_t)) + sizeof(blocks_view);
}

result<blocks_view const*> lay_out(kernel_image const& image, launch_options const& options,
                                   arena& memory, residence& where) {
  kernel_view const& host = where.host;
  std::uint64_t const greatest = greatest_payload(image);
  device_writer device(memory, where);
  blocks_view view;
  view.kernel = host;
  view.kernel.wall_offset_ns = 0;  // the device's clock is not the host's: stamps follow messages
  view.workers = options.lanes / 32;
  view.row_bytes = blocks_view::row_for(greatest);

  std::vector<shard_view> shards(host.shards, host.shards + host.shard_count);
  where.blocks.resize(host.shard_count);
  for (std::uint32_t i = 0; i < host.shard_count; ++i) {
    shard_view& s = shards[i];
    block_view& b = where.blocks[i];
    s.actors =
        device.copy(static_cast<std::byte const*>(s.actors), s.actor_count * image.state_bytes);
    s.scratch = device.scratch(greatest);
    s.scratch_bytes = greatest + sizeof(envelope);
    s.bell = nullptr;
    b.tells.geometry = s.inbox.geometry;
    b.tells.slots = device.zeroed(b.tells.geometry.bytes());
    b.tells.words = reinterpret_cast<ring_words<>*>(device.zeroed(sizeof(ring_words<>)));
    b.tell_scratch = device.scratch(greatest);
    b.rows = device.zeroed(view.row_bytes * options.lanes);
  }
  view.kernel.shards = device.copy(shards.data(), shards.size());
  view.kernel.ports = device.copy(host.ports, host.port_count);
  view.blocks = device.copy(where.blocks.data(), where.blocks.size());
  view.reply_positions = reinterpret_cast<platform::atomic<std::uint64_t>*>(
      device.zeroed(host.port_count * sizeof(std::uint64_t)));
  // A device cannot pin: its read-modify-writes on the host's memory are none to the host.
  view.kernel.buffers = {};
  blocks_view const* const on_device = device.copy(&view, 1);
  if (auto r = device.finish(); !r) return tl::unexpected<error>(std::move(r.error()));
  return on_device;
}

}  // namespace gyre::cuda
