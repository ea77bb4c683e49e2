#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <gyre/wire/detail/codec.hpp>

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

template <class T>
GYRE_WIRE_HOT std::byte* put_null(std::byte* out) noexcept {
  if constexpr (codec<T>::null == null_form::collection) {
    return store(out, null_collection);
  } else {
    *out = null_object;
    return out + 1;
  }
}

/// Whether a null stands here. Too few bytes to tell are no null: what reads the value then finds
/// them short.
template <class T>
[[nodiscard]] GYRE_WIRE_HOT bool is_null(std::byte const* at, std::byte const* end) noexcept {
  if constexpr (codec<T>::null == null_form::collection) {
    return left(at, end) >= 4 && load<std::int32_t>(at) == null_collection;
  } else {
    return at != end && *at == null_object;
  }
}

template <class T>
inline constexpr std::size_t null_size = codec<T>::null == null_form::collection ? 4 : 1;

/// An optional of what is not unmanaged: null is the type's own null. (Unmanaged ones: `raw`.)
template <class T>
  requires(!is_raw<T> && !is_optional<T> && !is_tuple<T>)
struct codec<std::optional<T>> {
  static constexpr std::size_t min = null_size<T> < codec<T>::min ? null_size<T> : codec<T>::min;
  static constexpr std::size_t max = codec<T>::max;
  static constexpr std::size_t least =
      null_size<T> < codec<T>::least ? null_size<T> : codec<T>::least;
  static constexpr bool rigid = false;
  static constexpr null_form null = codec<T>::null;

  static GYRE_WIRE_HOT std::size_t size(std::optional<T> const& value) noexcept {
    return value.has_value() ? codec<T>::size(*value) : null_size<T>;
  }
  template <class Policy>
  static GYRE_WIRE_HOT std::byte* put(std::optional<T> const& value, std::byte* out) noexcept {
    return value.has_value() ? codec<T>::template put<Policy>(*value, out) : put_null<T>(out);
  }
  static GYRE_WIRE_HOT std::byte const* get(std::byte const* at, std::byte const* end,
                                            std::optional<T>& out, failure& f) {
    if (is_null<T>(at, end)) {
      out.reset();
      return at + null_size<T>;
    }
    if (!out.has_value()) out.emplace();
    return codec<T>::get(at, end, *out, f);
  }
};

/// An optional of a tuple that holds a reference, C#'s Nullable of a struct: an object of one
/// member, which is the tuple.
template <class T>
  requires(!is_raw<T> && is_tuple<T>)
struct codec<std::optional<T>> {
  static constexpr std::size_t min = 1;
  static constexpr std::size_t max = add_sizes(1, codec<T>::max);
  static constexpr std::size_t least = 1;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::object;

  static GYRE_WIRE_HOT std::size_t size(std::optional<T> const& value) noexcept {
    return value.has_value() ? 1 + codec<T>::size(*value) : 1;
  }
  template <class Policy>
  static GYRE_WIRE_HOT std::byte* put(std::optional<T> const& value, std::byte* out) noexcept {
    *out = value.has_value() ? std::byte{1} : null_object;
    return value.has_value() ? codec<T>::template put<Policy>(*value, out + 1) : out + 1;
  }
  static GYRE_WIRE_HOT std::byte const* get(std::byte const* at, std::byte const* end,
                                            std::optional<T>& out, failure& f) {
    if (at == end) return refuse(f, fault::truncated, at);
    if (*at == null_object) {
      out.reset();
      return at + 1;
    }
    if (*at != std::byte{1}) return refuse(f, fault::bad_header, at);
    if (!out.has_value()) out.emplace();
    return codec<T>::get(at + 1, end, *out, f);
  }
};

/// A C# reference to an object, null or not: for types that contain themselves. Sharing is not
/// kept: an object that two pointers of C# share arrives twice.
template <class T>
  requires(!is_bad_pointer<std::unique_ptr<T>>)
struct codec<std::unique_ptr<T>> {
  static constexpr std::size_t min = 1;
  static constexpr std::size_t max = unbounded;
  static constexpr std::size_t least = 1;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::object;

  static std::size_t size(std::unique_ptr<T> const& value) noexcept {
    return value ? codec<T>::size(*value) : 1;
  }
  template <class Policy>
  static std::byte* put(std::unique_ptr<T> const& value, std::byte* out) noexcept {
    return value ? codec<T>::template put<Policy>(*value, out) : put_null<T>(out);
  }
  static std::byte const* get(std::byte const* at, std::byte const* end, std::unique_ptr<T>& out,
                              failure& f) {
    if (is_null<T>(at, end)) {
      out.reset();
      return at + 1;
    }
    level const deeper(f);
    if (!deeper) return refuse(f, fault::too_deep, at);
    if (!out) out = std::make_unique<T>();
    return codec<T>::get(at, end, *out, f);
  }
};

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
