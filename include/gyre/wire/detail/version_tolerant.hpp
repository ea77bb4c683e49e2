#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/detail/object.hpp>
#include <gyre/wire/detail/varint.hpp>

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

template <class T>
concept states_order = requires {
  typename T::wire_order;
};

template <class T>
struct order_list {
  using type = no_list;
};
template <class T>
  requires states_order<adapt<T>>
struct order_list<T> {
  using type = typename adapt<T>::wire_order;
};
template <class T>
  requires(states_order<T> && !states_order<adapt<T>>)
struct order_list<T> {
  using type = typename T::wire_order;
};

/// The slots of a version-tolerant object: member I stands in slot `at(I)`; the rest are blank.
template <class Orders, std::size_t Count>
struct slots {
  static_assert(std::is_same_v<Orders, no_list>, "gyre::wire: wire_order is gyre::wire::order<…>");
  GYRE_FN static constexpr std::size_t at(std::size_t i) noexcept { return i; }
  static constexpr std::size_t count = Count;
};
template <std::size_t... Orders, std::size_t Count>
struct slots<order<Orders...>, Count> {
  static_assert(sizeof...(Orders) == Count, "gyre::wire: wire_order lists every member once");
  GYRE_FN static constexpr std::size_t at(std::size_t i) noexcept {
    std::size_t const each[] = {Orders..., 0};
    return each[i];
  }
  [[nodiscard]] static constexpr bool ascending() noexcept {
    for (std::size_t i = 1; i < Count; ++i) {
      if (at(i) <= at(i - 1)) return false;
    }
    return true;
  }
  static_assert(ascending(), "gyre::wire: wire_order must be ascending, as members are written");
  static constexpr std::size_t count = Count == 0 ? 0 : at(Count - 1) + 1;
};

/// A version-tolerant object: a byte with the number of slots, the length of each as a varint (0
/// for a blank one), then the members. A reader skips slots that it does not know.
template <class T>
struct tolerant_codec {
  using members = slots<typename order_list<T>::type, member_count<T>>;
  static_assert(members::count <= 249, "gyre::wire: a version-tolerant object has up to 249 slots");

  static constexpr std::size_t blanks = members::count - member_count<T>;
  static constexpr std::size_t min = object_codec<T>::min + blanks + member_count<T>;
  static constexpr std::size_t max =
      add_sizes(object_codec<T>::max, blanks + member_count<T> * std::size_t{5});
  static constexpr std::size_t least = 1;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::object;

  struct size_all {
    template <class... Ms>
    GYRE_FN std::size_t operator()(Ms const&... ms) const noexcept {
      return (one<Ms>(ms) + ... + (1 + blanks));
    }
    template <class M>
    GYRE_FN static std::size_t one(M const& m) noexcept {
      std::size_t const bytes = codec<M>::size(m);
      return bytes + varint_size(static_cast<std::int64_t>(bytes));
    }
  };

  template <class Policy>
  struct put_all {
    std::byte* out;
    std::size_t index = 0;
    std::size_t slot = 0;

    template <class... Ms>
    GYRE_FN std::byte* operator()(Ms const&... ms) noexcept {
      *out++ = static_cast<std::byte>(members::count);
      (put_length(ms), ...);
      ((out = codec<Ms>::template put<Policy>(ms, out)), ...);
      return out;
    }
    template <class M>
    GYRE_FN void put_length(M const& m) noexcept {
      for (; slot < members::at(index); ++slot) *out++ = std::byte{0};
      out = put_varint(static_cast<std::int64_t>(codec<M>::size(m)), out);
      ++index;
      ++slot;
    }
  };

  struct get_all {
    std::byte const* lengths;
    std::byte const* at;
    std::byte const* end;
    failure& f;
    std::size_t present;
    std::size_t index = 0;
    std::size_t slot = 0;

    template <class... Ms>
    GYRE_FN std::byte const* operator()(Ms&... ms) {
      bool const ok = (one(ms) && ...);
      for (; ok && slot < present; ++slot) at += next_length();
      return ok ? at : nullptr;
    }
    /// The lengths have been checked: none is cut short, negative, or past the end.
    GYRE_FN std::int64_t next_length() noexcept {
      std::int64_t length = 0;
      lengths = get_varint(lengths, end, length);
      return length;
    }
    template <class M>
    GYRE_FN bool one(M& m) {
      for (; slot < members::at(index) && slot < present; ++slot) at += next_length();
      if (slot < present) {
        ++slot;
        std::int64_t const length = next_length();
        // Each member is read within its own bytes, and must use them all.
        if (length != 0) {
          std::byte const* const after = codec<M>::get(at, at + length, m, f);
          if (after != at + length) {
            if (after != nullptr) note(f, fault::bad_length, at);
            f.what.enclose(static_cast<std::uint32_t>(index));
            return false;
          }
          at = after;
        }
      }
      ++index;
      return true;
    }
  };

  static GYRE_FN std::size_t size(T const& value) noexcept {
    return visit_members(value, size_all{});
  }
  template <class Policy>
  static GYRE_FN std::byte* put(T const& value, std::byte* out) noexcept {
    return visit_members(value, put_all<Policy>{out});
  }
  static GYRE_FN std::byte const* get(std::byte const* at, std::byte const* end, T& out,
                                      failure& f) {
    if (at == end) return refuse(f, fault::truncated, at);
    if (*at == null_object) return refuse(f, fault::null_not_allowed, at);
    auto const present = static_cast<std::size_t>(*at);
    if (present > 249) return refuse(f, fault::bad_header, at);
    std::byte const* const lengths = at + 1;
    std::uint64_t total = 0;
    std::byte const* const values = pass_lengths(lengths, end, present, total, f);
    if (values == nullptr) return nullptr;
    if (total > left(values, end)) return refuse(f, fault::bad_length, at);
    out = T{};
    return visit_members(out, get_all{lengths, values, end, f, present});
  }
  /// Checks the lengths of `present` slots and adds them up; returns the address after them.
  static GYRE_FN std::byte const* pass_lengths(std::byte const* at, std::byte const* end,
                                               std::size_t present, std::uint64_t& total,
                                               failure& f) noexcept {
    for (std::size_t i = 0; i < present; ++i) {
      std::int64_t length = 0;
      std::byte const* const here = at;
      at = get_varint(at, end, length);
      if (at == nullptr) return refuse(f, fault::truncated, here);
      if (length < 0 || length > INT32_MAX) return refuse(f, fault::bad_length, here);
      total += static_cast<std::uint64_t>(length);
    }
    return at;
  }
};

template <class T>
  requires(is_framed<T>(kind::version_tolerant))
struct codec<T> : tolerant_codec<T> {};

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
