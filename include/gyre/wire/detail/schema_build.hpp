#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gyre/core/type_name.hpp>
#include <gyre/wire/codec.hpp>
#include <gyre/wire/detail/schema_enum.hpp>
#include <gyre/wire/detail/schema_shape.hpp>
#include <gyre/wire/names.hpp>
#include <gyre/wire/schema_types.hpp>

namespace gyre::wire::detail {

/// An address for each C++ type.
template <class T>
inline char schema_key = 0;

/// Where the type with this key is, or `schema::types.size()`.
[[nodiscard]] std::size_t place_of(schema const& s, void const* key) noexcept;

[[nodiscard]] std::string number_text(std::int64_t value);
[[nodiscard]] std::string number_text(std::uint64_t value);
[[nodiscard]] std::string number_text(float value);  ///< Shortest; NaN, Infinity, -Infinity.
[[nodiscard]] std::string number_text(double value);

/// A value as `schema_member::default_value` has it; none if it has no such form.
template <class M>
[[nodiscard]] std::optional<std::string> default_text(M const& value) {
  if constexpr (is_link<M> || is_owned<M>) {
    return std::nullopt;
  } else if constexpr (is_optional<M>) {
    return value ? default_text(*value) : std::nullopt;
  } else if constexpr (is_text<M>) {
    return std::string(value.data(), value.size());
  } else if constexpr (std::is_same_v<M, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_floating_point_v<M>) {
    return number_text(value);
  } else if constexpr (std::is_same_v<M, char16_t> || std::is_same_v<M, char32_t>) {
    return std::nullopt;
  } else if constexpr (std::is_enum_v<M>) {
    return default_text(static_cast<enum_number<M>>(value));
  } else if constexpr (std::is_integral_v<M>) {
    using wide = std::conditional_t<std::is_signed_v<M>, std::int64_t, std::uint64_t>;
    return number_text(static_cast<wide>(value));
  } else {
    return std::nullopt;
  }
}

/// Whether a member holds what a new one has in every language: zeros, null, nothing.
template <class M>
[[nodiscard]] bool holds_nothing(M const& value) {
  std::vector<std::byte> bytes;
  if (!encode(value, bytes)) return false;
  if constexpr (is_raw<M>) {
    return bytes == std::vector<std::byte>(bytes.size());
  } else {
    std::vector<std::byte> fresh;
    return encode(M{}, fresh) && bytes == fresh;
  }
}

template <class T>
std::size_t add_type(schema& s);

/// Sees the members of a new object one after another.
template <class T>
struct add_members {
  schema& s;
  schema_type& type;
  std::optional<std::size_t> at;

  template <class... Ms>
  void operator()(Ms const&... ms) {
    (one(ms), ...);
  }

 private:
  template <class M>
  void one(M const& value) {
    schema_member m;
    std::size_t const index = type.members.size();
    m.name = member_names<T>()[index];
    m.type = add_type<M>(s);
    m.order = index;
    if constexpr (shape_of<T>() == shape::version_tolerant || shape_of<T>() == shape::circular) {
      m.order = tolerant_codec<T>::members::at(index);
    } else if constexpr (shape_of<T>() == shape::unmanaged) {
      at = align_up(*at, raw<M>::align);
    }
    m.offset = at;
    if (at) *at += codec<M>::min;
    if (codec<M>::min != codec<M>::max) at.reset();
    if (shape_of<T>() != shape::unmanaged && !holds_nothing(value)) {
      m.default_value = default_text(value);
      m.other_default = !m.default_value.has_value();
    }
    type.members.push_back(std::move(m));
  }
};

struct add_parts {
  schema& s;
  schema_type& type;

  template <class... Ts>
  void operator()(types<Ts...>) const {
    (type.parts.push_back(add_type<Ts>(s)), ...);
  }
};

template <class T>
void describe_type(schema& s, schema_type& type) {
  constexpr shape form = shape_of<T>();
  if constexpr (form == shape::enumeration) {
    type.name = schema_name<T>();
    type.parts.push_back(add_type<enum_number<T>>(s));
    type.enumerators = enumerators_of<T>();
  } else if constexpr (form == shape::object || form == shape::unmanaged ||
                       form == shape::version_tolerant || form == shape::circular) {
    type.name = schema_name<T>();
    std::optional<std::size_t> begin;
    if (form == shape::object) begin = 1;
    if (form == shape::unmanaged) begin = 0;
    T const fresh{};
    visit_members(fresh, add_members<T>{s, type, begin});
  } else if constexpr (parts_of<T>::container) {
    add_parts{s, type}(typename parts_of<T>::list{});
    if constexpr (form == shape::one_of) {
      type.name = schema_name<T>();
      type.tags.assign(union_tags<T>.begin(), union_tags<T>.end());
    }
  }
}

/// The place of T in the schema, where it is put if it is not there.
template <class T>
std::size_t add_type(schema& s) {
  std::size_t const known = place_of(s, &schema_key<T>);
  if (known != s.types.size()) return known;
  schema_type type;
  type.form = shape_of<T>();
  type.cpp_name = gyre::detail::spelled_name<T>();
  if constexpr (shape_of<T>() == shape::circular) {
    // It stands in no place of its own, only where it is referred to; an id is a varint.
    type.min_size = tolerant_codec<T>::min + 1;
    type.max_size = add_sizes(tolerant_codec<T>::max, 5);
    type.shortest = 2;
  } else {
    type.min_size = codec<T>::min;
    type.max_size = codec<T>::max;
    type.shortest = codec<T>::least;
  }
  if constexpr (is_raw<T>) type.align = raw<T>::align;
  type.least = grid_rank<T> != 0 ? grid_rank<T> : element_bounds<T>[0];
  type.capacity = element_bounds<T>[1];
  type.key = &schema_key<T>;
  // Its place is taken first: a type that contains itself finds it.
  s.types.push_back(type);
  describe_type<T>(s, type);
  s.types[known] = std::move(type);
  return known;
}

}  // namespace gyre::wire::detail
