#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include <gyre/wire.hpp>

#include "fuzz/wire/inputs.hpp"

/// What must hold for each input of the wire's fuzzer, whatever the type that it is read as.
namespace fuzz {

namespace wire = gyre::wire;

[[noreturn]] inline void finding(std::string_view type, std::string_view what) {
  std::fprintf(stderr, "FINDING in %.*s: %.*s\n", static_cast<int>(type.size()), type.data(),
               static_cast<int>(what.size()), what.data());
  std::abort();
}

/// A value that is taken apart when it is done with, or its cycles would be leaks.
template <class T>
struct owned {
  T value{};
  ~owned() {
    if constexpr (wire::has_circular_references<T>) (void)wire::dismantle(value);
  }
};

/// Reading the front of the input agrees with reading all of it, and a refusal says where.
template <class T>
void check_prefix(std::string_view type, bytes_view in, wire::status const& all) {
  owned<T> out;
  std::size_t consumed = 0;
  wire::status const prefix = wire::decode_prefix(in, out.value, consumed);
  if (all) {
    if (!prefix || consumed != in.size()) finding(type, "decode_prefix takes less than decode");
  } else if (all.code == wire::fault::trailing_bytes) {
    if (!prefix || consumed != all.offset) finding(type, "trailing bytes at another place");
  } else if (prefix || consumed != 0 || prefix.code != all.code || prefix.offset != all.offset) {
    finding(type, "decode_prefix refuses otherwise than decode");
  }
  if (all) return;
  if (all.offset > in.size()) finding(type, "a fault behind the end");
  if (wire::describe<T>(all).empty()) finding(type, "a fault without words");
}

/// All ways to write a value agree; `out` gets the bytes.
template <class T>
void check_written(std::string_view type, T const& value, bytes& out) {
  std::size_t const size = wire::encoded_size(value);
  if (size < wire::min_size<T> || size > wire::max_size<T>) finding(type, "a size out of bounds");
  if (!wire::encode(value, out)) finding(type, "what was read is not written");
  if (out.size() != size) finding(type, "encoded_size is not what encode wrote");
  // Blocks of exactly the size, for the sanitizer to watch.
  bytes room(size);
  std::size_t written = 0;
  if (!wire::encode(value, std::span(room), written)) finding(type, "no room in the exact size");
  if (written != size || room != out) finding(type, "a span gets other bytes than a vector");
  if (size != 0 &&
      wire::encode(value, std::span(room).first(size - 1), written).code != wire::fault::no_room) {
    finding(type, "room in less than the size");
  }
  bytes exact(size);
  if (wire::encode_unchecked(value, exact.data(), wire::utf16_length_exact{}) != size) {
    finding(type, "exact lengths take another size");
  }
  owned<T> again;
  if (!wire::decode(exact, again.value)) finding(type, "exact lengths are not read");
}

/// `reused` has the remains of earlier inputs: what is read into it must not show them.
template <class T>
void check(std::string_view type, form known, bytes_view in) {
  owned<T> first;
  wire::status const s = wire::decode(in, first.value);
  check_prefix<T>(type, in, s);
  static owned<T> reused;
  if (static_cast<bool>(wire::decode(in, reused.value)) != static_cast<bool>(s)) {
    finding(type, "a used object reads otherwise");
  }
  if (s) {
    bytes once;
    check_written(type, first.value, once);
    owned<T> second;
    if (!wire::decode(once, second.value)) finding(type, "what was written is not read");
    bytes twice;
    if (!wire::encode(second.value, twice)) finding(type, "what was read again is not written");
    bytes used;
    if (!wire::encode(reused.value, used)) finding(type, "a used object is not written");
    if (known != form::unordered) {
      if (once != twice) finding(type, "written otherwise the second time");
      if (once != used) finding(type, "a used object kept what is not in the message");
    }
    if (known == form::canonical && once.size() == in.size() &&
        !std::equal(in.begin(), in.end(), once.begin())) {
      finding(type, "another encoding of the same length was accepted");
    }
  }
  if constexpr (wire::has_circular_references<T>) (void)wire::dismantle(reused.value);
}

}  // namespace fuzz
