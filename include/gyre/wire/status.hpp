#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <gyre/core/platform.hpp>
#include <gyre/wire/detail/attributes.hpp>

namespace gyre::wire {

/// Why bytes were refused, or a value could not be written. `explain(fault)` gives the sentence.
enum class fault : std::uint8_t {
  none,              ///< All is well.
  truncated,         ///< The bytes end inside a value.
  bad_length,        ///< A length or count is negative, more than the bytes hold, or contradictory.
  over_capacity,     ///< More elements or text than the receiving member has room for.
  bad_header,        ///< An object has more members than its type knows, or a reserved header.
  too_deep,          ///< Over `depth_limit`, or `reference_depth_limit`, levels are nested.
  bad_utf8,          ///< Text is not valid UTF-8 (or UTF-16, where it came in that form).
  bad_bool,          ///< A truth value or a null flag is neither 0 nor 1.
  bad_value,         ///< A value is outside of its type's range, such as a 26th hour.
  bad_tag,           ///< A union carries a tag that its type does not list.
  trailing_bytes,    ///< Bytes are left over after the message.
  null_not_allowed,  ///< A null where the type has none: it would have to be std::optional.
  duplicate_key,     ///< A map or a set holds a key twice.
  not_borrowable,    ///< A view cannot borrow this text: it came as UTF-16.
  no_room,           ///< The output span is smaller than the encoded message.
  too_long,          ///< The message is over the format's limit of 2 GiB.
  no_memory,         ///< The decoded value did not fit in memory.
  bad_reference,     ///< A reference id names no earlier object of the type, or is out of order.
};

/// The enumerator's name.
[[nodiscard]] std::string_view to_string(fault code) noexcept;

/// One sentence on what the fault means.
[[nodiscard]] std::string_view explain(fault code) noexcept;

/// How many levels of collections, maps and owned pointers a message may nest.
inline constexpr std::size_t depth_limit = 64;

/// How long a chain of objects of kind circular_reference may be, from the message to the last of
/// them: each object is a level, and so is each collection between two. C#'s writer stops at 1,000
/// too. It bounds the stack that reading, writing and destroying them takes: under 400 KiB for a
/// list at the limit with g++ 12 -O3, under 1 MiB with -O0.
inline constexpr std::size_t reference_depth_limit = 1000;

/// What came of an encode or decode: trivially copyable, so that a kernel can hand it back.
struct status {
  /// Levels of the path that are kept; what lies deeper is left out.
  static constexpr std::size_t path_capacity = 6;

  fault code = fault::none;
  /// Levels in `path`, at most `path_capacity`.
  std::uint8_t path_size = 0;
  /// True if the value lies deeper than the path says.
  bool path_cut = false;
  /// Where in the bytes the refused value begins; saturates.
  std::uint32_t offset = 0;
  /// The way to the refused value from the message: at each level the index of an object's member,
  /// a collection's element or a union's alternative. `describe` turns it into names.
  std::uint32_t path[path_capacity] = {};

  /// True if nothing is wrong.
  [[nodiscard]] GYRE_FN constexpr explicit operator bool() const noexcept {
    return code == fault::none;
  }

  /// Adds an outer level to the path, on the way out of a refused value. The shift is unrolled, so
  /// that in a kernel the path stays in registers.
  GYRE_FN constexpr void enclose(std::uint32_t step) noexcept {
    path_cut = path_cut || path_size == path_capacity;
    for (std::size_t i = path_capacity - 1; i > 0; --i) path[i] = path[i - 1];
    path[0] = step;
    if (path_size < path_capacity) ++path_size;
  }
};

namespace detail {

/// What a reader carries besides its position: touched on cold paths alone. `what` is left unset
/// until something is refused; setting it for every message would cost more than a short message.
struct failure {
  std::byte const* begin;
  std::uint32_t depth = 0;
  union {
    status what;
  };
  GYRE_FN explicit failure(std::byte const* first) noexcept : begin(first) {}
};

/// Notes what is wrong `at` this place.
GYRE_WIRE_COLD inline void note(failure& f, fault code, std::byte const* at) noexcept {
  auto const offset = static_cast<std::size_t>(at - f.begin);
  f.what = status{};
  f.what.code = code;
  f.what.offset = offset < UINT32_MAX ? static_cast<std::uint32_t>(offset) : UINT32_MAX;
}

/// Notes it, and returns the null position that stands for "refused". Inlined, so that the caller's
/// compiler sees that nothing but the way out follows.
GYRE_WIRE_HOT std::byte const* refuse(failure& f, fault code, std::byte const* at) noexcept {
  note(f, code, at);
  return nullptr;
}

}  // namespace detail
}  // namespace gyre::wire
