#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/ring/codec.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre {

/// How a ring's slots are tagged, where that is known at run time: it depends on what the engine's
/// memory promises.
enum class ring_format : std::uint32_t {
  commit,  ///< `commit_codec`: both sides are cores of one machine.
  tag8,    ///< `tag8_codec`: a bus lies between the sides.
  /// The same, where the host's stores to the inboxes are combined on their way (a mapping of
  /// device memory): each message is followed by a fence that sends it off.
  tag8_combined,
};

/// Bytes of payload in a slot of `stride` bytes.
[[nodiscard]] constexpr std::size_t slot_payload(ring_format format, std::size_t stride) noexcept {
  return format == ring_format::commit ? commit_codec<>::payload(stride)
                                       : tag8_codec<>::payload(stride);
}

/// `stride_for` of the format's codec.
[[nodiscard]] constexpr std::size_t stride_for(ring_format format,
                                               std::uint64_t message_bytes) noexcept {
  return format == ring_format::commit ? stride_for<commit_codec<>>(message_bytes)
                                       : stride_for<tag8_codec<>>(message_bytes);
}

/// Whether a message with `bytes` bytes of payload is read where it lies; otherwise its reader
/// needs scratch memory.
[[nodiscard]] constexpr bool in_place(ring_format format, ring_geometry const& geometry,
                                      std::uint64_t bytes) noexcept {
  return format == ring_format::commit &&
         sizeof(envelope) + bytes <= commit_codec<>::payload(geometry.stride);
}

/// Makes every slot of a ring empty. Before the first use, by one thread.
inline void initialise(ring_format format, ring_memory<> const& where) noexcept {
  if (format == ring_format::commit) {
    ring<commit_codec<>>(where).initialise();
  } else {
    ring<tag8_codec<>>(where).initialise();
  }
}

/// The host's writing end of a ring in either format: `ring_writer` with many writers, and a branch
/// that always goes the same way.
class any_writer {
 public:
  any_writer(ring_format format, ring_memory<> const& where) noexcept
      : where_(where), format_(format) {}

  /// As `ring::slots_for`.
  [[nodiscard]] std::uint64_t slots_for(std::uint64_t bytes) const noexcept {
    return commit() ? as<commit_codec<>>().target().slots_for(bytes)
                    : as<tag8_codec<>>().target().slots_for(bytes);
  }
  /// As `ring::in_place`.
  [[nodiscard]] bool in_place(std::uint64_t bytes) const noexcept {
    return commit() && as<commit_codec<>>().target().in_place(bytes);
  }
  /// As `ring_writer::reserve`, which looks at no tag.
  [[nodiscard]] bool reserve(std::uint64_t count, std::uint64_t& position) const noexcept {
    return as<commit_codec<>>().reserve(count, position);
  }
  /// As `ring_writer::reserve_promised`.
  [[nodiscard]] std::uint64_t reserve_promised(std::uint64_t count) const noexcept {
    return as<commit_codec<>>().reserve_promised(count);
  }
  /// As `ring_writer::write_in_place`; requires `in_place(head.length)`.
  template <class Fill>
  void write_in_place(std::uint64_t position, envelope const& head, Fill&& fill) const noexcept {
    as<commit_codec<>>().write_in_place(position, head, fill);
  }
  /// As `ring_writer::write`.
  void write(std::uint64_t position, envelope const& head, std::byte const* payload) const noexcept;

 private:
  [[nodiscard]] bool commit() const noexcept { return format_ == ring_format::commit; }
  template <class Codec>
  [[nodiscard]] ring_writer<Codec, writers::many> as() const noexcept {
    return ring_writer<Codec, writers::many>(ring<Codec>(where_));
  }

  ring_memory<> where_;
  ring_format format_;
};

/// The host's reading end of a ring in either format. One thread at a time, as `ring_reader`.
class any_reader {
 public:
  any_reader() noexcept = default;
  /// As `ring_reader`'s.
  any_reader(ring_format format, ring_memory<> const& where, std::byte* scratch,
             std::size_t scratch_bytes, std::uint64_t position = 0) noexcept
      : commit_(ring<commit_codec<>>(where), scratch, scratch_bytes, position),
        tag8_(ring<tag8_codec<>>(where), scratch, scratch_bytes, position),
        format_(format) {}

  [[nodiscard]] bool ready() const noexcept {
    if (commit()) [[likely]]
      return commit_.ready();
    return bus_ready();
  }
  [[nodiscard]] bool peek(message_view& out) const noexcept {
    if (commit()) [[likely]]
      return commit_.peek(out);
    return bus_peek(out);
  }
  void pop(message_view const& shown) noexcept {
    if (commit()) [[likely]] {
      commit_.pop(shown);
    } else {
      bus_pop(shown);
    }
  }
  void post() noexcept { commit() ? commit_.post() : tag8_.post(); }
  [[nodiscard]] std::uint64_t position() const noexcept {
    return commit() ? commit_.position() : tag8_.position();
  }

 private:
  [[nodiscard]] bool commit() const noexcept { return format_ == ring_format::commit; }
  // Not in line: what a port compiles for each message is for one machine's cores.
  [[nodiscard]] bool bus_ready() const noexcept;
  [[nodiscard]] bool bus_peek(message_view& out) const noexcept;
  void bus_pop(message_view const& shown) noexcept;

  ring_reader<commit_codec<>> commit_;
  ring_reader<tag8_codec<>> tag8_;
  ring_format format_ = ring_format::commit;
};

}  // namespace gyre
