#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include <gyre/kernel/block/letters.hpp>

#include "layout.hpp"

namespace gyre::cuda {
namespace {

constexpr std::uint64_t scratch_slack = 2 * sizeof(envelope);
/// Bytes that go through the host's memory at once on their way to the device.
constexpr std::uint64_t tray_bytes = std::uint64_t{64} << 10;

std::uint64_t greatest_payload(kernel_image const& image) {
  std::uint64_t greatest =
      std::max<std::uint64_t>(sizeof(failure_reply), image.keyed ? image.state_bytes : 0);
  for (auto const& m : image.messages) {
    greatest = std::max<std::uint64_t>(
        {greatest, m.greatest,
         m.wire_greatest < limits::greatest_payload ? m.wire_greatest : m.greatest,
         m.reply_greatest});
  }
  return greatest + greatest_prefix;
}

/// As large as the option says, or the next smaller power of two.
ring_geometry backlog_of(launch_options const& options) {
  return ring_geometry::of(std::bit_floor(options.backlog_bytes / line_bytes), line_bytes);
}

/// Takes blocks of memory one after another, and fills them.
class device_writer {
 public:
  device_writer(memories const& from, residence& where) : from_(from), where_(where) {
    auto block = from.host->allocate(tray_bytes);
    if (block) {
      tray_ = std::move(*block);
    } else {
      refuse(std::move(block.error()), "pinned host memory (cuda.host_bytes)");
    }
  }

  /// Zeroed memory of the device, or null: `finish` then says why.
  std::byte* zeroed(std::uint64_t bytes) {
    std::byte* const at = take(*from_.device, bytes, "device memory (cuda.device_bytes)");
    if (failure_) failure_ = where_.on->clear(where_.stream, at, bytes);
    return at;
  }
  /// For a message of at most `greatest` bytes after its envelope: at 8 modulo 16, so that the
  /// message is aligned to 16. Null as above.
  std::byte* scratch(std::uint64_t greatest) {
    std::byte* const at = zeroed(greatest + scratch_slack);
    return at == nullptr ? nullptr : at + 8;
  }
  template <class T>
  T* zeroed_one() {
    return reinterpret_cast<T*>(zeroed(sizeof(T)));
  }
  /// A copy of `count` values on the device. Null as above.
  template <class T>
  T* copy(T const* values, std::uint64_t count) {
    std::uint64_t const bytes = count * sizeof(T);
    std::byte* const at =
        take(*from_.device, std::max<std::uint64_t>(bytes, 1), "device memory (cuda.device_bytes)");
    auto const* const source = reinterpret_cast<std::byte const*>(values);
    for (std::uint64_t done = 0; failure_ && done < bytes; done += tray_bytes) {
      std::uint64_t const n = std::min(bytes - done, tray_bytes);
      std::memcpy(tray_.data(), source + done, n);
      failure_ = where_.on->copy_in(where_.stream, at + done, tray_.data(), n);
    }
    return reinterpret_cast<T*>(at);
  }
  /// Zeroed memory of the host, or null as above.
  std::byte* of_host(std::uint64_t bytes) {
    std::byte* const at = take(*from_.host, bytes, "pinned host memory (cuda.host_bytes)");
    if (failure_) std::memset(at, 0, bytes);
    return at;
  }
  result<void> finish() { return std::move(failure_); }

 private:
  std::byte* take(arena& of, std::uint64_t bytes, char const* what) {
    if (!failure_) return nullptr;
    auto block = of.allocate(bytes);
    if (!block) {
      refuse(std::move(block.error()), what);
      return nullptr;
    }
    where_.memory.push_back(std::move(*block));
    return where_.memory.back().data();
  }
  void refuse(error e, char const* what) {
    failure_ = fail(errc::no_memory, std::string(what) + ": " + e.context);
  }

