#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// The inputs of the wire's fuzzer: a byte that picks a type, then a message that is read as it.
namespace fuzz {

using bytes_view = std::span<std::byte const>;
using bytes = std::vector<std::byte>;

/// What is known of a type's encodings.
enum class form : std::uint8_t {
  free,       ///< Several encodings may mean the same value; ours is always the same one.
  canonical,  ///< Of one length, there is one encoding of a value.
  unordered,  ///< The order of writing is the container's, and may change.
};

/// A type that an input may be read as. `sample` encodes a value.
struct entry {
  std::string_view name;
  form known;
  void (*check)(std::string_view type, form known, bytes_view in);
  bool (*accepts)(bytes_view in);
  bytes (*sample)();
};

/// The types, at least one of each shape of the format. Never empty.
[[nodiscard]] std::span<entry const> entries();

/// Tries one input. Aborts on a finding.
inline void one_input(bytes_view in) {
  if (in.empty()) return;
  entry const& e = entries()[static_cast<std::size_t>(in[0]) % entries().size()];
  e.check(e.name, e.known, in.subspan(1));
}

}  // namespace fuzz
