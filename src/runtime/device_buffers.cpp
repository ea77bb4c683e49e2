#include <gyre/runtime/device_buffers.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gyre/core/uuid.hpp>
#include <gyre/engine/engine.hpp>

namespace gyre {

struct device_buffers::held {
  /// A buffer that was freed, but may still be looked at.
  struct dying_buffer {
    std::uint32_t row = 0;
    std::uint64_t grace = 0;
  };

  std::shared_ptr<engine> where;
  std::unique_ptr<buffer_row[]> rows;
  buffer_table table{};  // the host's own
  std::unique_ptr<buffer_memory> memory;

  std::mutex mutex;
  // Guarded by mutex.
  std::vector<memory_block> blocks;  // by row
  std::vector<std::uint32_t> free_rows;
  std::vector<dying_buffer> dying;
  std::uint64_t generation = 0;
  std::uint32_t live = 0;
  std::uint64_t bytes = 0;
};

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
  auto memory = made->held_->where->make_buffer_memory(made->held_->table);
  if (!memory) return tl::unexpected<error>(std::move(memory.error()));
  made->held_->memory = std::move(*memory);
  made->held_->generation = made->held_->memory->generation();
  return made;
}

device_buffers::device_buffers(std::shared_ptr<engine> where, std::uint32_t capacity)
    : held_(std::make_unique<held>()) {
  held_->where = std::move(where);
  held_->rows = std::make_unique<buffer_row[]>(capacity);
  held_->table.rows = held_->rows.get();
  held_->table.size = capacity;
  held_->table.owner = next_owner();
  // Generations begin anywhere, so that a handle of another runtime that shares our 8 bits of owner
  // (there are 256) is stale here.
  std::uint64_t const first = hash_of(uuid::random()) >> 33 << 33;  // even: no buffer yet
  for (std::uint32_t i = 0; i < capacity; ++i) {
    held_->table.rows[i].state.store(first, std::memory_order_relaxed);
  }
  held_->blocks.resize(capacity);
  held_->free_rows.reserve(capacity);
  for (std::uint32_t i = capacity; i-- > 0;) held_->free_rows.push_back(i);
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
  std::scoped_lock const lock(held_->mutex);
  forget_lost();
  reclaim();
  auto block = held_->memory->allocate(bytes);
  if (!block) return tl::unexpected<error>(std::move(block.error()));
  if (held_->free_rows.empty()) {
    return fail(errc::full, "all " + std::to_string(held_->table.size) +
                                " buffers of the runtime are in use (runtime option buffers)");
  }
  std::uint32_t const index = held_->free_rows.back();
  held_->free_rows.pop_back();
  buffer_row& row = held_->table.rows[index];
  row.data.store(block->data(), std::memory_order_relaxed);
  row.bytes.store(bytes, std::memory_order_relaxed);
  std::uint64_t const state = row.state.load(std::memory_order_relaxed);
  auto const generation = static_cast<std::uint32_t>(state >> 32) + 1;  // odd: live
  row.state.store(std::uint64_t{generation} << 32, std::memory_order_release);
  held_->blocks[index] = std::move(*block);
  if (auto r = held_->memory->publish(index); !r) {
    row.state.store(std::uint64_t{generation + 1} << 32, std::memory_order_release);
    held_->blocks[index] = memory_block();
    held_->free_rows.push_back(index);
    return tl::unexpected<error>(std::move(r.error()));
  }
  ++held_->live;
  held_->bytes += bytes;
  return buffer_handle::of(index, held_->table.owner, generation);
}

result<void> device_buffers::write_bytes(buffer_handle to, std::uint64_t offset,
                                         std::span<std::byte const> from) {
  notice_loss();
  auto const view = pin_buffer<std::byte>(held_->table, to);
  if (!view) return refused(view.why(), to);
  if (offset > view.size() || from.size() > view.size() - offset) {
    return fail(errc::out_of_range, "writing " + std::to_string(from.size()) + " bytes at " +
                                        std::to_string(offset) + " of a buffer of " +
                                        std::to_string(view.size()) + " bytes");
  }
  return from.empty() ? result<void>{} : held_->memory->write(view.data() + offset, from);
}

result<void> device_buffers::read_bytes(buffer_handle from, std::uint64_t offset,
                                        std::span<std::byte> to) {
  notice_loss();
  auto const view = pin_buffer<std::byte>(held_->table, from);
  if (!view) return refused(view.why(), from);
  if (offset > view.size() || to.size() > view.size() - offset) {
    return fail(errc::out_of_range, "reading " + std::to_string(to.size()) + " bytes at " +
                                        std::to_string(offset) + " of a buffer of " +
                                        std::to_string(view.size()) + " bytes");
  }
  return to.empty() ? result<void>{} : held_->memory->read(to, view.data() + offset);
}

result<std::uint64_t> device_buffers::bytes(buffer_handle handle) {
  notice_loss();
  auto const view = pin_buffer<std::byte>(held_->table, handle);
  if (!view) return refused(view.why(), handle);
  return view.size();
}

result<void> device_buffers::free(buffer_handle handle) {
  std::scoped_lock const lock(held_->mutex);
  forget_lost();
  {
    auto const view = pin_buffer<std::byte>(held_->table, handle);  // our own pin, while we look
    if (!view) return refused(view.why(), handle);
    retire(handle.index());
  }
  reclaim();
  return {};
}

/// The buffer's handle is stale from now on. With the mutex held.
void device_buffers::retire(std::uint32_t index) {
  // The generation moves on to an even one; others' pins stay.
  held_->table.rows[index].state.fetch_add(std::uint64_t{1} << 32, std::memory_order_acq_rel);
  held_->bytes -= held_->table.rows[index].bytes.load(std::memory_order_relaxed);
  --held_->live;
  // Where the device is gone, so is the table that cannot be written.
  (void)held_->memory->publish(index);
  held_->dying.push_back({index, held_->memory->begin_grace()});
}

/// Gives back what was freed and nobody looks at any more. With the mutex held.
void device_buffers::reclaim() {
  std::erase_if(held_->dying, [&](held::dying_buffer const& d) {
    buffer_row& row = held_->table.rows[d.row];
    if (pins(row.state.load(std::memory_order_acquire)) != 0) return false;
    if (!held_->memory->grace_over(d.grace)) return false;
    held_->blocks[d.row] = memory_block();
    row.data.store(nullptr, std::memory_order_relaxed);
    row.bytes.store(0, std::memory_order_relaxed);
    held_->free_rows.push_back(d.row);
    return true;
  });
}

/// After a device failed with all that was on it: every handle is stale. With the mutex held.
void device_buffers::forget_lost() {
  std::uint64_t const now = held_->memory->generation();
  if (now == held_->generation) return;
  held_->generation = now;
  for (std::uint32_t i = 0; i < held_->table.size; ++i) {
    bool const live = (held_->table.rows[i].state.load(std::memory_order_relaxed) >> 32 & 1U) != 0;
    if (live) retire(i);
  }
}

void device_buffers::notice_loss() {
  std::scoped_lock const lock(held_->mutex);
  forget_lost();
}

std::uint32_t device_buffers::count() const {
  std::scoped_lock const lock(held_->mutex);
  return held_->live;
}

std::uint64_t device_buffers::memory_bytes() const {
  std::scoped_lock const lock(held_->mutex);
  return held_->bytes;
}

std::uint32_t device_buffers::capacity() const noexcept { return held_->table.size; }
buffer_table device_buffers::table() { return held_->memory->table(); }

}  // namespace gyre
