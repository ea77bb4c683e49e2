#include <gyre/ring/any_ring.hpp>

namespace gyre {

void any_writer::write(std::uint64_t position, envelope const& head,
                       std::byte const* payload) const noexcept {
  if (commit()) {
    as<commit_codec<>>().write(position, head, payload);
  } else {
    as<tag8_codec<>>().write(position, head, payload);
    if (format_ == ring_format::tag8_combined) platform::flush_stores();
  }
}

bool any_reader::bus_ready() const noexcept { return tag8_.ready(); }
bool any_reader::bus_peek(message_view& out) const noexcept { return tag8_.peek(out); }
void any_reader::bus_pop(message_view const& shown) noexcept { tag8_.pop(shown); }

}  // namespace gyre
