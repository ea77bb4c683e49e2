#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <gyre/core/platform.hpp>

namespace gyre {

/// A 128-bit id for the edge: named queues, deduplication, other languages. Inside, ids are 64-bit.
///
/// `bytes` are in the order of .NET's Guid in memory (the first three fields little endian), which
/// is also MemoryPack's; text is the usual 8-4-4-4-12 form (RFC 9562).
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// A random (version 4) id from a per-thread generator. Thread-safe; not for secrets.
  [[nodiscard]] static uuid random() noexcept;

  /// Reads the 36-character form, either case, with or without braces; nothing else.
  [[nodiscard]] static std::optional<uuid> parse(std::string_view text) noexcept;

  /// 36 lower-case characters.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] constexpr bool is_nil() const noexcept { return *this == uuid{}; }

  // Written out: nvcc makes a declaration without a body of a defaulted one.
  friend constexpr bool operator==(uuid const& a, uuid const& b) noexcept {
    return a.bytes == b.bytes;
  }
  friend constexpr std::strong_ordering operator<=>(uuid const& a, uuid const& b) noexcept {
    return a.bytes <=> b.bytes;
  }
};

static_assert(sizeof(uuid) == 16 && alignof(uuid) == 1, "a uuid is 16 bytes anywhere in a message");

/// Mixes both halves; good enough for open addressing.
[[nodiscard]] GYRE_FN inline std::uint64_t hash_of(uuid const& id) noexcept {
  std::uint64_t half[2];
  std::memcpy(half, &id, sizeof half);
  std::uint64_t h = half[0] ^ (half[1] * 0x9E3779B97F4A7C15ULL);
  h ^= h >> 32;
  h *= 0xD6E8FEB86659FD93ULL;
  return h ^ (h >> 32);
}

}  // namespace gyre
