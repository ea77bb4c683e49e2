#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/queue/buffer_pool.hpp>
#include <gyre/queue/queue_link.hpp>

namespace gyre {

/// A message in a queue: what is known of it, and where its bytes are.
struct alignas(64) message_node {
  message_node* next = nullptr;
  std::byte* data = nullptr;
  std::int64_t born = 0;  ///< Nanoseconds of the queue's clock; 0 where there is no time to live.
  std::uint64_t actor = 0;
  hybrid_time time{};
  uuid id{};
  std::uint32_t bytes = 0;
  std::uint8_t priority = 0;
  std::uint8_t size_class = 0;  ///< Of `data`, if it came from the pool.

  [[nodiscard]] message_info info() const noexcept { return {id, priority, actor, time}; }
};

static_assert(sizeof(message_node) == 64, "a node is one line, and its payload begins on the next");

/// Room for `capacity` messages.
///
/// Messages of at most `slab_bytes` lie in one slab, each behind its node. Larger and unbounded
/// ones have a node in the slab and a buffer of their real size from a pool. Nodes are used again
/// last in, first out, so that a shallow queue stays in the cache; nodes never used are never
/// touched, so that the system need not back them. Not thread-safe: the queue's lock guards it.
class message_store {
 public:
  /// The greatest bound that is reserved for each message up front.
  static constexpr std::size_t slab_bytes = 1024;

  /// Throws `std::bad_alloc`.
  message_store(std::uint64_t capacity, std::size_t max_bytes);
  message_store(message_store const&) = delete;
  message_store& operator=(message_store const&) = delete;
  ~message_store();

  /// Bytes allocated up front: everything but pooled buffers. Saturates.
  [[nodiscard]] static std::uint64_t memory_needed(std::uint64_t capacity,
                                                   std::size_t max_bytes) noexcept;

  /// Whether payloads lie in buffers of `pool()`.
  [[nodiscard]] bool pooled() const noexcept { return pooled_; }
  [[nodiscard]] buffer_pool& pool() noexcept { return pool_; }
  [[nodiscard]] buffer_pool const& pool() const noexcept { return pool_; }

  /// A free node. At most `capacity` may be out.
  [[nodiscard]] message_node& acquire() noexcept {
    if (free_ != nullptr) {
      message_node& node = *free_;
      free_ = node.next;
      return node;
    }
    return fresh();
  }

  /// Gives a node back, but not the buffer that a pooled one refers to.
  void release(message_node& node) noexcept {
    node.next = free_;
    free_ = &node;
  }

 private:
  message_node& fresh() noexcept;

  message_node* free_ = nullptr;
  std::byte* slab_ = nullptr;
  std::uint64_t used_ = 0;  // nodes that have been touched
  std::uint64_t stride_;
  bool pooled_;
  buffer_pool pool_;
};

}  // namespace gyre
