#include "allocations.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
thread_local std::uint64_t count = 0;
std::atomic<std::uint64_t> total{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  ++count;
  total.fetch_add(1, std::memory_order_relaxed);
  void* const at = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (at == nullptr) throw std::bad_alloc();
  return at;
}
}  // namespace

void* operator new(std::size_t n) { return counted(n == 0 ? 1 : n, 16); }
void* operator new(std::size_t n, std::align_val_t a) {
  return counted(n == 0 ? 1 : n, static_cast<std::size_t>(a));
}
void* operator new(std::size_t n, std::nothrow_t const&) noexcept {
  return counted(n == 0 ? 1 : n, 16);
}
void* operator new(std::size_t n, std::align_val_t a, std::nothrow_t const&) noexcept {
  return counted(n == 0 ? 1 : n, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t n) { return ::operator new(n); }
void* operator new[](std::size_t n, std::align_val_t a) { return ::operator new(n, a); }
void operator delete[](void* at) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t) noexcept { std::free(at); }
void operator delete[](void* at, std::align_val_t) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t, std::align_val_t) noexcept { std::free(at); }
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
void operator delete(void* at, std::align_val_t) noexcept { std::free(at); }
void operator delete(void* at, std::size_t, std::align_val_t) noexcept { std::free(at); }

std::uint64_t gyre::allocations() noexcept { return count; }
std::uint64_t gyre::allocations_of_all() noexcept { return total.load(); }
