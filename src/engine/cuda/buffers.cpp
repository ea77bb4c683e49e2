#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

#include "buffers.hpp"

namespace gyre::cuda {
namespace {

/// Bytes that go through pinned memory at once.
constexpr std::uint64_t tray_bytes = std::uint64_t{1} << 20;
constexpr std::uint64_t least_tray_bytes = std::uint64_t{16} << 10;

class device_buffer_memory final : public buffer_memory {
 public:
  device_buffer_memory(buffer_surroundings around, buffer_table host)
      : around_(std::move(around)), host_(host) {}
  ~device_buffer_memory() override {
    if (open_ && generation_ == around_.on->generation()) around_.on->close_stream(stream_);
  }

  /// Takes a stream, a tray and the kernels' table, or takes them anew.
  result<void> settle() {
    generation_ = around_.on->generation();
    open_ = false;
    auto stream = around_.on->open_stream();
    if (!stream) return tl::unexpected<error>(std::move(stream.error()));
    stream_ = *stream;
    open_ = true;
    memories const from = around_.now();
    std::uint64_t const tray =
        std::max(least_tray_bytes, std::min(tray_bytes, from.host->bytes() / 16));
    if (auto r = take(*from.host, tray, tray_, "pinned host memory (cuda.host_bytes)"); !r) {
      return r;
    }
    std::uint64_t const bytes = std::uint64_t{host_.size} * sizeof(buffer_row);
    if (auto r = take(*from.device, bytes, rows_, "device memory (cuda.device_bytes)"); !r) {
      return r;
    }
    return around_.on->clear(stream_, rows_.data(), bytes);
  }

  buffer_table table() override {
    std::scoped_lock const lock(mutex_);
    if (!catch_up()) return {};
    buffer_table t = host_;
    t.rows = reinterpret_cast<buffer_row*>(rows_.data());
    t.pins = false;
    return t;
  }

  result<memory_block> allocate(std::uint64_t bytes) override {
    std::scoped_lock const lock(mutex_);
    if (auto r = catch_up(); !r) return tl::unexpected<error>(std::move(r.error()));
    memory_block made;
    auto r = take(*around_.now().device, bytes, made, "device memory (cuda.device_bytes)");
    if (r) r = around_.on->clear(stream_, made.data(), bytes);
    if (!r) return tl::unexpected<error>(std::move(r.error()));
    return made;
  }

  result<void> write(std::byte* to, std::span<std::byte const> from) override {
    std::scoped_lock const lock(mutex_);
    for (std::uint64_t done = 0; done < from.size(); done += tray_.bytes()) {
      std::uint64_t const n = std::min(from.size() - done, tray_.bytes());
      std::memcpy(tray_.data(), from.data() + done, n);
      if (auto r = around_.on->copy_in(stream_, to + done, tray_.data(), n); !r) return r;
    }
    return {};
  }
  result<void> read(std::span<std::byte> to, std::byte const* from) override {
    std::scoped_lock const lock(mutex_);
    for (std::uint64_t done = 0; done < to.size(); done += tray_.bytes()) {
      std::uint64_t const n = std::min(to.size() - done, tray_.bytes());
      if (auto r = around_.on->copy_out(stream_, tray_.data(), from + done, n); !r) return r;
      std::memcpy(to.data() + done, tray_.data(), n);
    }
    return {};
  }

  /// The address and the size go before the state of a buffer that begins to live, and are left as
  /// they are where it ends: a kernel that finds its state finds the rest.
  result<void> publish(std::uint32_t row) override {
    std::scoped_lock const lock(mutex_);
    if (generation_ != around_.on->generation()) {
      return fail(errc::engine_failed, "the device failed, and its buffers with it");
    }
    buffer_row const& host = host_.rows[row];
    auto* const to =
        reinterpret_cast<std::byte*>(&reinterpret_cast<buffer_row*>(rows_.data())[row]);
    struct {
      std::uint64_t state;
      std::byte* data;
      std::uint64_t bytes;
    } const now{host.state.load(std::memory_order_relaxed) >> 32 << 32,
                host.data.load(std::memory_order_relaxed),
                host.bytes.load(std::memory_order_relaxed)};
    static_assert(sizeof now == sizeof(buffer_row));
    std::memcpy(tray_.data(), &now, sizeof now);
    bool const live = (now.state >> 32 & 1U) != 0;
    if (live) {
      auto r = around_.on->copy_in(stream_, to + 8, tray_.data() + 8, sizeof now - 8);
      if (!r) return r;
    }
    return around_.on->copy_in(stream_, to, tray_.data(), 8);
  }

  std::uint64_t begin_grace() override { return around_.kernels->begin_grace(); }
  bool grace_over(std::uint64_t begun) override { return around_.kernels->grace_over(begun); }
  std::uint64_t generation() const noexcept override { return around_.on->generation(); }

 private:
  static result<void> take(arena& of, std::uint64_t bytes, memory_block& into, char const* what) {
    auto block = of.allocate(bytes);
    if (!block) return fail(errc::no_memory, std::string(what) + ": " + block.error().context);
    into = std::move(*block);
    return {};
  }
  /// After the device failed and came back: a table of its own there. With mutex_ held.
  result<void> catch_up() {
    return generation_ == around_.on->generation() ? result<void>{} : settle();
  }

  buffer_surroundings const around_;
  buffer_table const host_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  stream_id stream_ = 0;
  bool open_ = false;
  std::uint64_t generation_ = 0;
  memory_block tray_;
  memory_block rows_;
};

}  // namespace

result<std::unique_ptr<buffer_memory>> make_device_buffers(buffer_surroundings around,
                                                           buffer_table host) {
  auto made = std::make_unique<device_buffer_memory>(std::move(around), host);
  if (auto r = made->settle(); !r) return tl::unexpected<error>(std::move(r.error()));
  return made;
}

}  // namespace gyre::cuda
