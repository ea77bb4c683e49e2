#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include <gyre/ring/envelope.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre {

/// Memory for messages that wait, in chunks: allocated when they are needed, and kept for the next
/// time. One shard's own; its messages together have at most `limit` bytes.
class chunk_pool {
 public:
  static constexpr std::size_t chunk_bytes = std::size_t{64} << 10;

  struct chunk {
    chunk* next = nullptr;
    std::size_t bytes = 0;   ///< Of `data`.
    std::size_t begins = 0;  ///< Where the first message that is left begins,
    std::size_t ends = 0;    ///< and the last one ends.
    [[nodiscard]] std::byte* data() noexcept {
      return reinterpret_cast<std::byte*>(this) + header_bytes;
    }
  };
  static constexpr std::size_t header_bytes = 64;
  static_assert(sizeof(chunk) <= header_bytes);

  explicit chunk_pool(std::uint64_t limit) noexcept : limit_(limit) {}
  chunk_pool(chunk_pool const&) = delete;
  chunk_pool& operator=(chunk_pool const&) = delete;
  ~chunk_pool() {
    while (spare_ != nullptr) release(std::exchange(spare_, spare_->next));
  }

  /// One with room for `bytes`. Null: there is no memory.
  [[nodiscard]] chunk* take(std::size_t bytes) noexcept {
    if (bytes <= chunk_bytes && spare_ != nullptr) {
      chunk* const c = std::exchange(spare_, spare_->next);
      *c = chunk{nullptr, chunk_bytes, 0, 0};
      return c;
    }
    std::size_t const wanted = bytes <= chunk_bytes ? chunk_bytes : bytes;
    void* const at = ::operator new(header_bytes + wanted, std::align_val_t(64), std::nothrow);
    if (at == nullptr) return nullptr;
    return new (at) chunk{nullptr, wanted, 0, 0};
  }
  void give_back(chunk* c) noexcept {
    if (c->bytes != chunk_bytes) return release(c);
    c->next = spare_;
    spare_ = c;
  }

  /// Accounts for a message that comes, or has gone. False: it would be more than the limit.
  [[nodiscard]] bool add(std::size_t bytes) noexcept {
    if (filled_ + bytes > limit_) return false;
    filled_ += bytes;
    return true;
  }
  void remove(std::size_t bytes) noexcept { filled_ -= bytes; }

  /// Bytes of all messages that wait.
  [[nodiscard]] std::uint64_t filled() const noexcept { return filled_; }
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }

 private:
  static void release(chunk* c) noexcept { ::operator delete(c, std::align_val_t(64)); }

  std::uint64_t const limit_;
  std::uint64_t filled_ = 0;
  chunk* spare_ = nullptr;
};

/// Messages that wait in their sender's memory, first in, first out. Not thread-safe. Its pool
/// outlives it.
class message_fifo {
 public:
  explicit message_fifo(chunk_pool& pool) noexcept : pool_(&pool) {}
  message_fifo(message_fifo&& other) noexcept
      : pool_(other.pool_),
        first_(std::exchange(other.first_, nullptr)),
        last_(std::exchange(other.last_, nullptr)) {}
  message_fifo& operator=(message_fifo&&) = delete;
  ~message_fifo() {
    while (first_ != nullptr) pool_->give_back(std::exchange(first_, first_->next));
  }

  [[nodiscard]] bool empty() const noexcept {
    return first_ == nullptr || first_->begins == first_->ends;
  }

  /// Adds a message: where its `head.length` bytes of payload are to be written, aligned to 16.
  /// Null: no room.
  [[nodiscard]] std::byte* push(envelope const& head) noexcept {
    std::size_t const bytes = record_bytes(head.length);
    if (!pool_->add(bytes)) return nullptr;
    if (last_ == nullptr || last_->bytes - last_->ends < bytes) [[unlikely]] {
      if (!add_chunk(bytes)) return nullptr;
    }
    std::byte* const at = last_->data() + last_->ends + padding;
    last_->ends += bytes;
    new (at) envelope(head);  // field by field, as in a ring
    return at + sizeof head;
  }

  /// Takes a look at the first message. False: there is none.
  [[nodiscard]] bool peek(message_view& out) const noexcept {
    if (empty()) return false;
    std::byte const* const at = first_->data() + first_->begins + padding;
    std::memcpy(&out.head, at, sizeof out.head);
    out.payload = at + sizeof out.head;
    out.slots = 1;
    return true;
  }

  /// Finishes with the message that `peek` showed.
  void pop(message_view const& shown) noexcept {
    std::size_t const bytes = record_bytes(shown.head.length);
    pool_->remove(bytes);
    first_->begins += bytes;
    if (first_->begins != first_->ends) return;
    if (first_ == last_) {
      first_->begins = first_->ends = 0;
      return;
    }
    pool_->give_back(std::exchange(first_, first_->next));
  }

 private:
  /// Before each envelope, so that the payload after it is aligned to 16.
  static constexpr std::size_t padding = 8;
  static_assert((padding + sizeof(envelope)) % 16 == 0);

  /// Room for a message of so many bytes, which are accounted for.
  [[nodiscard, gnu::noinline]] bool add_chunk(std::size_t bytes) noexcept {
    chunk_pool::chunk* const c = pool_->take(bytes);
    if (c == nullptr) {
      pool_->remove(bytes);
      return false;
    }
    (last_ != nullptr ? last_->next : first_) = c;
    last_ = c;
    return true;
  }

  [[nodiscard]] static constexpr std::size_t record_bytes(std::size_t length) noexcept {
    return (padding + sizeof(envelope) + length + 15) / 16 * 16;
  }

  chunk_pool* pool_;
  chunk_pool::chunk* first_ = nullptr;
  chunk_pool::chunk* last_ = nullptr;
};

}  // namespace gyre
