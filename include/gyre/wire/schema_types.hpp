#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gyre::wire {

/// What a type is on the wire.
enum class shape : std::uint8_t {
  boolean,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float32,
  float64,
  char16,     ///< C#'s char.
  char32,     ///< C#'s Rune.
  uuid,       ///< C#'s Guid.
  date_time,  ///< These are the types of the same name in `wire/types.hpp`.
  time_span,
  date_only,
  time_only,
  date_time_offset,
  decimal,
  half,
  int128,
  uint128,
  enumeration,       ///< `parts`: the underlying type.
  string,            ///< `capacity`: the most bytes of UTF-8.
  sequence,          ///< `parts`: the element. `least`, `capacity`: how many.
  set,               ///< `parts`: the element.
  map,               ///< `parts`: key, value.
  pair,              ///< C#'s KeyValuePair. `parts`: first, second.
  tuple,             ///< C#'s ValueTuple.
  optional,          ///< `parts`: what may be null.
  owned,             ///< std::unique_ptr: the same, and a level of nesting.
  reference,         ///< std::shared_ptr, std::weak_ptr. `parts`: a circular object.
  grid,              ///< `parts`: the cell. `least`: the rank.
  one_of,            ///< A union. `parts`: the alternatives, `tags`: theirs.
  object,            ///< C#'s class: `members`.
  version_tolerant,  ///< C#'s class with GenerateType.VersionTolerant: `members`.
  circular,          ///< C#'s class with GenerateType.CircularReference: `members`.
  unmanaged,         ///< C#'s unmanaged struct: `members`.
};

/// The enumerator's name: "int32".
[[nodiscard]] std::string_view to_string(shape s) noexcept;

struct schema_member {
  std::string name;       ///< As `member_names` has it.
  std::size_t type = 0;   ///< Its place in `schema::types`.
  std::size_t order = 0;  ///< Its slot; slots that are left out are members that were removed.
  /// Bytes from the object's begin, where nothing before it varies in size.
  std::optional<std::size_t> offset;
  /// What the member holds in a new object, unless that is nothing (0, false, null, empty): a
  /// number, true, or a text. An object that comes without the member has it, in every language.
  std::optional<std::string> default_value;
  /// The new object's member holds something that `default_value` cannot say.
  bool other_default = false;
};

struct schema_enumerator {
  std::string name;
  std::int64_t value = 0;  ///< Of an unsigned 64-bit enum: its bits.
};

/// One C++ type.
struct schema_type {
  shape form = shape::object;
  std::string name;          ///< Of structs, enums and unions that have one; else empty.
  std::string cpp_name;      ///< As the compiler spells it: for messages.
  std::size_t min_size = 0;  ///< Bytes, as `min_size<T>`.
  std::size_t max_size = 0;  ///< Bytes, as `max_size<T>`; `unbounded`.
  std::size_t shortest = 0;  ///< The fewest bytes that a reader accepts.
  /// In C#'s memory, if the type is unmanaged there; else 0.
  std::size_t align = 0;
  std::size_t least = 0;
  std::size_t capacity = SIZE_MAX;
  std::vector<std::size_t> parts;  ///< Places in `schema::types`.
  std::vector<schema_member> members;
  /// Those among -128 to 1023 (of 8 bits: all), the powers of two, and `adapt<E>::wire_values`.
  std::vector<schema_enumerator> enumerators;
  std::vector<std::uint16_t> tags;
  void const* key = nullptr;  ///< The same for the same C++ type.
};

/// Types and all that they are made of. A type may contain itself.
struct schema {
  std::vector<schema_type> types;
  std::vector<std::size_t> roots;  ///< The types that were asked for.
};

}  // namespace gyre::wire
