#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include <gyre/core/inplace.hpp>
#include <gyre/wire/detail/codec.hpp>

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

/// Reads a collection's count, and believes it only if so many elements of at least `least` bytes
/// can follow: nothing is allocated for a count that the bytes do not bear out.
template <std::size_t Least>
GYRE_WIRE_HOT std::byte const* get_count(std::byte const* at, std::byte const* end,
                                         std::size_t& count, failure& f) noexcept {
  static_assert(Least >= 1);
  std::int32_t header = 0;
  if (!get_header(at, end, header, f)) return nullptr;
  if (header == null_collection) [[unlikely]]
    return refuse(f, fault::null_not_allowed, at);
  if (header < 0 || static_cast<std::uint64_t>(header) * Least > left(at + 4, end)) [[unlikely]] {
    return refuse(f, fault::bad_length, at);
  }
  count = static_cast<std::size_t>(header);
  return at + 4;
}

/// Elements whose bytes are those of their memory.
template <class E>
inline constexpr bool is_copyable = [] {
  if constexpr (is_raw<E>) {
    return raw<E>::copyable;
  } else {
    return false;
  }
}();

template <class E>
GYRE_WIRE_HOT std::size_t size_elements(E const* items, std::size_t n) noexcept {
  if constexpr (codec<E>::min == codec<E>::max) {
    return n * codec<E>::min;
  } else {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < n; ++i) bytes += codec<E>::size(items[i]);
    return bytes;
  }
}

template <class Policy, class E>
GYRE_WIRE_HOT std::byte* put_elements(E const* items, std::size_t n, std::byte* out) noexcept {
  if constexpr (is_copyable<E> || std::is_same_v<E, bool>) {
    if (n != 0) std::memcpy(out, items, n * sizeof(E));
    return out + n * sizeof(E);
  } else {
    for (std::size_t i = 0; i < n; ++i) out = codec<E>::template put<Policy>(items[i], out);
    return out;
  }
}

/// Reads `n` elements, whose count `get_count` has checked.
template <class E>
GYRE_WIRE_HOT std::byte const* get_elements(std::byte const* at,
                                            [[maybe_unused]] std::byte const* end, E* items,
                                            std::size_t n, failure& f) {
  if constexpr (is_copyable<E>) {
    if (n != 0) std::memcpy(items, at, n * sizeof(E));
    return at + n * sizeof(E);
  } else if constexpr (codec<E>::rigid) {
    for (std::size_t i = 0; i < n; ++i, at += codec<E>::min) {
      fault const code = codec<E>::load(at, items[i]);
      if (code != fault::none) [[unlikely]] {
        note(f, code, at);
        f.what.enclose(static_cast<std::uint32_t>(i));
        return nullptr;
      }
    }
    return at;
  } else {
    level const deeper(f);
    if (!deeper) return refuse(f, fault::too_deep, at);
    for (std::size_t i = 0; i < n; ++i) {
      at = codec<E>::get(at, end, items[i], f);
      if (at == nullptr) [[unlikely]] {
        f.what.enclose(static_cast<std::uint32_t>(i));
        return nullptr;
      }
    }
    return at;
  }
}

/// What contiguous collections share: i32 count, then the elements.
template <class C, class E, std::size_t MinCount, std::size_t MaxCount>
struct sequence_codec {
  static constexpr std::size_t min = [] {
    if constexpr (MinCount == 0) {
      return std::size_t{4};
    } else {
      return 4 + MinCount * codec<E>::min;
    }
  }();
  static constexpr std::size_t max = [] {
    if constexpr (MaxCount == unbounded) {
      return unbounded;
    } else {
      return add_sizes(4, times_size(codec<E>::max, MaxCount));
    }
  }();
  static constexpr std::size_t least = 4;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::collection;

  static GYRE_WIRE_HOT std::size_t size(C const& value) noexcept {
    return 4 + size_elements<E>(value.data(), value.size());
  }
  template <class Policy>
  static GYRE_WIRE_HOT std::byte* put(C const& value, std::byte* out) noexcept {
    out = store(out, static_cast<std::int32_t>(value.size()));
    return put_elements<Policy, E>(value.data(), value.size(), out);
  }
};

