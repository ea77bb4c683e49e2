#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include <gyre/wire/detail/raw.hpp>
#include <gyre/wire/detail/supported.hpp>
#include <gyre/wire/policy.hpp>

namespace gyre::wire {

/// `max_size` of a type that may take any number of bytes.
inline constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

namespace detail {

/// How one type stands on the wire. Each specialisation has
///   `min`, `max`   the least and most bytes its `put` writes (`unbounded`),
///   `least`        the least bytes its `get` accepts: a bound for counts that cannot be trusted,
///   `rigid`        whether every encoding has `min` bytes; then also `load`, unchecked,
///   `null`         how a null of it is written,
///   `size(value)`  the bytes that `put` will write,
///   `put<Policy>(value, out)`  writes them, returns the address after them,
///   `get(at, end, value, failure)`  reads a value, returns the address after it or null.
/// This one is reached by types that have no place on the wire, and says why.
template <class T>
struct codec {
  static constexpr refusal why = refuse_type<T>();
  static_assert(why != refusal::qualified,
                "gyre::wire: a message holds values: no references, const or volatile members");
  static_assert(why != refusal::pointer,
                "gyre::wire: a pointer means nothing to the reader of a message; use a value, "
                "std::optional, std::unique_ptr for a recursive type, or a handle");
  static_assert(why != refusal::c_array,
                "gyre::wire: C arrays cannot be reflected; use std::array or inplace_vector");
  static_assert(why != refusal::plain_char,
                "gyre::wire: char is not a number or a character of the format; use "
                "std::uint8_t, std::int8_t or, for C#'s char, char16_t");
  static_assert(why != refusal::wide_char,
                "gyre::wire: wchar_t differs between platforms; use char16_t or char32_t");
  static_assert(why != refusal::wide_number,
                "gyre::wire: no such number in the format; use float, double, integers up to 64 "
                "bits, gyre::wire::int128 or gyre::wire::decimal");
  static_assert(why != refusal::not_aggregate,
                "gyre::wire: not an aggregate; give it no constructors and public members only, "
                "or list its members: using wire_members = gyre::wire::members<&T::a, &T::b>");
  static_assert(why != refusal::not_default,
                "gyre::wire: a message must be default-constructible, to be read into");
  static_assert(why != refusal::base_class,
                "gyre::wire: base classes cannot be reflected; make the base a member or list "
                "all members: using wire_members = gyre::wire::members<&T::a, &T::b>");
  static_assert(why != refusal::too_many_members,
                "gyre::wire: more than 64 members; group some of them in a nested struct");
  static_assert(why != refusal::borrowed_elements,
                "gyre::wire: a span can borrow only single bytes that may have any value: larger "
                "elements would be misaligned in the input; use std::vector or inplace_vector");
  static_assert(why != refusal::nested_optional,
                "gyre::wire: an optional of an optional has one null too many");
  static_assert(why != refusal::loose_enum,
                "gyre::wire: an enum needs an underlying type (not bool), as it has in C#: "
                "enum class e : std::int32_t");
  static_assert(why != refusal::raw_member,
                "gyre::wire: an unmanaged struct is copied as memory: it holds scalars, enums, "
                "uuids, optionals and tuples of these, and unmanaged structs alone");
  static_assert(why != refusal::not_object,
                "gyre::wire: the alternatives of a union, and what std::unique_ptr points to, are "
                "C# classes: structs of kind object; for others use std::optional");
  static_assert(why != refusal::bad_link,
                "gyre::wire: std::shared_ptr and std::weak_ptr hold structs of kind "
                "circular_reference; for others use std::unique_ptr or std::optional");
  static_assert(why != refusal::circular_value,
                "gyre::wire: an object of kind circular_reference has an identity, which a value "
                "has not: hold it by std::shared_ptr");
  static_assert(why != refusal::part && why != refusal::none,
                "gyre::wire: a part of this type has no place on the wire");
};

/// How a null is written where a type is optional.
enum class null_form : std::uint8_t { nullable, collection, object };

inline constexpr std::byte null_object{255};
inline constexpr std::int32_t null_collection = -1;

template <class T>
  requires is_raw<T>
struct codec<T> {
  static constexpr std::size_t min = raw<T>::size;
  static constexpr std::size_t max = min;
  static constexpr std::size_t least = min;
  static constexpr bool rigid = true;
  static constexpr null_form null = null_form::nullable;

  static GYRE_WIRE_HOT std::size_t size(T const&) noexcept { return min; }

  template <class Policy>
  static GYRE_WIRE_HOT std::byte* put(T const& value, std::byte* out) noexcept {
    raw<T>::store(value, out);
    return out + min;
  }
  static GYRE_WIRE_HOT fault load(std::byte const* at, T& out) noexcept {
    return raw<T>::load(at, out);
  }
  static GYRE_WIRE_HOT std::byte const* get(std::byte const* at, std::byte const* end, T& out,
                                            failure& f) noexcept {
    if (left(at, end) < min) [[unlikely]]
      return refuse(f, fault::truncated, at);
    fault const code = raw<T>::load(at, out);
    if (code != fault::none) [[unlikely]]
      return refuse(f, code, at);
    return at + min;
  }
};

/// Reads the four-byte header of a collection or a string.
GYRE_WIRE_HOT bool get_header(std::byte const* at, std::byte const* end, std::int32_t& header,
                              failure& f) noexcept {
  if (left(at, end) < 4) [[unlikely]] {
    note(f, fault::truncated, at);
    return false;
  }
  header = load<std::int32_t>(at);
  return true;
}

/// One level of nesting, while it lives; false if that is one too many.
struct level {
  failure& f;
  GYRE_FN explicit level(failure& of) noexcept : f(of) { ++f.depth; }
  GYRE_FN ~level() { --f.depth; }
  level(level const&) = delete;
  level& operator=(level const&) = delete;
  [[nodiscard]] GYRE_FN explicit operator bool() const noexcept { return f.depth <= depth_limit; }
};

}  // namespace detail
}  // namespace gyre::wire
