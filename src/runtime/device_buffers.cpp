#include <gyre/runtime/device_buffers.hpp>

#include <atomic>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include <gyre/core/uuid.hpp>

namespace gyre {
namespace {

constexpr std::uint32_t greatest_capacity = (1U << 24) - 1;

std::uint8_t next_owner() noexcept {
  static std::atomic<std::uint8_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

std::uint32_t pins(std::uint64_t state) noexcept {
  return static_cast<std::uint32_t>(state & 0xFFFFFFFF);
}

}  // namespace

result<std::unique_ptr<device_buffers>> device_buffers::create(std::shared_ptr<engine> where,
                                                               std::uint32_t capacity) {
  if (capacity == 0 || capacity > greatest_capacity) {
    return fail(errc::invalid_option, "buffers is " + std::to_string(capacity) +
                                          ", allowed: 1 to " + std::to_string(greatest_capacity));
  }
  auto rows = where->allocate(std::uint64_t{capacity} * sizeof(buffer_row));
  if (!rows) return tl::unexpected<error>(std::move(rows.error()));
  return std::unique_ptr<device_buffers>(
      new device_buffers(std::move(where), std::move(*rows), capacity));
}

device_buffers::device_buffers(std::shared_ptr<engine> where, memory_block rows,
                               std::uint32_t capacity)
    : where_(std::move(where)), rows_(std::move(rows)) {
  table_.rows = reinterpret_cast<buffer_row*>(rows_.data());
  table_.size = capacity;
  table_.owner = next_owner();
  // Generations begin anywhere, so that a handle of another runtime that shares our 8 bits of owner
  // (there are 256) is stale here.
  std::uint64_t const first = hash_of(uuid::random()) >> 33 << 33;  // even: no buffer yet
  for (std::uint32_t i = 0; i < capacity; ++i) {
    new (&table_.rows[i]) buffer_row();
    table_.rows[i].state.store(first, std::memory_order_relaxed);
  }
  blocks_.resize(capacity);
  free_rows_.reserve(capacity);
  for (std::uint32_t i = capacity; i-- > 0;) free_rows_.push_back(i);
}

device_buffers::~device_buffers() = default;

tl::unexpected<error> device_buffers::too_many(std::uint64_t size, std::size_t each) {
  return fail(errc::no_memory, std::to_string(size) + " elements of " + std::to_string(each) +
                                   " bytes do not fit 64 bits");
}

tl::unexpected<error> device_buffers::refused(errc why, buffer_handle handle) {
  std::string const name = "buffer handle " + std::to_string(handle.word);
  switch (why) {
    case errc::stale_handle: return fail(why, name + ": its buffer was freed");
    case errc::foreign_handle: return fail(why, name + " belongs to another runtime");
    default: return fail(why, name + " names no buffer");
  }
}

result<buffer_handle> device_buffers::allocate_bytes(std::uint64_t bytes) {
  if (bytes == 0) return fail(errc::invalid_argument, "a buffer of 0 bytes, allowed: 1 or more");
  if (!where_->has_device_buffers()) {
    return fail(errc::unsupported, "device buffers on this engine: " + where_->report().detail);
  }
  auto block = where_->allocate(bytes);
  if (!block) return tl::unexpected<error>(std::move(block.error()));
  std::scoped_lock const lock(mutex_);
  reclaim();
  if (free_rows_.empty()) {
    return fail(errc::full, "all " + std::to_string(table_.size) +
                                " buffers of the runtime are in use (runtime option buffers)");
  }
  std::uint32_t const index = free_rows_.back();
  free_rows_.pop_back();
  buffer_row& row = table_.rows[index];
  row.data = block->data();
  row.bytes = bytes;
  std::uint64_t const state = row.state.load(std::memory_order_relaxed);
  auto const generation = static_cast<std::uint32_t>(state >> 32) + 1;  // odd: live
  row.state.store(std::uint64_t{generation} << 32, std::memory_order_release);
  blocks_[index] = std::move(*block);
  ++live_;
  bytes_ += bytes;
  return buffer_handle::of(index, table_.owner, generation);
}

result<void> device_buffers::write_bytes(buffer_handle to, std::uint64_t offset,
                                         std::span<std::byte const> from) {
  auto const view = pin_buffer<std::byte>(table_, to);
  if (!view) return refused(view.why(), to);
  if (offset > view.size() || from.size() > view.size() - offset) {
    return fail(errc::out_of_range, "writing " + std::to_string(from.size()) + " bytes at " +
                                        std::to_string(offset) + " of a buffer of " +
                                        std::to_string(view.size()) + " bytes");
  }
  if (!from.empty()) std::memcpy(view.data() + offset, from.data(), from.size());
  return {};
}

result<void> device_buffers::read_bytes(buffer_handle from, std::uint64_t offset,
                                        std::span<std::byte> to) const {
  auto const view = pin_buffer<std::byte>(table_, from);
  if (!view) return refused(view.why(), from);
  if (offset > view.size() || to.size() > view.size() - offset) {
    return fail(errc::out_of_range, "reading " + std::to_string(to.size()) + " bytes at " +
                                        std::to_string(offset) + " of a buffer of " +
                                        std::to_string(view.size()) + " bytes");
  }
  if (!to.empty()) std::memcpy(to.data(), view.data() + offset, to.size());
  return {};
}

result<std::uint64_t> device_buffers::bytes(buffer_handle handle) const {
  auto const view = pin_buffer<std::byte>(table_, handle);
  if (!view) return refused(view.why(), handle);
  return view.size();
}

result<void> device_buffers::free(buffer_handle handle) {
  std::scoped_lock const lock(mutex_);
  {
    auto const view = pin_buffer<std::byte>(table_, handle);  // our own pin, while we look
    if (!view) return refused(view.why(), handle);
    // The generation moves on to an even one; others' pins stay.
    table_.rows[handle.index()].state.fetch_add(std::uint64_t{1} << 32, std::memory_order_acq_rel);
    bytes_ -= view.size();
  }
  --live_;
  dying_rows_.push_back(handle.index());
  reclaim();
  return {};
}

/// Gives back what was freed and is no longer pinned. With the mutex held.
void device_buffers::reclaim() {
  std::erase_if(dying_rows_, [&](std::uint32_t index) {
    buffer_row& row = table_.rows[index];
    if (pins(row.state.load(std::memory_order_acquire)) != 0) return false;
    blocks_[index] = memory_block();
    row.data = nullptr;
    row.bytes = 0;
    free_rows_.push_back(index);
    return true;
  });
}

std::uint32_t device_buffers::count() const {
  std::scoped_lock const lock(mutex_);
  return live_;
}

std::uint64_t device_buffers::memory_bytes() const {
  std::scoped_lock const lock(mutex_);
  return bytes_;
}

}  // namespace gyre