/// Not inlined: a type that contains itself does so through here.
template <class E, class A>
struct codec<std::vector<E, A>> : sequence_codec<std::vector<E, A>, E, 0, unbounded> {
  static std::size_t size(std::vector<E, A> const& value) noexcept {
    return 4 + size_elements<E>(value.data(), value.size());
  }
  template <class Policy>
  static std::byte* put(std::vector<E, A> const& value, std::byte* out) noexcept {
    out = store(out, static_cast<std::int32_t>(value.size()));
    return put_elements<Policy, E>(value.data(), value.size(), out);
  }
  static std::byte const* get(std::byte const* at, std::byte const* end, std::vector<E, A>& out,
                              failure& f) {
    std::size_t n = 0;
    at = get_count<codec<E>::least>(at, end, n, f);
    if (at == nullptr) return nullptr;
    if constexpr (codec<E>::rigid) {
      out.resize(n);
    } else if (n <= out.capacity() || n <= left(at, end) / codec<E>::min) {
      out.resize(n);
    } else {
      return get_growing(at, end, out, n, f);
    }
    return get_elements<E>(at, end, out.data(), n, f);
  }

 private:
  /// Objects with members left out may be as small as a byte: a vector of these grows only as it is
  /// read, so that a short message cannot make a large allocation.
  static std::byte const* get_growing(std::byte const* at, std::byte const* end,
                                      std::vector<E, A>& out, std::size_t n, failure& f) {
    level const deeper(f);
    if (!deeper) return refuse(f, fault::too_deep, at);
    out.clear();
    for (std::size_t i = 0; i < n; ++i) {
      at = codec<E>::get(at, end, out.emplace_back(), f);
      if (at == nullptr) {
        f.what.enclose(static_cast<std::uint32_t>(i));
        return nullptr;
      }
    }
    return at;
  }
};

/// std::vector<bool> holds no bools to copy: one by one.
template <class A>
struct codec<std::vector<bool, A>> {
  static constexpr std::size_t min = 4;
  static constexpr std::size_t max = unbounded;
  static constexpr std::size_t least = 4;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::collection;

  static std::size_t size(std::vector<bool, A> const& value) noexcept { return 4 + value.size(); }
  template <class Policy>
  static std::byte* put(std::vector<bool, A> const& value, std::byte* out) noexcept {
    out = store(out, static_cast<std::int32_t>(value.size()));
    for (bool const bit : value) *out++ = static_cast<std::byte>(bit);
    return out;
  }
  static std::byte const* get(std::byte const* at, std::byte const* end, std::vector<bool, A>& out,
                              failure& f) {
    std::size_t n = 0;
    at = get_count<1>(at, end, n, f);
    if (at == nullptr) return nullptr;
    out.resize(n);
    for (std::size_t i = 0; i < n; ++i, ++at) {
      bool bit = false;
      if (raw<bool>::load(at, bit) != fault::none) {
        note(f, fault::bad_bool, at);
        f.what.enclose(static_cast<std::uint32_t>(i));
        return nullptr;
      }
      out[i] = bit;
    }
    return at;
  }
};

template <class E, std::size_t N>
struct codec<inplace_vector<E, N>> : sequence_codec<inplace_vector<E, N>, E, 0, N> {
  static GYRE_WIRE_HOT std::byte const* get(std::byte const* at, std::byte const* end,
                                            inplace_vector<E, N>& out, failure& f) {
    std::byte const* const header = at;
    std::size_t n = 0;
    at = get_count<codec<E>::least>(at, end, n, f);
    if (at == nullptr) [[unlikely]]
      return nullptr;
    if (!out.resize(n)) [[unlikely]]
      return refuse(f, fault::over_capacity, header);
    return get_elements<E>(at, end, out.data(), n, f);
  }
};

/// An array is a collection that has always the same count.
template <class E, std::size_t N>
struct codec<std::array<E, N>> : sequence_codec<std::array<E, N>, E, N, N> {
  static GYRE_WIRE_HOT std::byte const* get(std::byte const* at, std::byte const* end,
                                            std::array<E, N>& out, failure& f) {
    std::byte const* const header = at;
    std::size_t n = 0;
    at = get_count<codec<E>::least>(at, end, n, f);
    if (at == nullptr) [[unlikely]]
      return nullptr;
    if (n > N) [[unlikely]]
      return refuse(f, fault::over_capacity, header);
    if (n < N) [[unlikely]]
      return refuse(f, fault::bad_length, header);
    return get_elements<E>(at, end, out.data(), n, f);
  }
};

/// A span borrows the input's bytes, and lives no longer than they.
template <class E>
  requires(!is_misaligned_view<std::span<E const>>)
struct codec<std::span<E const>> : sequence_codec<std::span<E const>, E, 0, unbounded> {
  static GYRE_FN std::byte const* get(std::byte const* at, std::byte const* end,
                                      std::span<E const>& out, failure& f) noexcept {
    std::size_t n = 0;
    at = get_count<1>(at, end, n, f);
    if (at == nullptr) return nullptr;
    out = {reinterpret_cast<E const*>(at), n};
    return at + n;
  }
};

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
