#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include <gyre/wire/detail/associative.hpp>
#include <gyre/wire/detail/circular.hpp>
#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/detail/collection.hpp>
#include <gyre/wire/detail/graph.hpp>
#include <gyre/wire/detail/grid.hpp>
#include <gyre/wire/detail/nullable.hpp>
#include <gyre/wire/detail/object.hpp>
#include <gyre/wire/detail/string.hpp>
#include <gyre/wire/detail/tuple.hpp>
#include <gyre/wire/detail/union.hpp>
#include <gyre/wire/detail/version_tolerant.hpp>
#include <gyre/wire/policy.hpp>
#include <gyre/wire/status.hpp>

/// \file
/// MemoryPack (https://github.com/Cysharp/MemoryPack, "Binary wire format specification"): what C#
/// and TypeScript write, read and written by the same headers on the host and in a kernel.
///
/// All functions are reentrant, keep no state and never throw. For types that own no memory (no
/// std::string, std::vector and the like in them) they do not allocate, and run in kernels. Types
/// that refer to objects of kind circular_reference need a table of them for every call: see
/// `has_circular_references`.

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire {

namespace detail {

template <class T>
inline constexpr bool is_serializable = refuse_type<T>() == refusal::none;

/// Types that may allocate, and so throw, and so have no place in a kernel.
template <class T>
inline constexpr bool owns_memory = !std::is_trivially_destructible_v<T>;

template <class T>
GYRE_WIRE_HOT status get_prefix(std::span<std::byte const> in, T& out, std::size_t& consumed) {
  failure f(in.data());
  std::byte const* const after = codec<T>::get(in.data(), in.data() + in.size(), out, f);
  consumed = 0;
  if (after == nullptr) [[unlikely]]
    return f.what;
  consumed = left(in.data(), after);
  return {};
}

template <class T>
GYRE_WIRE_HOT status get_all_of(std::span<std::byte const> in, T& out) {
  failure f(in.data());
  std::byte const* const end = in.data() + in.size();
  std::byte const* const after = codec<T>::get(in.data(), end, out, f);
  if (after == nullptr) [[unlikely]]
    return f.what;
  if (after == end) [[likely]]
    return {};
  note(f, fault::trailing_bytes, after);
  return f.what;
}

/// Reads again what was found wrong in short, and says what it is.
template <class T>
GYRE_WIRE_COLD status get_all_again(std::span<std::byte const> in, T& out) {
  return get_all_of(in, out);
}

template <class T>
inline constexpr bool is_flat = false;
template <class T>
  requires(requires { codec<T>::flat; })
inline constexpr bool is_flat<T> = codec<T>::flat;

/// A flat object is nothing but loads, where all is well: no `failure` is made for it.
template <class T>
GYRE_WIRE_HOT status get_all(std::span<std::byte const> in, T& out) {
  if constexpr (is_flat<T>) {
    if (in.size() == codec<T>::min && codec<T>::load_whole(in.data(), out)) [[likely]]
      return {};
    return get_all_again(in, out);
  } else {
    return get_all_of(in, out);
  }
}

/// The same with a table of objects, which are taken apart if the message is refused. With `prefix`
/// bytes may be left over.
template <class T>
status get_graph(std::span<std::byte const> in, T& out, std::size_t& consumed, bool prefix) {
  object_reader r(in.data());
  std::byte const* const end = in.data() + in.size();
  std::byte const* after = nullptr;
  try {
    after = codec<T>::get(in.data(), end, out, r);
  } catch (...) {
    r.dismantle();
    throw;
  }
  if (after != nullptr && after != end && !prefix) after = refuse(r, fault::trailing_bytes, after);
  if (after != nullptr) {
    consumed = left(in.data(), after);
    return {};
  }
  r.dismantle();
  return r.what;
}

/// What `f` returns, or `fault::no_memory` if there was not the memory for it.
template <class F>
[[nodiscard]] status guarded(F&& f) noexcept {
  try {
    return f();
  } catch (std::bad_alloc const&) {
    return {.code = fault::no_memory};
  } catch (std::length_error const&) {
    return {.code = fault::no_memory};
  }
}

}  // namespace detail

/// A type that has a place on the wire. Where a static_assert says why not, use the type.
template <class T>
concept serializable = detail::is_serializable<T>;

/// The least bytes that encoding a T takes. (A reader accepts an object with members left out, and
/// so fewer.)
template <class T>
inline constexpr std::size_t min_size = detail::codec<T>::min;

/// The most bytes that encoding a T takes; `unbounded` if it holds std::string, std::vector, …
template <class T>
inline constexpr std::size_t max_size = detail::codec<T>::max;

/// Whether a T refers, at any depth, to objects of kind circular_reference. Such types are for the
/// host alone, and what they refer to must stay as it is during a call.
///
/// Writing them takes two walks over the objects, reading them one: O(n log n) in the bytes at
/// worst (where a reader skips objects that it does not know), else O(n). Both keep a table of all
/// objects for the call. Chains of over `reference_depth_limit` are refused, `fault::too_deep`,
/// both ways.
template <class T>
inline constexpr bool has_circular_references = detail::holds_links<T>();

/// The bytes that encoding `value` takes.
template <class T>
  requires(!has_circular_references<T>)
[[nodiscard]] GYRE_WIRE_HOT std::size_t encoded_size(T const& value) noexcept {
  return detail::codec<T>::size(value);
}
/// The same for values with references, which are walked through for it. 0 if `encode` would refuse
/// the value, or there is no memory for the table.
template <class T>
  requires has_circular_references<T>
[[nodiscard]] std::size_t encoded_size(T const& value) noexcept {
  std::size_t bytes = 0;
  (void)detail::guarded([&] {
    detail::graph_plan plan;
    status const s = detail::measure_graph(value, plan);
    if (s) bytes = plan.bytes;
    return s;
  });
  return bytes;
}

/// Writes exactly `encoded_size(value)` bytes at `out`, which must have room for them, and returns
/// how many. Text is taken to be UTF-8. `policy`: see `utf16_length_exact`.
template <class T, class Policy = utf16_length_unknown>
  requires(!has_circular_references<T>)
GYRE_WIRE_HOT std::size_t encode_unchecked(T const& value, std::byte* out,
                                           [[maybe_unused]] Policy policy = {})
noexcept {
  return static_cast<std::size_t>(detail::codec<T>::template put<Policy>(value, out) - out);
}
/// The same for values with references. It measures them once more, so prefer `encode`. Nothing is
/// written, and 0 returned, where `encoded_size` is 0.
template <class T, class Policy = utf16_length_unknown>
  requires has_circular_references<T> std::size_t encode_unchecked(
      T const& value, std::byte* out, [[maybe_unused]] Policy policy = {})
noexcept {
  std::size_t bytes = 0;
  (void)detail::guarded([&] {
    detail::graph_plan plan;
    status const s = detail::measure_graph(value, plan);
    if (!s) return s;
    detail::write_graph<Policy>(value, plan, out);
    bytes = plan.bytes;
    return s;
  });
  return bytes;
}

/// Writes `value` to the front of `out`; `written` is how many bytes that took, and how many it
/// would take with `fault::no_room`. Also `fault::too_long`, over 2 GiB. Refused, it writes
/// nothing.
template <class T, class Policy = utf16_length_unknown>
  requires(!has_circular_references<T>)
[[nodiscard]] GYRE_FN status encode(T const& value, std::span<std::byte> out, std::size_t& written,
                                    Policy policy = {}) noexcept {
  constexpr std::size_t most = max_size<T>;
  if (most > INT32_MAX || out.size() < most) {
    written = encoded_size(value);
    if (written > INT32_MAX) return {.code = fault::too_long};
    if (written > out.size()) return {.code = fault::no_room};
  }
  written = encode_unchecked(value, out.data(), policy);
  return {};
}

/// The same for values with references, on the host: also `fault::too_deep`, with the way to the
/// object, and `fault::no_memory`, for the table; then `written` is 0.
template <class T, class Policy = utf16_length_unknown>
  requires has_circular_references<T>
[[nodiscard]] status encode(T const& value, std::span<std::byte> out, std::size_t& written,
                            [[maybe_unused]] Policy policy = {}) noexcept {
  written = 0;
  return detail::guarded([&]() -> status {
    detail::graph_plan plan;
    if (status const s = detail::measure_graph(value, plan); !s) return s;
    written = plan.bytes;
    if (written > out.size()) return {.code = fault::no_room};
    detail::write_graph<Policy>(value, plan, out.data());
    return {};
  });
}

/// Appends `value` to `out`, which grows. `fault::too_long`, over 2 GiB, or `fault::no_memory`;
/// then nothing is appended. Never throws.
template <class T, class Policy = utf16_length_unknown>
  requires(!has_circular_references<T>)
[[nodiscard]] status encode(T const& value, std::vector<std::byte>& out,
                            Policy policy = {}) noexcept {
  std::size_t const size = encoded_size(value);
  if (size > INT32_MAX) return {.code = fault::too_long};
  std::size_t const before = out.size();
  return detail::guarded([&]() -> status {
    out.resize(before + size);
    (void)encode_unchecked(value, out.data() + before, policy);
    return {};
  });
}

/// The same for values with references: also `fault::too_deep`.
template <class T, class Policy = utf16_length_unknown>
  requires has_circular_references<T>
[[nodiscard]] status encode(T const& value, std::vector<std::byte>& out,
                            [[maybe_unused]] Policy policy = {}) noexcept {
  return detail::guarded([&]() -> status {
    detail::graph_plan plan;
    if (status const s = detail::measure_graph(value, plan); !s) return s;
    std::size_t const before = out.size();
    out.resize(before + plan.bytes);
    detail::write_graph<Policy>(value, plan, out.data() + before);
    return {};
  });
}

/// Reads a T from the front of `in` into `out`; `consumed` is how many bytes it took (0 if
/// refused).
///
/// Strings and vectors in `out` keep their capacity. If an object on the wire has fewer members
/// than T (an older version), the missing ones have their defaults. Refused, `out` holds some of
/// the new values and some of the old, all of them valid. Never throws.
template <class T>
  requires(!detail::owns_memory<T>)
[[nodiscard]] GYRE_FN status decode_prefix(std::span<std::byte const> in, T& out,
                                           std::size_t& consumed) noexcept {
  return detail::get_prefix(in, out, consumed);
}
/// The same for types that own memory, on the host: also `fault::no_memory`.
///
/// With circular references, each object on the wire becomes a new one in `out`; refused, all
/// objects that were made are empty. Accepted, they may own one another in cycles, which are never
/// freed unless they are broken: see wire/dismantle.hpp.
template <class T>
  requires detail::owns_memory<T>
[[nodiscard]] status decode_prefix(std::span<std::byte const> in, T& out,
                                   std::size_t& consumed) noexcept {
  consumed = 0;
  return detail::guarded([&] {
    if constexpr (has_circular_references<T>) {
      return detail::get_graph(in, out, consumed, true);
    } else {
      return detail::get_prefix(in, out, consumed);
    }
  });
}

/// As `decode_prefix`, of all of `in`: `fault::trailing_bytes` if any are left.
template <class T>
  requires(!detail::owns_memory<T>)
[[nodiscard]] GYRE_FN status decode(std::span<std::byte const> in, T& out) noexcept {
  return detail::get_all(in, out);
}
/// The same for types that own memory, on the host: also `fault::no_memory`.
template <class T>
  requires detail::owns_memory<T>
[[nodiscard]] status decode(std::span<std::byte const> in, T& out) noexcept {
  return detail::guarded([&] {
    if constexpr (has_circular_references<T>) {
      std::size_t consumed = 0;
      return detail::get_graph(in, out, consumed, false);
    } else {
      return detail::get_all(in, out);
    }
  });
}

}  // namespace gyre::wire
GYRE_WIRE_EITHER_END
