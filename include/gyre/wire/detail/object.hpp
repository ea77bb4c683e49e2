#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <gyre/wire/detail/codec.hpp>

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

/// What is known of an object's members at compile time. Neighbouring members whose size cannot
/// vary form a run: the reader checks bounds once for each run.
template <class... Ms>
struct member_facts {
  static constexpr std::size_t count = sizeof...(Ms);

  [[nodiscard]] GYRE_FN static constexpr bool rigid(std::size_t i) noexcept {
    bool const each[] = {codec<Ms>::rigid..., false};
    return each[i];
  }
  [[nodiscard]] static constexpr bool starts_run(std::size_t i) noexcept {
    return rigid(i) && (i == 0 || !rigid(i - 1));
  }
  [[nodiscard]] GYRE_FN static constexpr std::size_t size(std::size_t i) noexcept {
    std::size_t const each[] = {codec<Ms>::min..., 0};
    return each[i];
  }
  [[nodiscard]] static constexpr std::size_t run_size(std::size_t i) noexcept {
    std::size_t total = 0;
    for (; rigid(i); ++i) total += size(i);
    return total;
  }
  [[nodiscard]] static constexpr std::size_t min() noexcept {
    std::size_t total = 1;
    ((total = add_sizes(total, codec<Ms>::min)), ...);
    return total;
  }
  [[nodiscard]] static constexpr std::size_t max() noexcept {
    std::size_t total = 1;
    ((total = add_sizes(total, codec<Ms>::max)), ...);
    return total;
  }
};

struct size_members {
  template <class... Ms>
  GYRE_WIRE_HOT std::size_t operator()(Ms const&... ms) const noexcept {
    return (codec<Ms>::size(ms) + ... + std::size_t{1});
  }
};

template <class Policy>
struct put_members {
  std::byte* out;

  template <class... Ms>
  GYRE_WIRE_HOT std::byte* operator()(Ms const&... ms) noexcept {
    *out++ = static_cast<std::byte>(sizeof...(Ms));
    ((out = codec<Ms>::template put<Policy>(ms, out)), ...);
    return out;
  }
};

// What finds fault with a member is apart from the reader and takes no reference to it: so the
// reader's position can stay in a register.

GYRE_WIRE_COLD inline void note_member(failure& f, fault code, std::byte const* at,
                                       std::size_t index) noexcept {
  note(f, code, at);
  f.what.enclose(static_cast<std::uint32_t>(index));
}

/// Finds the member, of a run that goes on at I, that the end of the bytes cuts.
template <class Facts, std::size_t I>
GYRE_WIRE_COLD void note_run(failure& f, std::byte const* at, std::byte const* end) noexcept {
  if constexpr (Facts::rigid(I + 1)) {
    if (left(at, end) >= Facts::size(I)) {
      note_run<Facts, I + 1>(f, at + Facts::size(I), end);
      return;
    }
  }
  note_member(f, fault::truncated, at, I);
}

/// Reads members one after another, all of them.
struct get_members {
  std::byte const* at;
  std::byte const* end;
  failure& f;

  template <class... Ms>
  GYRE_WIRE_HOT std::byte const* operator()(Ms&... ms) {
    return all(std::index_sequence_for<Ms...>{}, ms...) ? at : nullptr;
  }

 private:
  template <std::size_t... I, class... Ms>
  GYRE_WIRE_HOT bool all(std::index_sequence<I...>, Ms&... ms) {
    return (one<member_facts<Ms...>, I>(ms) && ...);
  }

  template <class Facts, std::size_t I, class M>
  GYRE_WIRE_HOT bool one(M& m) {
    if constexpr (Facts::rigid(I)) {
      if constexpr (Facts::starts_run(I)) {
        if (left(at, end) < Facts::run_size(I)) [[unlikely]] {
          note_run<Facts, I>(f, at, end);
          return false;
        }
      }
      fault const code = codec<M>::load(at, m);
      if (code != fault::none) [[unlikely]] {
        note_member(f, code, at, I);
        return false;
      }
      at += codec<M>::min;
    } else {
      at = codec<M>::get(at, end, m, f);
      if (at == nullptr) [[unlikely]] {
        f.what.enclose(I);
        return false;
      }
    }
    return true;
  }
};

