#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/writer_ref.hpp>
#include <gyre/kernel/control.hpp>
#include <gyre/kernel/view.hpp>
#include <gyre/ring/envelope.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre::detail {

/// Writes a message into reserved slots that it does not lie in as a whole.
template <class Env>
void write_pieces(Env& env, ring_memory<> const& into, std::uint64_t at, envelope const& head,
                  writer_ref fill) noexcept {
  using codec = typename Env::codec;
  env.with_scratch(head.length, [&](std::byte* scratch) {
    fill(scratch);
    ring_writer<codec, writers::one>{ring<codec>{into}}.write(at, head, scratch);
  });
}
/// Takes what it is given by value: so the quick way keeps that in registers.
template <class Env, class Fill>
[[gnu::noinline]] void write_in_pieces(Env& env, ring_memory<> const& into, std::uint64_t at,
                                       envelope head, Fill fill) noexcept {
  write_pieces(env, into, at, head, writer_ref(fill));
}

/// Publishes a reply in its asker's ring. The ask has reserved the room. `Env` brings
/// `with_scratch` and `ring_bell`.
template <class Env, class Fill>
void publish_reply(kernel_view const& kernel, shard_words& words, Env& env, envelope const& to,
                   message_kind kind, type_code type, std::size_t length, std::uint64_t time,
                   Fill&& fill) noexcept {
  using codec = typename Env::codec;
  if (to.port >= kernel.port_count) return;
  port_view const& port = kernel.ports[to.port];
  envelope head;
  head.actor = to.actor;
  head.correlation = to.correlation;
  head.time = time;
  head.type = type;
  head.length = static_cast<std::uint32_t>(length);
  head.port = to.port;
  head.priority = to.priority;
  head.kind = kind;
  // Once the reply is out, its asker may be gone, and the port's row another's.
  doorbell const bell = port.bell;
  detail::bump(words.answered, 1);
  ring_writer<codec, writers::one> const alone{ring<codec>{port.replies}};
  auto const reserve = [&](std::uint64_t slots) {
    return kernel.shard_count == 1
               ? alone.reserve_promised(slots)
               : ring_writer<codec, writers::many>{alone.target()}.reserve_promised(slots);
  };
  if (alone.target().in_place(head.length)) [[likely]] {
    alone.write_in_place(reserve(1), head, fill);
  } else {
    std::uint64_t const at = reserve(alone.target().slots_for(head.length));
    write_in_pieces(env, port.replies, at, head, fill);
  }
  env.ring_bell(bell);
}

}  // namespace gyre::detail
