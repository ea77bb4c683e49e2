#include <gyre/wire.hpp>

#include "contestants.hpp"

namespace gyre::tool::wire_bench::by_codec {

template <class Message>
__attribute__((noinline)) std::size_t encode(Message const& m, std::byte* out) noexcept {
  return wire::encode_unchecked(m, out);
}

template <class Message>
__attribute__((noinline)) bool decode(std::span<std::byte const> bytes, Message& m) noexcept {
  return static_cast<bool>(wire::decode(bytes, m));
}

template std::size_t encode(reading const&, std::byte*) noexcept;
template std::size_t encode(remark const&, std::byte*) noexcept;
template std::size_t encode(monster const&, std::byte*) noexcept;
template std::size_t encode(request const&, std::byte*) noexcept;
template bool decode(std::span<std::byte const>, reading&) noexcept;
template bool decode(std::span<std::byte const>, remark&) noexcept;
template bool decode(std::span<std::byte const>, monster&) noexcept;
template bool decode(std::span<std::byte const>, request&) noexcept;

}  // namespace gyre::tool::wire_bench::by_codec