/// Reads members of which none can vary in size, with no check of bounds. False: one is refused.
struct load_members {
  std::byte const* at;

  template <class... Ms>
  GYRE_WIRE_HOT bool operator()(Ms&... ms) noexcept {
    return (one(ms) && ...);
  }

 private:
  template <class M>
  GYRE_WIRE_HOT bool one(M& m) noexcept {
    fault const code = codec<M>::load(at, m);
    at += codec<M>::min;
    return code == fault::none;
  }
};

/// Reads the first `present` members and takes the rest from `defaults`.
template <class T>
struct get_some_members {
  std::byte const* at;
  std::byte const* end;
  failure& f;
  std::size_t present;
  std::size_t index = 0;

  template <class... Ms>
  GYRE_FN std::byte const* operator()(Ms&... ms) {
    return (one(ms) && ...) ? at : nullptr;
  }

 private:
  template <class M>
  GYRE_FN bool one(M& m) {
    if (index == present) return false;
    at = codec<M>::get(at, end, m, f);
    if (at == nullptr) {
      f.what.enclose(static_cast<std::uint32_t>(index));
      return false;
    }
    ++index;
    return true;
  }
};

/// A C# class: a byte with the number of members, then the members, unpadded.
template <class T>
struct object_codec {
  template <class List>
  struct facts_of;
  template <class... Ms>
  struct facts_of<types<Ms...>> {
    using type = member_facts<Ms...>;
  };
  using facts = typename facts_of<member_types<T>>::type;

  static constexpr std::size_t min = facts::min();
  static constexpr std::size_t max = facts::max();
  static constexpr std::size_t least = 1;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::object;

  static GYRE_WIRE_HOT std::size_t size(T const& value) noexcept {
    if constexpr (min == max) {
      return min;
    } else {
      return visit_members(value, size_members{});
    }
  }
  template <class Policy>
  static GYRE_WIRE_HOT std::byte* put(T const& value, std::byte* out) noexcept {
    return visit_members(value, put_members<Policy>{out});
  }
  static GYRE_WIRE_HOT std::byte const* get(std::byte const* at, std::byte const* end, T& out,
                                            failure& f) {
    if (at == end) [[unlikely]]
      return refuse(f, fault::truncated, at);
    if (*at != static_cast<std::byte>(facts::count)) [[unlikely]]
      return get_other(at, end, out, f);
    return visit_members(out, get_members{at + 1, end, f});
  }

  /// Whether no member can vary in size.
  static constexpr bool flat = facts::run_size(0) + 1 == max;
  /// Reads a whole object of `min` bytes. False: something is wrong, and `get` finds out what.
  static GYRE_WIRE_HOT bool load_whole(std::byte const* at, T& out) noexcept {
    return *at == static_cast<std::byte>(facts::count) && visit_members(out, load_members{at + 1});
  }

 private:
  /// An object of another number of members: fewer are those of an older version, the rest have
  /// their defaults (and not what a reused object held). More are an error.
  static GYRE_WIRE_COLD std::byte const* get_other(std::byte const* at, std::byte const* end,
                                                   T& out, failure& f) {
    auto const present = static_cast<std::size_t>(*at);
    if (*at == null_object) return refuse(f, fault::null_not_allowed, at);
    if (present > facts::count) return refuse(f, fault::bad_header, at);
    out = T{};
    get_some_members<T> reader{at + 1, end, f, present};
    (void)visit_members(out, reader);
    return reader.at;
  }
};

template <class T>
[[nodiscard]] constexpr bool is_framed(kind framing) noexcept {
  if constexpr (is_object<T>()) {
    return kind_of<T>() == framing && refuse_struct<T>() == refusal::none;
  } else {
    return false;
  }
}

template <class T>
  requires(is_framed<T>(kind::object))
struct codec<T> : object_codec<T> {};

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
