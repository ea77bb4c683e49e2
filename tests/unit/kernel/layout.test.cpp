#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <gtest/gtest.h>

#include <gyre/kernel/buffer_table.hpp>
#include <gyre/kernel/control.hpp>
#include <gyre/kernel/telemetry_block.hpp>
#include <gyre/kernel/view.hpp>
#include <gyre/ring/codec.hpp>
#include <gyre/ring/envelope.hpp>

// Contract, fault 13: host and device disagreed on a struct's layout, so each read the other's
// words at the wrong place. Here each struct that both sides see is written down once more, member
// by member; a compiler that lays one out otherwise does not get past this file.

namespace gyre {
namespace {

/// Whether two members lie on different lines of `cache_line` bytes.
constexpr bool apart(std::size_t a, std::size_t b) { return a / cache_line != b / cache_line; }

static_assert(std::is_standard_layout_v<envelope> && std::is_trivially_copyable_v<envelope>);
static_assert(sizeof(envelope) == 40 && alignof(envelope) == 8);
static_assert(offsetof(envelope, actor) == 0);
static_assert(offsetof(envelope, correlation) == 8);
static_assert(offsetof(envelope, time) == 16);
static_assert(offsetof(envelope, type) == 24);
static_assert(offsetof(envelope, expires) == 28);
static_assert(offsetof(envelope, length) == 32);
static_assert(offsetof(envelope, port) == 36);
static_assert(offsetof(envelope, priority) == 38);
static_assert(offsetof(envelope, kind) == 39);

static_assert(sizeof(failure_reply) == 16);
static_assert(offsetof(failure_reply, code) == 0 && offsetof(failure_reply, reject_code) == 4 &&
              offsetof(failure_reply, detail) == 8);

static_assert(sizeof(kernel_command) == 4 && sizeof(shard_phase) == 4);
static_assert(alignof(control_words) == cache_line && sizeof(control_words) == cache_line);
static_assert(offsetof(control_words, command) == 0);
static_assert(offsetof(control_words, telemetry_on) == 4);
static_assert(offsetof(control_words, telemetry_epoch) == 8);
static_assert(offsetof(control_words, grace) == 16 && offsetof(control_words, host_us) == 24);

static_assert(alignof(shard_words) == cache_line && sizeof(shard_words) == 2 * cache_line);
static_assert(offsetof(shard_words, phase) == 0);
static_assert(offsetof(shard_words, handled) == 8);
static_assert(offsetof(shard_words, answered) == 16);
static_assert(offsetof(shard_words, refused) == 24);
static_assert(offsetof(shard_words, taken) == 32);
static_assert(offsetof(shard_words, dropped) == 40 && sizeof(shard_words::dropped) == 96,
              "twelve reasons");

static_assert(alignof(telemetry_block) == cache_line && sizeof(telemetry_block) == 3 * cache_line);
static_assert(offsetof(telemetry_block, version) == 0);
static_assert(offsetof(telemetry_block, last_error_type) == 64);
static_assert(offsetof(telemetry_block, histogram) == 128 &&
              sizeof(telemetry_block::histogram) == 32 * 8);

static_assert(sizeof(buffer_row) == 24 && offsetof(buffer_row, state) == 0 &&
              offsetof(buffer_row, data) == 8 && offsetof(buffer_row, bytes) == 16);
static_assert(sizeof(buffer_handle) == 8 && std::is_trivially_copyable_v<buffer_handle>);

// The reader's word and the writers' are never on one line: neither side's store disturbs the
// other.
static_assert(alignof(ring_words<>) == cache_line && sizeof(ring_words<>) == 2 * cache_line);
static_assert(apart(offsetof(ring_words<>, consumed), offsetof(ring_words<>, reserved)));
static_assert(!apart(offsetof(ring_words<>, reserved), offsetof(ring_words<>, seen_consumed)));

// Descriptions that kernels are given by value: plain bytes, of one size everywhere.
using view_codec = commit_codec<>;
static_assert(std::is_trivially_copyable_v<ring<view_codec>> && sizeof(ring<view_codec>) == 32 &&
              sizeof(ring_memory<>) == 32);
static_assert(std::is_trivially_copyable_v<port_view> && sizeof(port_view) == 56);
static_assert(std::is_trivially_copyable_v<shard_view> && sizeof(shard_view) == 104);
static_assert(std::is_trivially_copyable_v<kernel_view> && sizeof(kernel_view) == 144);

TEST(layout, envelope_is_the_bytes_that_it_was_agreed_to_be) {
  envelope e;
  e.actor = 0x0807060504030201;
  e.correlation = 0x100F0E0D0C0B0A09;
  e.time = 0x1817161514131211;
  e.type = 0x1C1B1A19;
  e.expires = 0x201F1E1D;
  e.length = 0x24232221;
  e.port = 0x2625;
  e.priority = 0x27;
  e.kind = message_kind::failure;
  std::array<unsigned char, sizeof(envelope)> bytes{};
  std::memcpy(bytes.data(), &e, sizeof e);
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) EXPECT_EQ(bytes[i], i + 1) << "byte " << i;
  EXPECT_EQ(bytes[39], 4);
}

TEST(layout, numbers_of_enumerators_are_what_travels) {
  EXPECT_EQ(static_cast<int>(message_kind::raw), 0);
  EXPECT_EQ(static_cast<int>(message_kind::wire), 1);
  EXPECT_EQ(static_cast<int>(message_kind::raw_reply), 2);
  EXPECT_EQ(static_cast<int>(message_kind::wire_reply), 3);
  EXPECT_EQ(static_cast<int>(message_kind::failure), 4);
  EXPECT_EQ(static_cast<int>(kernel_command::pause), 0);
  EXPECT_EQ(static_cast<int>(kernel_command::run), 1);
  EXPECT_EQ(static_cast<int>(kernel_command::stop), 2);
  EXPECT_EQ(static_cast<int>(shard_phase::starting), 0);
  EXPECT_EQ(static_cast<int>(shard_phase::paused), 1);
  EXPECT_EQ(static_cast<int>(shard_phase::running), 2);
  EXPECT_EQ(static_cast<int>(shard_phase::stopped), 3);
  EXPECT_EQ(static_cast<int>(shard_phase::failed), 4);
}

// The kernel's memory is zeroed before it is made: what stands there then must mean "nothing yet".
TEST(layout, zeroed_words_are_those_of_a_kernel_that_has_not_begun) {
  alignas(cache_line) std::array<std::byte, sizeof(shard_words)> const zero{};
  shard_words const words;
  EXPECT_EQ(std::memcmp(&words, zero.data(), sizeof words), 0);
  ring_words<> const inbox;
  EXPECT_EQ(inbox.consumed.load() + inbox.reserved.load() + inbox.seen_consumed.load(), 0U);
}

}  // namespace
}  // namespace gyre
