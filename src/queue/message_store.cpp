#include <gyre/queue/message_store.hpp>

#include <new>

#include "saturating.hpp"

namespace gyre {
namespace {

bool is_pooled(std::size_t max_bytes) noexcept { return max_bytes > message_store::slab_bytes; }

/// Bytes from one node to the next: the node's line and, in a slab, whole lines for the payload.
std::uint64_t stride_for(std::size_t max_bytes) noexcept {
  constexpr std::uint64_t line = alignof(message_node);
  if (is_pooled(max_bytes)) return sizeof(message_node);
  return sizeof(message_node) + (max_bytes + line - 1) / line * line;
}

constexpr std::align_val_t node_alignment{alignof(message_node)};

}  // namespace

message_store::message_store(std::uint64_t capacity, std::size_t max_bytes)
    : stride_(stride_for(max_bytes)), pooled_(is_pooled(max_bytes)) {
  slab_ =
      static_cast<std::byte*>(::operator new(memory_needed(capacity, max_bytes), node_alignment));
}

message_store::~message_store() { ::operator delete(slab_, node_alignment); }

std::uint64_t message_store::memory_needed(std::uint64_t capacity, std::size_t max_bytes) noexcept {
  return saturating::multiply(capacity, stride_for(max_bytes));
}

message_node& message_store::fresh() noexcept {
  std::byte* const at = slab_ + used_++ * stride_;
  auto* const node = ::new (static_cast<void*>(at)) message_node;
  if (!pooled_) node->data = at + sizeof(message_node);
  return *node;
}

}  // namespace gyre
