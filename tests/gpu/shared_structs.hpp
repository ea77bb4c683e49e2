#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <gyre/core/platform.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/buffer_table.hpp>
#include <gyre/kernel/control.hpp>
#include <gyre/kernel/telemetry_block.hpp>
#include <gyre/kernel/view.hpp>
#include <gyre/ring/envelope.hpp>
#include <gyre/ring/geometry.hpp>
#include <gyre/ring/ring.hpp>

/// \file
/// Every struct that host and device read the same bytes of, member by member: once, for each
/// compiler that sees this file to say what it makes of them. Three do: the C++ compiler, which
/// lays out what the library writes, nvcc's host pass, and its device pass.

namespace gyre::gpu_test {

/// Calls `visit(what, bytes)` for the size and alignment of each shared struct, and for the place
/// of each member, always in the same order.
template <class Visit>
GYRE_FN constexpr void visit_shared_structs(Visit& visit) {
#define GYRE_STRUCT(type)              \
  visit(#type ": size", sizeof(type)); \
  visit(#type ": alignment", alignof(type))
#define GYRE_MEMBER(type, member) visit(#type "." #member, offsetof(type, member))
  using words = ring_words<>;
  using memory = ring_memory<>;

  GYRE_STRUCT(envelope);
  GYRE_MEMBER(envelope, actor);
  GYRE_MEMBER(envelope, correlation);
  GYRE_MEMBER(envelope, time);
  GYRE_MEMBER(envelope, type);
  GYRE_MEMBER(envelope, expires);
  GYRE_MEMBER(envelope, length);
  GYRE_MEMBER(envelope, port);
  GYRE_MEMBER(envelope, priority);
  GYRE_MEMBER(envelope, kind);

  GYRE_STRUCT(failure_reply);
  GYRE_MEMBER(failure_reply, code);
  GYRE_MEMBER(failure_reply, reject_code);
  GYRE_MEMBER(failure_reply, detail);

  GYRE_STRUCT(control_words);
  GYRE_MEMBER(control_words, command);
  GYRE_MEMBER(control_words, telemetry_on);
  GYRE_MEMBER(control_words, telemetry_epoch);
  GYRE_MEMBER(control_words, grace);
  GYRE_MEMBER(control_words, host_us);

  GYRE_STRUCT(shard_words);
  GYRE_MEMBER(shard_words, phase);
  GYRE_MEMBER(shard_words, handled);
  GYRE_MEMBER(shard_words, answered);
  GYRE_MEMBER(shard_words, refused);
  GYRE_MEMBER(shard_words, taken);
  GYRE_MEMBER(shard_words, dropped);
  GYRE_MEMBER(shard_words, told);
  GYRE_MEMBER(shard_words, tells_taken);
  GYRE_MEMBER(shard_words, live);
  GYRE_MEMBER(shard_words, posts);

  GYRE_STRUCT(telemetry_block);
  GYRE_MEMBER(telemetry_block, version);
  GYRE_MEMBER(telemetry_block, epoch);
  GYRE_MEMBER(telemetry_block, count);
  GYRE_MEMBER(telemetry_block, total_ns);
  GYRE_MEMBER(telemetry_block, least_ns);
  GYRE_MEMBER(telemetry_block, greatest_ns);
  GYRE_MEMBER(telemetry_block, last_time);
  GYRE_MEMBER(telemetry_block, last_error);
  GYRE_MEMBER(telemetry_block, last_error_type);
  GYRE_MEMBER(telemetry_block, histogram);

  GYRE_STRUCT(buffer_row);
  GYRE_MEMBER(buffer_row, state);
  GYRE_MEMBER(buffer_row, data);
  GYRE_MEMBER(buffer_row, bytes);

  GYRE_STRUCT(buffer_table);
  GYRE_MEMBER(buffer_table, rows);
  GYRE_MEMBER(buffer_table, size);
  GYRE_MEMBER(buffer_table, owner);

  GYRE_STRUCT(ring_geometry);
  GYRE_MEMBER(ring_geometry, slots);
  GYRE_MEMBER(ring_geometry, stride);
  GYRE_MEMBER(ring_geometry, log2_slots);

  GYRE_STRUCT(words);
  GYRE_MEMBER(words, consumed);
  GYRE_MEMBER(words, reserved);
  GYRE_MEMBER(words, seen_consumed);

  GYRE_STRUCT(memory);
  GYRE_MEMBER(memory, geometry);
  GYRE_MEMBER(memory, slots);
  GYRE_MEMBER(memory, words);

  GYRE_STRUCT(port_view);
  GYRE_MEMBER(port_view, replies);
  GYRE_MEMBER(port_view, bell);
  GYRE_MEMBER(port_view, given_up);
  GYRE_MEMBER(port_view, given_up_rows);

  GYRE_STRUCT(shard_view);
  GYRE_MEMBER(shard_view, inbox);
  GYRE_MEMBER(shard_view, scratch);
  GYRE_MEMBER(shard_view, scratch_bytes);
  GYRE_MEMBER(shard_view, words);
  GYRE_MEMBER(shard_view, telemetry);
  GYRE_MEMBER(shard_view, actors);
  GYRE_MEMBER(shard_view, actor_count);
  GYRE_MEMBER(shard_view, directories);
  GYRE_MEMBER(shard_view, topics);
  GYRE_MEMBER(shard_view, bell);

  GYRE_STRUCT(kernel_view);
  GYRE_MEMBER(kernel_view, control);
  GYRE_MEMBER(kernel_view, shards);
  GYRE_MEMBER(kernel_view, ports);
  GYRE_MEMBER(kernel_view, buffers);
  GYRE_MEMBER(kernel_view, actors);
  GYRE_MEMBER(kernel_view, shard_count);
  GYRE_MEMBER(kernel_view, port_count);
  GYRE_MEMBER(kernel_view, format);
  GYRE_MEMBER(kernel_view, homes);
  GYRE_MEMBER(kernel_view, keyed);
  GYRE_MEMBER(kernel_view, wall_offset_ns);
  GYRE_MEMBER(kernel_view, rest);
  GYRE_MEMBER(kernel_view, links);

  GYRE_STRUCT(block_view);
  GYRE_MEMBER(block_view, tells);
  GYRE_MEMBER(block_view, backlog);
  GYRE_MEMBER(block_view, far_backlog);
  GYRE_MEMBER(block_view, door);
  GYRE_MEMBER(block_view, tell_scratch);
  GYRE_MEMBER(block_view, rows);
  GYRE_MEMBER(block_view, rest);
  GYRE_MEMBER(block_view, letters);

  GYRE_STRUCT(blocks_view);
  GYRE_MEMBER(blocks_view, kernel);
  GYRE_MEMBER(blocks_view, blocks);
  GYRE_MEMBER(blocks_view, reply_positions);
  GYRE_MEMBER(blocks_view, known_links);
  GYRE_MEMBER(blocks_view, row_bytes);
  GYRE_MEMBER(blocks_view, workers);
  GYRE_MEMBER(blocks_view, leave_after_ns);
  GYRE_MEMBER(blocks_view, longest_stay_ns);
  GYRE_MEMBER(blocks_view, idle_blocks);
#undef GYRE_STRUCT
#undef GYRE_MEMBER
}

/// Figures that `visit_shared_structs` has, at most.
inline constexpr std::size_t greatest_figures = 256;

/// What one compiler makes of the shared structs, and what each figure is of. The names are those
/// of the side that filled it.
struct layout_figures {
  char const* of[greatest_figures] = {};
  std::uint32_t bytes[greatest_figures] = {};
  std::uint32_t count = 0;

  GYRE_FN constexpr void operator()(char const* what, std::size_t n) {
    of[count] = what;
    bytes[count++] = static_cast<std::uint32_t>(n);
  }
};

[[nodiscard]] GYRE_FN constexpr layout_figures shared_structs() {
  layout_figures all;
  visit_shared_structs(all);
  return all;
}

// What tests/unit/kernel/layout.test.cpp asserts of the C++ compiler, for nvcc's passes too.
static_assert(std::is_trivially_copyable_v<envelope> && sizeof(envelope) == 40);
static_assert(std::is_trivially_copyable_v<failure_reply> && sizeof(failure_reply) == 16);
static_assert(sizeof(control_words) == cache_line && alignof(control_words) == cache_line);
static_assert(sizeof(shard_words) == 2 * cache_line && alignof(shard_words) == cache_line);
static_assert(sizeof(telemetry_block) == 3 * cache_line);
static_assert(sizeof(buffer_row) == 24);
static_assert(sizeof(ring_words<>) == 2 * cache_line && sizeof(ring_memory<>) == 32);
static_assert(std::is_trivially_copyable_v<port_view> && sizeof(port_view) == 56);
static_assert(std::is_trivially_copyable_v<shard_view> && sizeof(shard_view) == 104);
static_assert(std::is_trivially_copyable_v<kernel_view> && sizeof(kernel_view) == 144);
static_assert(shared_structs().count < greatest_figures);

/// What the C++ compiler makes of them: what the library was compiled with.
[[nodiscard]] layout_figures shared_structs_of_the_library();

}  // namespace gyre::gpu_test
