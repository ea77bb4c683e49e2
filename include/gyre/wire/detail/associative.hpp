#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/detail/collection.hpp>

namespace gyre::wire::detail {

/// Sets: a collection. The order is the container's own: C#'s is not canonical either.
template <class S>
struct set_codec {
  using key = typename S::key_type;
  static constexpr std::size_t min = 4;
  static constexpr std::size_t max = unbounded;
  static constexpr std::size_t least = 4;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::collection;

  static std::size_t size(S const& value) noexcept {
    std::size_t bytes = 4;
    for (key const& k : value) bytes += codec<key>::size(k);
    return bytes;
  }
  template <class Policy>
  static std::byte* put(S const& value, std::byte* out) noexcept {
    out = store(out, static_cast<std::int32_t>(value.size()));
    for (key const& k : value) out = codec<key>::template put<Policy>(k, out);
    return out;
  }
  static std::byte const* get(std::byte const* at, std::byte const* end, S& out, failure& f) {
    std::size_t n = 0;
    at = get_count<codec<key>::least>(at, end, n, f);
    if (at == nullptr) return nullptr;
    level const deeper(f);
    if (!deeper) return refuse(f, fault::too_deep, at);
    out.clear();
    for (std::size_t i = 0; i < n; ++i) {
      key k{};
      std::byte const* const after = codec<key>::get(at, end, k, f);
      bool const fresh = after != nullptr && out.insert(std::move(k)).second;
      if (after != nullptr && !fresh) note(f, fault::duplicate_key, at);
      if (!fresh) {
        f.what.enclose(static_cast<std::uint32_t>(i));
        return nullptr;
      }
      at = after;
    }
    return at;
  }
};

/// Maps: a count, then keys and values. Where both are unmanaged an entry is C#'s KeyValuePair in
/// memory, padding included; the TypeScript runtime leaves that padding out (so do not share maps
/// such as int to long with it).
template <class M>
struct map_codec {
  using key = typename M::key_type;
  using mapped = typename M::mapped_type;
  using entry = std::pair<key, mapped>;
  static constexpr bool raw_entries = is_raw<entry>;
  static constexpr std::size_t min = 4;
  static constexpr std::size_t max = unbounded;
  static constexpr std::size_t least = 4;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::collection;

  static std::size_t size(M const& value) noexcept {
    if constexpr (raw_entries) {
      return 4 + value.size() * raw<entry>::size;
    } else {
      std::size_t bytes = 4;
      for (auto const& [k, v] : value) bytes += codec<key>::size(k) + codec<mapped>::size(v);
      return bytes;
    }
  }
  template <class Policy>
  static std::byte* put(M const& value, std::byte* out) noexcept {
    out = store(out, static_cast<std::int32_t>(value.size()));
    for (auto const& [k, v] : value) {
      if constexpr (raw_entries) {
        raw_storer{out}(k, v);
        out += raw<entry>::size;
      } else {
        out = codec<key>::template put<Policy>(k, out);
        out = codec<mapped>::template put<Policy>(v, out);
      }
    }
    return out;
  }
  static std::byte const* get(std::byte const* at, std::byte const* end, M& out, failure& f) {
    std::size_t n = 0;
    at = get_count<entry_least()>(at, end, n, f);
    if (at == nullptr) return nullptr;
    level const deeper(f);
    if (!deeper) return refuse(f, fault::too_deep, at);
    out.clear();
    for (std::size_t i = 0; i < n && at != nullptr; ++i) at = get_entry(at, end, out, i, f);
    return at;
  }

 private:
  static constexpr std::size_t entry_least() {
    if constexpr (raw_entries) {
      return raw<entry>::size;
    } else {
      return codec<key>::least + codec<mapped>::least;
    }
  }

  static std::byte const* get_entry(std::byte const* at, std::byte const* end, M& out,
                                    std::size_t i, failure& f) {
    std::byte const* const first = at;
    auto const path = static_cast<std::uint32_t>(2 * i);
    entry e{};
    if constexpr (raw_entries) {
      at = codec<entry>::get(at, end, e, f);
      if (at == nullptr) f.what.enclose(path);
    } else {
      at = codec<key>::get(at, end, e.first, f);
      if (at == nullptr) {
        f.what.enclose(path);
        return nullptr;
      }
      at = codec<mapped>::get(at, end, e.second, f);
      if (at == nullptr) f.what.enclose(path + 1);
    }
    if (at != nullptr && !out.insert(std::move(e)).second) {
      note(f, fault::duplicate_key, first);
      f.what.enclose(path);
      return nullptr;
    }
    return at;
  }
};

template <class S>
  requires std_set<S>
struct codec<S> : set_codec<S> {
};
template <class M>
  requires std_map<M>
struct codec<M> : map_codec<M> {
};

}  // namespace gyre::wire::detail
