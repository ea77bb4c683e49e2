#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/error.hpp>
#include <gyre/core/writer_ref.hpp>
#include <gyre/kernel/control.hpp>
#include <gyre/kernel/view.hpp>
#include <gyre/ring/envelope.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre::detail {

/// Publishes a reply that does not lie in one slot. It is made aside first: what may fail comes
/// before its slots are reserved. Where there is no memory for it, the asker is told so: a failure
/// lies in one slot.
template <class Env>
void publish_pieces(Env& env, bool one_writer, ring_memory<> const& into, envelope head,
                    writer_ref fill) noexcept {
  using codec = typename Env::codec;
  failure_reply const why{static_cast<std::uint32_t>(errc::no_memory), 0, 0};
  std::byte const* bytes = nullptr;
  if (std::byte* const scratch = env.scratch(head.length); scratch != nullptr) {
    fill(scratch);
    bytes = scratch;
  } else {
    head.kind = message_kind::failure;
    head.length = sizeof why;
    bytes = reinterpret_cast<std::byte const*>(&why);
  }
  ring_writer<codec, writers::one> const alone{ring<codec>{into}};
  std::uint64_t const slots = alone.target().slots_for(head.length);
  alone.write(one_writer
                  ? alone.reserve_promised(slots)
                  : ring_writer<codec, writers::many>{alone.target()}.reserve_promised(slots),
              head, bytes);
}
/// Takes what it is given by value: so the quick way keeps that in registers.
template <class Env, class Fill>
[[gnu::noinline]] void publish_in_pieces(Env& env, bool one_writer, ring_memory<> const& into,
                                         envelope head, Fill fill) noexcept {
  publish_pieces(env, one_writer, into, head, writer_ref(fill));
}

/// Publishes a reply in its asker's ring. The ask has reserved the room. `Env` brings
/// `scratch` and `ring_bell`.
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
  bool const one_writer = kernel.shard_count == 1;
  if (alone.target().in_place(head.length)) [[likely]] {
    std::uint64_t const at =
        one_writer ? alone.reserve_promised(1)
                   : ring_writer<codec, writers::many>{alone.target()}.reserve_promised(1);
    alone.write_in_place(at, head, fill);
  } else {
    publish_in_pieces(env, one_writer, port.replies, head, fill);
  }
  env.ring_bell(bell);
}

}  // namespace gyre::detail
