#include <gyre/port/port_calls.hpp>

#include <cstring>
#include <string>

namespace gyre::detail {

tl::unexpected<error> unreadable(std::string_view type) {
  return fail(errc::malformed, "the reply's bytes are not a '" + std::string(type) + "'");
}

result<void> spread_message(client_port& end, port_host const& host, reach far,
                            client_port::outgoing out, std::chrono::nanoseconds timeout,
                            writer_ref fill) {
  kernel_view const& kernel = host.view;
  for (std::uint32_t shard = 0; shard < kernel.shard_count; ++shard) {
    for (std::uint32_t home = 0; home < kernel.homes; ++home) {
      out.spread = reach_word(far, shard, home);
      if (!end.send(out, timeout, fill).sent) return end.refusal();
    }
  }
  return {};
}

result<void> send_to_home(client_port& end, port_host const& host, full_key const& key,
                          std::size_t wide, message_entry const& what, void const* bytes,
                          std::chrono::nanoseconds timeout) {
  if (what.name == rest_name && !host.view.rest.wanted()) {
    return fail(errc::unsupported, "kernel '" + host.id +
                                       "' was launched without rest_window: none of its actors is "
                                       "put to rest");
  }
  auto const s = end.send({.actor = key.word,
                           .entry = what,
                           .length = what.greatest,
                           .wants_reply = true,
                           .expires = expiry_after(timeout)},
                          timeout, [&](std::byte* out) {
                            if (wide != 0) std::memcpy(out, &key.rest, sizeof key.rest);
                            if (bytes == nullptr) return;
                            std::memcpy(out + wide, bytes, what.greatest - wide);
                          });
  if (!s.sent) return end.refusal();
  return end.wait(s.in_flight, timeout,
                  [&](message_view const& reply) { return read_reply<void>(host, reply); });
}

}  // namespace gyre::detail
