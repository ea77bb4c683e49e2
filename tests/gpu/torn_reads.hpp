#pragma once

#include <cstdint>
#include <string_view>

namespace gyre::gpu_test {

/// What is stored, or loaded, at once, or as nearly so as the side's instructions can.
enum class access : std::uint8_t {
  word,          ///< 8 bytes: both halves of 4 bytes must be of one store.
  pair,          ///< 16 bytes: on the device a vector of two words (`.v2.u64`).
  b128,          ///< 16 bytes: on the device one value (`.b128`).
  line_in_four,  ///< A line of 64 bytes; on the device four lanes, a `.v2.u64` each.
  line_in_eight  ///< A line of 64 bytes; on the device eight lanes, a word each.
};

/// Words of a line, and lines that are written in turn.
inline constexpr std::uint32_t line_words = 8;
inline constexpr std::uint32_t torn_lines = 32;

/// What a store of number `n` puts into each of its words.
[[nodiscard]] constexpr std::uint64_t pattern(access how, std::uint64_t n) noexcept {
  return how == access::word ? (n << 32 | (n & 0xFFFF'FFFF)) : n;
}

/// Stores number `n` at the beginning of a line.
void host_write(access how, std::uint64_t* line, std::uint64_t n);
/// Loads what lies at the beginning of a line, and says whether it is torn: not all of one store.
/// `seen` is its first word.
[[nodiscard]] bool host_read_torn(access how, std::uint64_t const* line, std::uint64_t& seen);
/// The instructions of the host's side, in words.
[[nodiscard]] std::string_view host_form(access how);

}  // namespace gyre::gpu_test
