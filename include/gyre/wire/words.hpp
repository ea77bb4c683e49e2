#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/wire/codec.hpp>
#include <gyre/wire/detail/words.hpp>

/// \file
/// The same bytes as `encode` and `decode`, for messages whose every byte stands at a known place,
/// in the way that suits a kernel: an object's header of one byte leaves no member aligned, so a
/// GPU would copy such a message byte by byte. Here it is put together in registers, as 32-bit
/// words, and goes through memory 16 bytes at a time. On the host it is the same code; there
/// `encode` and `decode` are the faster ones.

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire {

/// The most bytes that a message may take to be worked on in registers.
inline constexpr std::size_t words_limit = 256;

/// A message whose encoding has as many bytes, and each at the same place, whatever its value: made
/// of scalars, enums, uuids, optionals of these, unmanaged structs, and objects, tuples and
/// std::arrays of such; of at most `words_limit` bytes.
template <class T>
concept fixed_layout = serializable<T> && detail::is_placed<T> && max_size<T>
<= words_limit;

/// The room that a message needs to be in words: its bytes, rounded up to a multiple of 16.
template <fixed_layout T>
inline constexpr std::size_t words_size = detail::align_up(max_size<T>, 16);

/// Writes the bytes of `encode_unchecked(value)` at `out`, and zeros up to `words_size<T>`. `out`
/// is aligned to 16 and has room for `words_size<T>` bytes; each is written once, none is read.
template <fixed_layout T>
GYRE_WIRE_HOT void encode_words(T const& value, std::byte* out) noexcept {
  static_assert(detail::placed<T>::size == max_size<T>, "both know the same places");
  std::uint32_t words[words_size<T> / 4] = {};
  detail::placed<T>::template put<0>(value, words);
  detail::store_words<words_size<T>>(words, out);
}

/// Reads what `decode` reads from the `max_size<T>` bytes at `in`, and refuses what it refuses.
/// `in` is aligned to 16 and has `words_size<T>` bytes that may be read; each is read once, and
/// those after the message may hold anything.
///
/// The status is that of `decode`, but for two: an array's count over its own is always
/// `fault::over_capacity`, and an object with members left out is `fault::bad_header`: an older
/// version's message is shorter, and its layout another. So this is for messages whose length is
/// known to be `max_size<T>`; others go to `decode`. Refused, `out` holds some of the new values
/// and some of the old, all of them valid.
template <fixed_layout T>
[[nodiscard]] GYRE_WIRE_HOT status decode_words(std::byte const* in, T& out) noexcept {
  std::uint32_t words[words_size<T> / 4];
  detail::load_words<words_size<T>>(in, words);
  status what;
  if (detail::placed<T>::template get<0>(words, out, what)) [[likely]]
    return {};
  return what;
}

}  // namespace gyre::wire
GYRE_WIRE_EITHER_END
