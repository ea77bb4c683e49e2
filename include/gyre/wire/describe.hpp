#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gyre/core/error.hpp>
#include <gyre/core/type_name.hpp>
#include <gyre/wire/codec.hpp>
#include <gyre/wire/names.hpp>

namespace gyre::wire {

namespace detail {

/// Walks a status's path beside the type, and writes it down: "orders[3].name".
template <class T>
void append_path(status const& s, std::size_t level, std::string& out);

struct append_part_path {
  status const& s;
  std::size_t level;
  std::size_t part;
  std::string& out;

  template <class... Ms>
  void operator()(types<Ms...>) const {
    std::size_t index = 0;
    ((index++ == part ? append_path<Ms>(s, level + 1, out) : void()), ...);
  }
};

template <class T>
void append_path(status const& s, std::size_t level, std::string& out) {
  if (level == s.path_size) return;
  std::size_t const step = s.path[level];
  if constexpr (is_optional<T>) {
    append_path<type_at_t<0, typename parts_of<T>::list>>(s, level, out);
  } else if constexpr (is_map<T>) {
    out += '[' + std::to_string(step / 2) + (step % 2 == 0 ? "].key" : "].value");
    append_part_path{s, level, step % 2, out}(typename parts_of<T>::list{});
  } else if constexpr (parts_of<T>::container) {
    using list = typename parts_of<T>::list;
    out += '[' + std::to_string(step) + ']';
    append_part_path{s, level, list::size == 1 ? 0 : step, out}(list{});
  } else if constexpr (std::is_class_v<T>) {
    constexpr auto names = member_names<T>();
    if (step >= names.size()) return;
    if (!out.empty()) out += '.';
    out += names[step];
    append_part_path{s, level, step, out}(member_types<T>{});
  }
}

/// The sentence for a status, given its path in words.
[[nodiscard]] std::string describe(status const& s, std::string_view type, std::string path);

}  // namespace detail

/// What was refused, where, and why: "vector_add_request.inline_a[3] at byte 79: …". Host only.
template <class T>
[[nodiscard]] std::string describe(status const& s) {
  std::string path;
  detail::append_path<T>(s, 0, path);
  return detail::describe(s, type_name<T>(), std::move(path));
}

/// Reads a T from all of `in`. `errc::malformed`, with the member and the place in its context, or
/// `errc::no_memory`. Never throws.
template <class T>
[[nodiscard]] result<T> read(std::span<std::byte const> in) {
  result<T> out{T{}};
  status const s = decode(in, *out);
  if (!s) {
    return fail(s.code == fault::no_memory ? errc::no_memory : errc::malformed, describe<T>(s));
  }
  return out;
}

namespace detail {
/// The error of an encode that came to nothing.
[[nodiscard]] errc unwritten(fault code) noexcept;
}  // namespace detail

/// The bytes of `value`. `errc::too_large` over 2 GiB, `errc::no_memory`, or
/// `errc::invalid_argument` if references lead too deep. Never throws.
template <class T, class Policy = utf16_length_unknown>
[[nodiscard]] result<std::vector<std::byte>> write(T const& value, Policy policy = {}) {
  std::vector<std::byte> out;
  status const s = encode(value, out, policy);
  if (!s) {
    return fail(detail::unwritten(s.code), describe<T>(s));
  }
  return out;
}

}  // namespace gyre::wire
