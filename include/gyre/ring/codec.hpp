#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include <gyre/core/platform.hpp>
#include <gyre/ring/memory_model.hpp>

/// \file
/// How a slot says that it is full: the tag codecs. A tag is the lap of the ring, counted from 1,
/// so a slot is never cleared: zeroed memory reads as empty, and last lap's tag as not yet.
///
/// | codec  | tag                       | payload of a 64-byte slot | for |
/// | ------ | ------------------------- | ------------------------- | --- |
/// | commit | one 64-bit word, released | 56 bytes, readable in place | CPU to CPU |
/// | tag8   | one byte in each 8        | 56 bytes, packed            | across a bus |
/// | tag16  | four bytes in each 16     | 48 bytes, packed            | where 16-byte stores are whole |

namespace gyre {

/// Payload, then a release store of the lap in the slot's first word. The reader's acquire load of
/// that word makes the whole slot visible; it may then read the payload where it lies.
template <class Memory = native_memory>
struct commit_codec {
  using memory = Memory;
  using word = typename Memory::template atomic<std::uint64_t>;
  using cell = typename Memory::cell;
  static constexpr bool in_place = true;
  static constexpr std::size_t tag_bytes = sizeof(std::uint64_t);

  /// A slot: the tag, then the cells. Only the first cell is named; `stride` bytes belong to it.
  struct slot {
    word tag;
    cell body[1];
  };

  [[nodiscard]] GYRE_FN static constexpr std::size_t payload(std::size_t stride) noexcept {
    return stride - tag_bytes;
  }
  GYRE_FN static void initialise(std::byte* at, std::size_t) noexcept { new (at) word(0); }
  [[nodiscard]] GYRE_FN static bool ready(std::byte const* at, std::uint64_t lap) noexcept {
    return view(at)->tag.load(platform::memory_order_acquire) == lap;
  }
  GYRE_FN static void put(std::byte* at, std::size_t, std::uint64_t lap, std::byte const* from,
                          std::size_t bytes) noexcept {
    Memory::write(view(at)->body, from, bytes);
    publish(at, lap);
  }
  /// Requires `ready`. Always whole: the tag covers the slot.
  GYRE_FN static bool get(std::byte const* at, std::uint64_t, std::byte* to,
                          std::size_t bytes) noexcept {
    Memory::read(to, view(at)->body, bytes);
    return true;
  }
  /// Where the payload lies; to be written before `publish`, or read after `ready`.
  [[nodiscard]] GYRE_FN static std::byte* body(std::byte* at) noexcept { return at + tag_bytes; }
  GYRE_FN static void publish(std::byte* at, std::uint64_t lap) noexcept {
    view(at)->tag.store(lap, platform::memory_order_release);
  }

 private:
  GYRE_FN static slot* view(std::byte* at) noexcept { return reinterpret_cast<slot*>(at); }
  GYRE_FN static slot const* view(std::byte const* at) noexcept {
    return reinterpret_cast<slot const*>(at);
  }
};

/// A byte of the lap in each 8-byte word: `payload << 8 | lap & 0xFF`. Each word is stored and
/// loaded whole (relaxed), so a slot that arrives in pieces, in any order, is seen as such without
/// a fence. The writer writes every word of a slot, needed or not: a word left out would keep a tag
/// that comes round again after 256 laps. (The form of NCCL's and NVSHMEM's low-latency protocols.)
template <class Memory = native_memory>
struct tag8_codec {
  using memory = Memory;
  using word = typename Memory::template atomic<std::uint64_t>;
  static constexpr bool in_place = false;