  memories const& from_;
  residence& where_;
  memory_block tray_;
  result<void> failure_{};
};

/// Empty tables of subscriptions for a shard's workers.
topics_view* make_topics(device_writer& device, launch_options const& options) {
  std::vector<topics_view> made;
  for (std::uint32_t home = 0; home < options.lanes / 32; ++home) {
    std::byte* const at =
        device.zeroed(std::max<std::uint64_t>(topics_bytes(options.subscriptions), 1));
    if (at == nullptr) return nullptr;
    made.push_back(lay_out_topics(at, options.subscriptions));
  }
  return device.copy(made.data(), made.size());
}

/// Empty tables for a shard's keyed actors, like those that the host laid out.
directory_view* copy_directories(device_writer& device, directory_view const* like,
                                 launch_options const& options) {
  std::vector<directory_view> made;
  for (std::uint32_t home = 0; home < options.lanes / 32; ++home) {
    std::uint64_t const rows = like[home].capacity;
    std::byte* const at = device.zeroed(directory_bytes(rows));
    if (at == nullptr) return nullptr;
    made.push_back(lay_out_directory(at, rows, like[home].first));
  }
  return device.copy(made.data(), made.size());
}

/// Puts there what other kernels' blocks see of this one, in memory of its own: it stays for as
/// long as any of them may look.
void show_to_others(device_writer& device, kernel_view const& kernel, residence& where) {
  auto const first = static_cast<std::ptrdiff_t>(where.memory.size());
  std::vector<block::door> doors(where.blocks.size());
  for (std::size_t i = 0; i < doors.size(); ++i) doors[i].tells = where.blocks[i].tells;
  block::far_kernel far{kernel, device.copy(doors.data(), doors.size())};
  for (std::size_t i = 0; i < doors.size(); ++i) where.blocks[i].door = far.doors + i;
  auto shown = std::make_shared<seen_from_afar>();
  shown->at = device.copy(&far, 1);
  auto const begin = where.memory.begin() + first;
  std::move(begin, where.memory.end(), std::back_inserter(shown->memory));
  where.memory.erase(begin, where.memory.end());
  where.shown = std::move(shown);
}

}  // namespace

std::uint64_t layout_bytes(kernel_image const& image, launch_options const& options,
                           ring_geometry const& inbox) {
  std::uint64_t const greatest = greatest_payload(image);
  std::uint64_t const each =
      inbox.bytes() + 2 * backlog_of(options).bytes() + 3 * sizeof(ring_words<>) +
      sizeof(block::door) + 2 * (greatest + scratch_slack) +
      blocks_view::row_for(greatest) * options.lanes * block::rows_per_lane + sizeof(shard_view) +
      sizeof(block_view) + sizeof(block::rest) + sizeof(block::letter_box);
  // Keyed actors' places, and tables, are the plan's to count.
  std::uint64_t const places = image.keyed ? 0 : options.actors;
  return options.shards * each + places * image.state_bytes +
         options.ports * (sizeof(port_view) + sizeof(std::uint64_t)) + sizeof(blocks_view) +
         sizeof(block::far_kernel) + greatest_links * sizeof(block::known_link) +
         sizeof(std::uint32_t);
}

result<void> lay_out(kernel_image const& image, launch_options const& options, memories const& from,
                     residence& where) {
  kernel_view const& host = where.host;
  std::uint64_t const greatest = greatest_payload(image);
  device_writer device(from, where);
  blocks_view view;
  view.kernel = host;
  view.kernel.wall_offset_ns = 0;  // the device's clock is not the host's: stamps follow messages
  view.workers = options.lanes / 32;
  view.row_bytes = blocks_view::row_for(greatest);
  view.leave_after_ns = where.leave_after_ns;
  view.longest_stay_ns = where.longest_stay_ns;

  std::vector<shard_view> shards(host.shards, host.shards + host.shard_count);
  where.blocks.resize(host.shard_count);
  for (std::uint32_t i = 0; i < host.shard_count; ++i) {
    shard_view& s = shards[i];
    block_view& b = where.blocks[i];
    s.inbox.slots = from.on_device(s.inbox.slots);
    if (image.keyed) {
      s.actors = device.zeroed(s.actor_count * image.state_bytes);
      s.directories = copy_directories(device, s.directories, options);
    } else {
      s.actors =
          device.copy(static_cast<std::byte const*>(s.actors), s.actor_count * image.state_bytes);
    }
    s.topics = make_topics(device, options);
    s.scratch = device.scratch(greatest);
    s.scratch_bytes = greatest + sizeof(envelope);
    s.bell = nullptr;
    b.tells.geometry = s.inbox.geometry;
    b.tells.slots = device.zeroed(b.tells.geometry.bytes());
    b.tells.words = device.zeroed_one<ring_words<>>();
    b.backlog.geometry = backlog_of(options);
    b.backlog.slots = device.zeroed(b.backlog.geometry.bytes());
    b.backlog.words = device.zeroed_one<ring_words<>>();
    b.far_backlog.geometry = b.backlog.geometry;
    b.far_backlog.slots = device.zeroed(b.far_backlog.geometry.bytes());
    b.far_backlog.words = device.zeroed_one<ring_words<>>();
    b.tell_scratch = device.scratch(greatest);
    b.rows = device.zeroed(view.row_bytes * options.lanes * block::rows_per_lane);
    b.rest = device.zeroed_one<block::rest>();
    b.letters = reinterpret_cast<block::letter_box*>(device.of_host(sizeof(block::letter_box)));
  }
  if (host.rest.wanted()) {
    view.kernel.rest.bell = nullptr;
    view.kernel.rest.reserved =
        reinterpret_cast<platform::atomic<std::uint64_t>*>(device.zeroed(sizeof(std::uint64_t)));
  }
  view.kernel.shards = device.copy(shards.data(), shards.size());
  view.kernel.ports = device.copy(host.ports, host.port_count);
  // A kernel that leaves the device would have to be called back for what others send it.
  if (!where.leaves()) {
    view.known_links = reinterpret_cast<block::known_link*>(
        device.zeroed(greatest_links * sizeof(block::known_link)));
    show_to_others(device, view.kernel, where);
  }
  view.blocks = device.copy(where.blocks.data(), where.blocks.size());
  view.reply_positions = reinterpret_cast<platform::atomic<std::uint64_t>*>(
      device.zeroed(host.port_count * sizeof(std::uint64_t)));
  if (where.leaves()) {
    where.votes = device.zeroed(sizeof(std::uint32_t));
    view.idle_blocks = reinterpret_cast<platform::atomic<std::uint32_t>*>(where.votes);
  }
  where.view = device.copy(&view, 1);
  return device.finish();
}

}  // namespace gyre::cuda
