#include <gyre/queue/named_queue.hpp>

#include <algorithm>
#include <bit>
#include <mutex>
#include <new>

#include "named_queue_wake_ups.hpp"
#include "saturating.hpp"

// A queue's making, its link and its end. What happens under the lock as messages come and go is in
// named_queue_fast.cpp; waiting, and the wording of errors, in named_queue_slow.cpp.

namespace gyre {
namespace {

std::uint64_t real_capacity(queue_options const& options) noexcept {
  constexpr std::uint64_t greatest = std::uint64_t{1} << 63;
  return options.capacity > greatest ? greatest : std::bit_ceil(options.capacity);
}

std::size_t real_max_bytes(std::size_t max_bytes) noexcept {
  return std::min(max_bytes, limits::greatest_payload);
}

}  // namespace

result<std::shared_ptr<named_queue>> named_queue::create(
    description about, queue_options const& options, std::size_t max_bytes,
    std::shared_ptr<dead_letter_box> dead_letters) {
  if (auto r = validate_name("queue name", about.name); !r) {
    return tl::unexpected<error>(std::move(r.error()));
  }
  queue_options checked = options;
  if (!about.owner.empty()) {
    // A kernel's own: its window has the bounds of the launch option, whatever the capacity.
    checked.deduplication_window = std::min(checked.deduplication_window, 4 * checked.capacity);
  }
  if (auto r = validate(checked); !r) {
    r.error().context = "queue '" + about.name + "': " + r.error().context;
    return tl::unexpected<error>(std::move(r.error()));
  }
  try {
    return std::shared_ptr<named_queue>(
        new named_queue(about, options, max_bytes, std::move(dead_letters)));
  } catch (std::bad_alloc const&) {
    return fail(errc::no_memory, "queue '" + about.name + "' needs " +
                                     std::to_string(memory_needed(options, max_bytes)) + " bytes");
  }
}

std::uint64_t named_queue::memory_needed(queue_options const& options,
                                         std::size_t max_bytes) noexcept {
  std::uint64_t bytes = sizeof(named_queue);
  bytes = saturating::add(bytes, priority_lists<message_node>::memory_needed(options.priority));
  bytes = saturating::add(
      bytes, message_store::memory_needed(real_capacity(options), real_max_bytes(max_bytes)));
  if (options.deduplication) {
    bytes =
        saturating::add(bytes, deduplication_window::memory_needed(options.deduplication_window));
  }
  return bytes;
}

named_queue::named_queue(description about, queue_options const& options, std::size_t max_bytes,
                         std::shared_ptr<dead_letter_box> dead_letters)
    : about_(std::move(about)),
      options_(options),
      capacity_(real_capacity(options)),
      max_bytes_(real_max_bytes(max_bytes)),
      time_to_live_(options.time_to_live ? options.time_to_live->count() : 0),
      dead_letters_(std::move(dead_letters)),
      lists_(options.priority),
      store_(capacity_, max_bytes_),
      clock_(options.time_to_live),
      window_(options.deduplication ? deduplication_window(options.deduplication_window)
                                    : deduplication_window()) {}

named_queue::~named_queue() { close(); }

result<void> named_queue::attach(std::shared_ptr<queue_link> link) {
  std::shared_ptr<queue_link> const attached = link;
  bool const takes = link != nullptr && link->takes();
  bool const brings = link != nullptr && link->brings() && !options_.priority;
  {
    std::scoped_lock const lock(lock_);
    if (closed_.load(std::memory_order_relaxed)) {
      return fail(errc::terminated, "queue '" + about_.name + "' was destroyed");
    }
    link_.swap(link);  // the old one dies outside of the lock
    link_takes_.store(takes, std::memory_order_release);
    link_brings_ = brings;
  }
  drain_to_link();
  if (attached != nullptr && needs_pump()) attached->arm();
  return {};
}

void named_queue::detach() {
  std::shared_ptr<queue_link> old;
  std::scoped_lock const lock(lock_);
  link_takes_.store(false, std::memory_order_release);
  link_brings_ = false;
  link_.swap(old);
}

void named_queue::seal() noexcept {
  std::scoped_lock const lock(lock_);
  sealed_.store(true, std::memory_order_relaxed);
}

std::uint64_t named_queue::close() noexcept {
  std::uint64_t left = 0;
  std::shared_ptr<queue_link> old;
  for (bool more = true; more;) {
    detail::dropped_messages dropped;
    wake_ups wakes;
    {
      std::scoped_lock const lock(lock_);
      closed_.store(true, std::memory_order_relaxed);
      sealed_.store(true, std::memory_order_relaxed);
      link_takes_.store(false, std::memory_order_release);
      link_brings_ = false;
      if (link_ != nullptr) link_.swap(old);
      while (!lists_.empty() && !dropped.full()) {
        discard(lists_.pop_front(), drop_reason::terminated, dropped);
        ++left;
      }
      if (!receivers_.empty()) wakes.receiver = &receivers_.call();
      if (!senders_.empty()) wakes.sender = &senders_.call();
      more = !lists_.empty() || !receivers_.empty() || !senders_.empty();
    }
    wakes.notify();
    bury(dropped);
  }
  return left;
}

named_queue::statistics named_queue::stats() const noexcept {
  std::scoped_lock const lock(lock_);
  statistics out = counts_;
  out.depth = depth();
  out.capacity = capacity_;
  out.sleepers = sleepers_.load(std::memory_order_relaxed);
  out.memory_bytes = saturating::add(memory_needed(options_, max_bytes_), store_.pool().bytes());
  return out;
}

}  // namespace gyre
