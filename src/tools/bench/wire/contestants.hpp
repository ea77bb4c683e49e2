#pragma once

#include <cstddef>
#include <span>

#include "messages.hpp"

namespace gyre::tool::wire_bench {

/// The codec of the library, as it is called by a user; none of it is inlined into the loop that
/// times it.
namespace by_codec {

/// Writes to `out`, which has room; returns the bytes.
template <class Message>
[[nodiscard]] std::size_t encode(Message const& m, std::byte* out) noexcept;
/// Reads all of `bytes` into `m`, whose strings and vectors keep their capacity.
template <class Message>
[[nodiscard]] bool decode(std::span<std::byte const> bytes, Message& m) noexcept;

}  // namespace by_codec

/// What one would write for these four types alone: the same bytes from and into the same types, by
/// memcpy, and the same checks. Two things it leaves out: text that comes as UTF-16, and objects of
/// older versions with members left out, are refused; and a refusal does not say what and where.
namespace by_hand {

[[nodiscard]] std::size_t encode(reading const& m, std::byte* out) noexcept;
[[nodiscard]] std::size_t encode(remark const& m, std::byte* out) noexcept;
[[nodiscard]] std::size_t encode(monster const& m, std::byte* out) noexcept;
[[nodiscard]] std::size_t encode(request const& m, std::byte* out) noexcept;

[[nodiscard]] bool decode(std::span<std::byte const> bytes, reading& m) noexcept;
[[nodiscard]] bool decode(std::span<std::byte const> bytes, remark& m) noexcept;
[[nodiscard]] bool decode(std::span<std::byte const> bytes, monster& m) noexcept;
[[nodiscard]] bool decode(std::span<std::byte const> bytes, request& m) noexcept;

}  // namespace by_hand
}  // namespace gyre::tool::wire_bench
