#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace gyre {

/// Bytes in use now and at most, shared by everything that one kernel allocated. Thread-safe.
class memory_account {
 public:
  void add(std::uint64_t bytes) noexcept {
    std::uint64_t const now = used_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    std::uint64_t peak = peak_.load(std::memory_order_relaxed);
    while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
  }
  void remove(std::uint64_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t used() const noexcept {
    return used_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t peak() const noexcept {
    return peak_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> peak_{0};
};

/// An engine's memory, given back when the block goes. Aligned to `cache_line`. Move-only.
class memory_block {
 public:
  using release_function = void (*)(void* owner, std::byte* data, std::uint64_t bytes) noexcept;

  memory_block() noexcept = default;
  /// `owner` is kept alive with the block, and handed to `release`.
  memory_block(std::byte* data, std::uint64_t bytes, release_function release,
               std::shared_ptr<void> owner = nullptr) noexcept
      : data_(data), bytes_(bytes), release_(release), owner_(std::move(owner)) {}
  memory_block(memory_block&& other) noexcept { swap(other); }
  memory_block& operator=(memory_block&& other) noexcept {
    memory_block(std::move(other)).swap(*this);
    return *this;
  }
  ~memory_block() {
    if (account_) account_->remove(bytes_);
    if (data_ != nullptr) release_(owner_.get(), data_, bytes_);
  }

  /// Counts the block in `account` for as long as it lives.
  void charge(std::shared_ptr<memory_account> account) noexcept {
    account_ = std::move(account);
    account_->add(bytes_);
  }

  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  void swap(memory_block& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(release_, other.release_);
    std::swap(owner_, other.owner_);
    std::swap(account_, other.account_);
  }

  std::byte* data_ = nullptr;
  std::uint64_t bytes_ = 0;
  release_function release_ = nullptr;
  std::shared_ptr<void> owner_;
  std::shared_ptr<memory_account> account_;
};

}  // namespace gyre
