#include <gyre/runtime/device_buffers.hpp>

#include <atomic>
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
  std::unique_ptr<device_buffers> made(new device_buffers(std::move(where), capacity));
  auto memory = made->where_->make_buffer_memory(made->table_);
  if (!memory) return tl::unexpected<error>(std::move(memory.error()));
  made->memory_ = std::move(*memory);
  made->generation_ = made->memory_->generation();
  return made;
}

device_buffers::device_buffers(std::shared_ptr<engine> where, std::uint32_t capacity)
    : where_(std::move(where)), rows_(std::make_unique<buffer_row[]>(capacity)) {
  table_.rows = rows_.get();
  table_.size = capacity;
  table_.owner = next_owner();
  // Generations begin anywhere, so that a handle of another runtime that shares our 8 bits of owner
  // (there are 256) is stale here.
  std::uint64_t const first = hash_of(uuid::random()) >> 33 << 33;  // even: no buffer yet
  for (std::uint32_t i = 0; i < capacity; ++i) {
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
  std::scoped_lock const lock(mutex_);
  forget_lost();
  reclaim();
  auto block = memory_->allocate(bytes);
  if (!block) return tl::unexpected<error>(std::move(block.error()));
  if (free_rows_.empty()) {
    return fail(errc::full, "all " + std::to_string(table_.size) +
                                " buffers of the runtime are in use (runtime option buffers)");
  }
  std::uint32_t const index = free_rows_.back();
  free_rows_.pop_back();
  buffer_row& row = table_.rows[index];
  row.data.store(block->data(), std::memory_order_relaxed);
  row.bytes.store(bytes, std::memory_order_relaxed);
  std::uint64_t const state = row.state.load(std::memory_order_relaxed);
  auto const generation = static_cast<std::uint32_t>(state >> 32) + 1;  // odd: live
  row.state.store(std::uint64_t{generation} << 32, std::memory_order_release);
  blocks_[index] = std::move(*block);
  if (auto r = memory_->publish(index); !r) {
    row.state.store(std::uint64_t{generation + 1} << 32, std::memory_order_release);
    blocks_[index] = memory_block();
    free_rows_.push_back(index);
    return tl::unexpected<error>(std::move(r.error()));
  }
  ++live_;
  bytes_ += bytes;
  return buffer_handle::of(index, table_.owner, generation);
}

result<void> device_buffers::write_bytes(buffer_handle to, std::uint64_t offset,
                                         std::span<std::byte const> from) {
  notice_loss();
  auto const view = pin_buffer<std::byte>(table_, to);
  if (!view) return refused(view.why(), to);
  if (offset > view.size() || from.size() > view.size() - offset) {
    return fail(errc::out_of_range, "writing " + std::to_string(from.size()) + " bytes at " +
                                        std::to_string(offset) + " of a buffer of " +
                                        std::to_string(view.size()) + " bytes");
  }
  return from.empty() ? result<void>{} : memory_->write(view.data() + offset, from);
}

result<void> device_buffers::read_bytes(buffer_handle from, std::uint64_t offset,
                                        std::span<std::byte> to) {
  notice_loss();
  auto const view = pin_buffer<std::byte>(table_, from);
  if (!view) return refused(view.why(), from);
  if (offset > view.size() || to.size() > view.size() - offset) {
    return fail(errc::out_of_range, "reading " + std::to_string(to.size()) + " bytes at " +
                                        std::to_string(offset) + " of a buffer of " +
                                        std::to_string(view.size()) + " bytes");
  }
  return to.empty() ? result<void>{} : memory_->read(to, view.data() + offset);
}

result<std::uint64_t> device_buffers::bytes(buffer_handle handle) {
  notice_loss();
  auto const view = pin_buffer<std::byte>(table_, handle);
  if (!view) return refused(view.why(), handle);
  return view.size();
}

result<void> device_buffers::free(buffer_handle handle) {
  std::scoped_lock const lock(mutex_);
  forget_lost();
  {
    auto const view = pin_buffer<std::byte>(table_, handle);  // our own pin, while we look
    if (!view) return refused(view.why(), handle);
    retire(handle.index());
  }
  reclaim();
  return {};
}

/// The buffer's handle is stale from now on. With the mutex held.
void device_buffers::retire(std::uint32_t index) {
  // The generation moves on to an even one; others' pins stay.
  table_.rows[index].state.fetch_add(std::uint64_t{1} << 32, std::memory_order_acq_rel);
  bytes_ -= table_.rows[index].bytes.load(std::memory_order_relaxed);
  --live_;
  // Where the device is gone, so is the table that cannot be written.
  (void)memory_->publish(index);
  dying_.push_back({index, memory_->begin_grace()});
}

/// Gives back what was freed and nobody looks at any more. With the mutex held.
void device_buffers::reclaim() {
  std::erase_if(dying_, [&](dying const& d) {
    buffer_row& row = table_.rows[d.row];
    if (pins(row.state.load(std::memory_order_acquire)) != 0) return false;
    if (!memory_->grace_over(d.grace)) return false;
    blocks_[d.row] = memory_block();
    row.data.store(nullptr, std::memory_order_relaxed);
    row.bytes.store(0, std::memory_order_relaxed);
    free_rows_.push_back(d.row);
    return true;
  });
}

/// After a device failed with all that was on it: every handle is stale. With the mutex held.
void device_buffers::forget_lost() {
  std::uint64_t const now = memory_->generation();
  if (now == generation_) return;
  generation_ = now;
  for (std::uint32_t i = 0; i < table_.size; ++i) {
    bool const live = (table_.rows[i].state.load(std::memory_order_relaxed) >> 32 & 1U) != 0;
    if (live) retire(i);
  }
}

void device_buffers::notice_loss() {
  std::scoped_lock const lock(mutex_);
  forget_lost();
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