  [[nodiscard]] GYRE_FN static constexpr std::size_t payload(std::size_t stride) noexcept {
    return stride / 8 * 7;
  }
  GYRE_FN static void initialise(std::byte* at, std::size_t stride) noexcept {
    for (std::size_t i = 0; i < stride / 8; ++i) new (at + i * 8) word(0);
  }
  /// Whether the first word is there; `get` says whether the others are.
  [[nodiscard]] GYRE_FN static bool ready(std::byte const* at, std::uint64_t lap) noexcept {
    return (words(at)[0].load(platform::memory_order_relaxed) & 0xFF) == (lap & 0xFF);
  }
  GYRE_FN static void put(std::byte* at, std::size_t stride, std::uint64_t lap,
                          std::byte const* from, std::size_t bytes) noexcept {
    word* const w = words(at);
    for (std::size_t i = 0; i < stride / 8; ++i) {
      std::uint64_t value = 0;
      std::size_t const offset = i * 7;
      if (offset < bytes) {
        std::size_t const left = bytes - offset;
        std::memcpy(&value, from + offset, left < 7 ? left : 7);
      }
      w[i].store(value << 8 | (lap & 0xFF), platform::memory_order_relaxed);
    }
  }
  /// False if one of the words needed is not there yet: nothing is consumed, try again.
  GYRE_FN static bool get(std::byte const* at, std::uint64_t lap, std::byte* to,
                          std::size_t bytes) noexcept {
    word const* const w = words(at);
    for (std::size_t offset = 0, i = 0; offset < bytes; offset += 7, ++i) {
      std::uint64_t const value = w[i].load(platform::memory_order_relaxed);
      if ((value & 0xFF) != (lap & 0xFF)) return false;
      std::uint64_t const payload = value >> 8;
      std::size_t const left = bytes - offset;
      std::memcpy(to + offset, &payload, left < 7 ? left : 7);
    }
    return true;
  }

 private:
  GYRE_FN static word* words(std::byte* at) noexcept { return reinterpret_cast<word*>(at); }
  GYRE_FN static word const* words(std::byte const* at) noexcept {
    return reinterpret_cast<word const*>(at);
  }
};

/// Sixteen bytes that are stored and loaded whole.
struct alignas(16) quad {
  std::uint32_t payload[3];
  std::uint32_t tag;
};

static_assert(sizeof(quad) == 16);

/// Four bytes of the lap in each 16-byte quad, for memory where a 16-byte store is one access:
/// within a device, and across a bus where the torn-read test passed. On a CPU it is for tests.
template <class Memory = native_memory>
struct tag16_codec {
  using memory = Memory;
  using word = typename Memory::template atomic<quad>;
  static constexpr bool in_place = false;

  [[nodiscard]] GYRE_FN static constexpr std::size_t payload(std::size_t stride) noexcept {
    return stride / 16 * 12;
  }
  GYRE_FN static void initialise(std::byte* at, std::size_t stride) noexcept {
    for (std::size_t i = 0; i < stride / 16; ++i) new (at + i * 16) word(quad{});
  }
  /// Whether the first quad is there; `get` says whether the others are.
  [[nodiscard]] GYRE_FN static bool ready(std::byte const* at, std::uint64_t lap) noexcept {
    return words(at)[0].load(platform::memory_order_relaxed).tag == tag_of(lap);
  }
  GYRE_FN static void put(std::byte* at, std::size_t stride, std::uint64_t lap,
                          std::byte const* from, std::size_t bytes) noexcept {
    word* const w = words(at);
    for (std::size_t i = 0; i < stride / 16; ++i) {
      quad value{};
      std::size_t const offset = i * 12;
      if (offset < bytes) {
        std::size_t const left = bytes - offset;
        std::memcpy(value.payload, from + offset, left < 12 ? left : 12);
      }
      value.tag = tag_of(lap);
      w[i].store(value, platform::memory_order_relaxed);
    }
  }
  /// False if one of the quads needed is not there yet: nothing is consumed, try again.
  GYRE_FN static bool get(std::byte const* at, std::uint64_t lap, std::byte* to,
                          std::size_t bytes) noexcept {
    word const* const w = words(at);
    for (std::size_t offset = 0, i = 0; offset < bytes; offset += 12, ++i) {
      quad const value = w[i].load(platform::memory_order_relaxed);
      if (value.tag != tag_of(lap)) return false;
      std::size_t const left = bytes - offset;
      std::memcpy(to + offset, value.payload, left < 12 ? left : 12);
    }
    return true;
  }

 private:
  GYRE_FN static std::uint32_t tag_of(std::uint64_t lap) noexcept {
    return static_cast<std::uint32_t>(lap);
  }
  GYRE_FN static word* words(std::byte* at) noexcept { return reinterpret_cast<word*>(at); }
  GYRE_FN static word const* words(std::byte const* at) noexcept {
    return reinterpret_cast<word const*>(at);
  }
};

}  // namespace gyre
