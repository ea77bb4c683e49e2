#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/ring/ring.hpp>

namespace gyre::test {

/// A ring in ordinary memory with everything that it needs.
template <class Codec>
class native_ring {
 public:
  explicit native_ring(std::uint64_t slots, std::size_t stride = line_bytes)
      : lines_((ring_geometry::of(slots, stride).bytes() + sizeof(line) - 1) / sizeof(line)) {
    source.geometry = ring_geometry::of(slots, stride);
    source.slots = reinterpret_cast<std::byte*>(lines_.data());
    source.words = &words_;
    source.initialise();
    scratch.resize(source.geometry.bytes());
  }

  /// As if `position` slots had been written and read: each slot keeps the tag of its last turn.
  void begin_at(std::uint64_t position) {
    source.words->reserved.store(position, platform::memory_order_relaxed);
    source.words->consumed.store(position, platform::memory_order_relaxed);
    source.words->seen_consumed.store(position, platform::memory_order_relaxed);
    std::byte const nothing[1]{};
    for (std::uint64_t back = 1; back <= source.geometry.slots; ++back) {
      std::uint64_t const at = position - back;
      Codec::put(source.at(at), source.geometry.stride, source.geometry.lap(at), nothing, 1);
    }
  }

  /// A reader whose next message is at `position`.
  [[nodiscard]] ring_reader<Codec> reader(std::uint64_t position = 0) {
    return {source, scratch.data(), scratch.size(), position};
  }

  ring<Codec> source;
  std::vector<std::byte> scratch;

 private:
  struct alignas(cache_line) line {
    std::byte bytes[cache_line];
  };

  std::vector<line> lines_;
  ring_words<typename Codec::memory> words_;
};

/// Message `number` with `length` bytes of payload, each derived from both.
struct numbered {
  numbered(std::uint64_t number, std::uint64_t length) : payload(length) {
    head.correlation = number;
    head.length = static_cast<std::uint32_t>(length);
    for (std::size_t i = 0; i < length; ++i) payload[i] = byte_at(number, i);
  }

  [[nodiscard]] static std::byte byte_at(std::uint64_t number, std::size_t i) {
    return static_cast<std::byte>(1 + number * 31 + i * 7 + (i >> 8));
  }

  envelope head{};
  std::vector<std::byte> payload;
};

/// Whether `shown` is the whole of `expected`.
inline ::testing::AssertionResult is(message_view const& shown, numbered const& expected) {
  if (shown.head.correlation != expected.head.correlation) {
    return ::testing::AssertionFailure()
           << "message " << shown.head.correlation << " instead of " << expected.head.correlation;
  }
  if (shown.head.length != expected.head.length) {
    return ::testing::AssertionFailure()
           << "length " << shown.head.length << " instead of " << expected.head.length;
  }
  for (std::size_t i = 0; i < expected.payload.size(); ++i) {
    if (shown.payload[i] != expected.payload[i]) {
      return ::testing::AssertionFailure()
             << "byte " << i << " of message " << expected.head.correlation << " is wrong";
    }
  }
  return ::testing::AssertionSuccess();
}

template <class Codec, writers Writers>
struct face {
  using codec = Codec;
  using ring_type = native_ring<Codec>;
  using writer_type = ring_writer<Codec, Writers>;
};

/// Every codec with every kind of writer.
using faces =
    ::testing::Types<face<commit_codec<>, writers::one>, face<commit_codec<>, writers::many>,
                     face<tag8_codec<>, writers::one>, face<tag8_codec<>, writers::many>,
                     face<tag16_codec<>, writers::one>, face<tag16_codec<>, writers::many>>;

using codecs = ::testing::Types<commit_codec<>, tag8_codec<>, tag16_codec<>>;

/// Names for typed tests: "commit_many" instead of "1".
struct face_names {
  template <class T>
  static std::string GetName(int i) {
    char const* const names[] = {"commit_one", "commit_many", "tag8_one",
                                 "tag8_many",  "tag16_one",   "tag16_many"};
    return names[i];
  }
};

struct codec_names {
  template <class T>
  static std::string GetName(int i) {
    char const* const names[] = {"commit", "tag8", "tag16"};
    return names[i];
  }
};

}  // namespace gyre::test
