#pragma once

#include <array>
#include <cstring>

#include <gtest/gtest.h>

#include <gyre/wire/words.hpp>

#include "test_data.hpp"

namespace test_data {

/// Room for a T in words, with a guard after it, filled with what a forgotten byte would show.
template <class T>
struct words_room {
  static constexpr std::size_t size = gyre::wire::words_size<T>;

  words_room() { std::memset(bytes, 0xA5, sizeof bytes); }

  /// The message, and anything in the padding.
  explicit words_room(test_data::bytes const& message) : words_room() {
    std::memcpy(bytes, message.data(), message.size());
  }
  [[nodiscard]] bool guard_is_whole() const {
    for (std::size_t i = size; i < sizeof bytes; ++i) {
      if (bytes[i] != std::byte{0xA5}) return false;
    }
    return true;
  }

  alignas(16) std::byte bytes[size + 16];
};

/// In words a value is the same bytes and zeros after them, and these bytes are the same value.
template <gyre::wire::fixed_layout T>
void check_words(T const& value, bytes const& message) {
  ASSERT_EQ(message.size(), gyre::wire::max_size<T>);
  words_room<T> out;
  gyre::wire::encode_words(value, out.bytes);
  EXPECT_EQ(to_hex(bytes(out.bytes, out.bytes + message.size())), to_hex(message));
  for (std::size_t i = message.size(); i < out.size; ++i) EXPECT_EQ(out.bytes[i], std::byte{0});
  EXPECT_TRUE(out.guard_is_whole());

  words_room<T> const in(message);
  T got{};
  gyre::wire::status const s = gyre::wire::decode_words(in.bytes, got);
  ASSERT_TRUE(s) << gyre::wire::describe<T>(s);
  EXPECT_TRUE(got == value);
}

}  // namespace test_data
