#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include <gyre/core/platform.hpp>
#include <gyre/ring/codec.hpp>
#include <gyre/ring/envelope.hpp>
#include <gyre/ring/geometry.hpp>

namespace gyre {

/// The words of a ring outside its slots, each on lines of its own.
template <class Memory = native_memory>
struct ring_words {
  using word = typename Memory::template atomic<std::uint64_t>;

  // Written by the reader: how many slots it has finished with (its credit to the writers).
  alignas(cache_line) word consumed{0};
  // Written by the writers alone; never across a bus.
  alignas(cache_line) word reserved{0};  ///< Slots handed out to writers.
  word seen_consumed{0};                 ///< The writers' copy of `consumed`.
};

/// Where a ring lies, in memory that both sides can see: a plain description, copied freely, which
/// owns nothing and does not know how its slots are tagged.
template <class Memory = native_memory>
struct ring_memory {
  ring_geometry geometry{};
  std::byte* slots = nullptr;  ///< `geometry.bytes()` bytes, aligned to a line.
  ring_words<Memory>* words = nullptr;
};

/// The same ring as those see it in whose memory it lies. Its words have the same layout.
[[nodiscard]] GYRE_FN inline ring_memory<device_memory> of_device(
    ring_memory<> const& where) noexcept {
  return {where.geometry, where.slots, reinterpret_cast<ring_words<device_memory>*>(where.words)};
}

/// A ring: `ring_writer` and `ring_reader` are its two ends. As plain as its memory.
///
/// A message is an envelope and its payload in one slot, or in as many consecutive slots as it
/// needs. Every slot is usable: full means `slots` unread.
template <class Codec>
struct ring : ring_memory<typename Codec::memory> {
  using codec = Codec;
  using memory = typename Codec::memory;
  using ring_memory<memory>::geometry;
  using ring_memory<memory>::slots;

  ring() noexcept = default;
  GYRE_FN explicit ring(ring_memory<memory> const& where) noexcept : ring_memory<memory>(where) {}

  [[nodiscard]] GYRE_FN std::byte* at(std::uint64_t position) const noexcept {
    return slots + geometry.offset(position);
  }
  [[nodiscard]] GYRE_FN constexpr std::size_t slot_payload() const noexcept {
    return Codec::payload(geometry.stride);
  }
  /// Slots that a message with this many bytes of payload takes.
  [[nodiscard]] GYRE_FN constexpr std::uint64_t slots_for(std::uint64_t bytes) const noexcept {
    std::uint64_t const total = sizeof(envelope) + bytes;
    return total <= slot_payload() ? 1 : ring_geometry::slots_for(bytes, slot_payload());
  }
  /// Whether a message with this many bytes of payload is written and read where it lies.
  [[nodiscard]] GYRE_FN constexpr bool in_place(std::uint64_t bytes) const noexcept {
    return Codec::in_place && sizeof(envelope) + bytes <= slot_payload();
  }
  /// The largest payload that the ring can ever carry.
  [[nodiscard]] GYRE_FN constexpr std::uint64_t greatest_payload() const noexcept {
    return geometry.slots * slot_payload() - sizeof(envelope);
  }
  /// Makes every slot empty. Before the first use, by one thread.
  void initialise() const noexcept {
    for (std::uint64_t i = 0; i < geometry.slots; ++i) Codec::initialise(at(i), geometry.stride);
  }
};

/// How many threads write a ring at once.
enum class writers : std::uint8_t { one, many };

/// The writing end. With `writers::many` it may be used by any number of threads at once: they
/// reserve positions by one compare-exchange on a word of their own side, and a writer that stalls
/// delays only those behind it. With `writers::one`, by one thread at a time.
///
/// *Memory ordering*: with the commit codec, everything written before a message is published is
/// visible to the reader that takes it; the packed codecs bring the message itself and nothing
/// beside it (tests/model/visibility.test.cpp). A slot is overwritten only after `consumed` was
/// read with acquire, so after the reader's last look at it; `seen_consumed` passes that on from
/// writer to writer.
template <class Codec, writers Writers>
class ring_writer {
 public:
  using memory = typename Codec::memory;

  ring_writer() noexcept = default;
  GYRE_FN explicit ring_writer(ring<Codec> const& r) noexcept : ring_(r) {}

  [[nodiscard]] GYRE_FN ring<Codec> const& target() const noexcept { return ring_; }

  /// Reserves `count` slots and says where they begin, or that there is no room now.
  [[nodiscard]] GYRE_FN bool reserve(std::uint64_t count, std::uint64_t& position) const noexcept {
    auto& words = *ring_.words;
    std::uint64_t at = words.reserved.load(platform::memory_order_relaxed);
    for (;;) {
      if (!has_room(at, count)) return false;
      if constexpr (Writers == writers::one) {
        words.reserved.store(at + count, platform::memory_order_relaxed);
        break;
      } else {
        if (words.reserved.compare_exchange_weak(at, at + count, platform::memory_order_acq_rel,
                                                 platform::memory_order_relaxed)) {
          break;
        }
      }
    }
    position = at;
    return true;
  }

  /// As `reserve`, where the room is promised by the protocol (a reply ring: each ask has paid for
  /// its reply's slots). Never fails.
  [[nodiscard]] GYRE_FN std::uint64_t reserve_promised(std::uint64_t count) const noexcept {
    auto& words = *ring_.words;
    if constexpr (Writers == writers::one) {
      std::uint64_t const at = words.reserved.load(platform::memory_order_relaxed);
      words.reserved.store(at + count, platform::memory_order_relaxed);
      return at;
    } else {
      return words.reserved.fetch_add(count, platform::memory_order_acq_rel);
    }
  }

  /// Writes a message into its reserved slots and publishes it. `fill(std::byte*)` writes
  /// `head.length` bytes of payload straight into the slot. Requires `target().in_place(length)`.
  template <class Fill>
  GYRE_FN void write_in_place(std::uint64_t position, envelope const& head,
                              Fill&& fill) const noexcept {
    std::byte* const slot = ring_.at(position);
    std::byte* const body = Codec::body(slot);
    // Not copied as bytes: its fields then go from registers straight into the slot, where a copy
    // that has to lie in memory first would be read back in wider words than it was written in.
    new (body) envelope(head);
    fill(body + sizeof head);
    Codec::publish(slot, ring_.geometry.lap(position));
    prepare(position);
  }

  /// Writes a message whose payload lies elsewhere, over as many slots as it needs, and publishes
  /// it. The first slot is published last, so a reader that sees it finds the others there.
  GYRE_FN void write(std::uint64_t position, envelope const& head,
                     std::byte const* payload) const noexcept {
    std::size_t const room = ring_.slot_payload();
    std::uint64_t const count = ring_.slots_for(head.length);
    for (std::uint64_t i = count; i-- > 0;) put_part(position, i, room, head, payload);
    prepare(position);
  }

  /// Tries to send one message whose payload lies elsewhere. False: no room now.
  [[nodiscard]] GYRE_FN bool try_push(envelope const& head,
                                      std::byte const* payload) const noexcept {
    std::uint64_t position = 0;
    if (!reserve(ring_.slots_for(head.length), position)) return false;
    write(position, head, payload);
    return true;
  }

  /// Sends up to `count` one-slot messages with one reservation, and says how many. `make(i, head,
  /// payload)` fills the i-th envelope and up to `target().slot_payload() - sizeof(envelope)` bytes
  /// of payload. All are written before the first is published. Requires an in-place codec.
  template <class Make>
  [[nodiscard]] GYRE_FN std::uint64_t push_batch(std::uint64_t count, Make&& make) const noexcept {
    std::uint64_t position = 0;
    while (count > 0 && !reserve(count, position)) count /= 2;
    for (std::uint64_t i = 0; i < count; ++i) {
      std::byte* const body = Codec::body(ring_.at(position + i));
      envelope head;
      make(i, head, body + sizeof head);
      std::memcpy(body, &head, sizeof head);
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      Codec::publish(ring_.at(position + i), ring_.geometry.lap(position + i));
    }
    return count;
  }

 private:
  [[nodiscard]] GYRE_FN bool has_room(std::uint64_t at, std::uint64_t count) const noexcept {
    auto& words = *ring_.words;
    if (fits(at + count, words.seen_consumed.load(platform::memory_order_acquire))) return true;
    // Looks full: ask the reader's word, and leave the answer for the other writers.
    std::uint64_t const consumed = words.consumed.load(platform::memory_order_acquire);
    words.seen_consumed.store(consumed, platform::memory_order_release);
    return fits(at + count, consumed);
  }

  /// Signed, because a writer that was overtaken compares an old `end` with a newer `consumed`: it
  /// must go on to its compare-exchange, which fails and brings the position up to date.
  [[nodiscard]] GYRE_FN bool fits(std::uint64_t end, std::uint64_t consumed) const noexcept {
    return static_cast<std::int64_t>(end - consumed) <=
           static_cast<std::int64_t>(ring_.geometry.slots);
  }

  /// Part `i` of a message: the envelope and the payload, taken as one run of bytes.
  GYRE_FN void put_part(std::uint64_t position, std::uint64_t i, std::size_t room,
                        envelope const& head, std::byte const* payload) const noexcept {
    std::byte* const slot = ring_.at(position + i);
    std::uint64_t const lap = ring_.geometry.lap(position + i);
    std::uint64_t const total = sizeof(envelope) + head.length;
    std::uint64_t const from = i * room;
    std::uint64_t const bytes = total - from < room ? total - from : room;
    if (i > 0) {
      Codec::put(slot, ring_.geometry.stride, lap, payload + (from - sizeof(envelope)), bytes);
      return;
    }
    alignas(8) std::byte first[greatest_stride];
    std::memcpy(first, &head, sizeof head);
    if (bytes > sizeof head) std::memcpy(first + sizeof head, payload, bytes - sizeof head);
    Codec::put(slot, ring_.geometry.stride, lap, first, bytes);
  }

  /// Fetches a slot that comes soon in a writable state; its last reader was a lap ago.
  GYRE_FN void prepare(std::uint64_t position) const noexcept {
    platform::prefetch_write(ring_.at(position + prefetch_distance));
  }

  static constexpr std::uint64_t prefetch_distance = 8;

  ring<Codec> ring_{};
};

/// A message as the reader sees it. Valid until `pop`.
struct message_view {
  envelope head{};
  std::byte const* payload = nullptr;  ///< `head.length` bytes, aligned to 8.
  std::uint64_t slots = 1;
};

/// The reading end: one thread at a time.
///
/// Credits are posted every eighth of the ring and by `post`, so the writers' view of `consumed`
/// moves rarely; a reader that goes idle calls `post`, so every slot becomes usable again.
template <class Codec>
class ring_reader {
 public:
  using memory = typename Codec::memory;

  ring_reader() noexcept = default;
  /// `scratch` holds messages that do not lie in one slot: `greatest_payload` bytes of the largest
  /// message that the reader wants, plus an envelope. May be null if all lie in one slot.
  /// Reading begins at `position`.
  GYRE_FN ring_reader(ring<Codec> const& r, std::byte* scratch, std::size_t scratch_bytes,
                      std::uint64_t position = 0) noexcept
      : ring_(r),
        scratch_(scratch),
        scratch_bytes_(scratch_bytes),
        position_(position),
        posted_(position),
        post_every_(r.geometry.slots >= 16 ? r.geometry.slots / 8 : 1),
        slot_(r.at(position)),
        lap_(r.geometry.lap(position)),
        end_(r.slots + r.geometry.bytes()) {}

  /// Whether a message waits. One acquire load.
  [[nodiscard]] GYRE_FN bool ready() const noexcept { return Codec::ready(slot_, lap_); }

  /// Takes a look at the next message. False: none is there yet, or not all of it.
  [[nodiscard]] GYRE_FN bool peek(message_view& out) const noexcept {
    if (!ready()) return false;
    if constexpr (Codec::in_place) {
      std::memcpy(&out.head, Codec::body(slot_), sizeof out.head);
      if (ring_.in_place(out.head.length)) [[likely]] {
        out.slots = 1;
        out.payload = Codec::body(slot_) + sizeof(envelope);
        return true;
      }
    } else {
      if (!Codec::get(slot_, lap_, reinterpret_cast<std::byte*>(&out.head), sizeof out.head)) {
        return false;
      }
    }
    return gather(out);
  }

  /// A guess whom the message `n` slots on is for, to bring what it needs near; wrong where that
  /// slot is in the midst of a message. False: nothing is there yet, or slots are not read where
  /// they lie.
  [[nodiscard]] GYRE_FN bool ahead(std::uint64_t n, std::uint64_t& actor) const noexcept {
    if constexpr (Codec::in_place) {
      std::byte* const slot = ring_.at(position_ + n);
      if (!Codec::ready(slot, ring_.geometry.lap(position_ + n))) return false;
      std::memcpy(&actor, Codec::body(slot) + offsetof(envelope, actor), sizeof actor);
      return true;
    } else {
      return false;
    }
  }

  /// Finishes with the message that `peek` showed.
  GYRE_FN void pop(message_view const& shown) noexcept {
    position_ += shown.slots;
    slot_ += shown.slots * ring_.geometry.stride;
    if (slot_ >= end_) [[unlikely]] {
      slot_ = ring_.at(position_);
      lap_ = ring_.geometry.lap(position_);
    }
    if (position_ - posted_ >= post_every_) [[unlikely]]
      post();
  }

  /// Tells the writers of every slot finished with.
  GYRE_FN void post() noexcept {
    if (posted_ == position_) return;
    posted_ = position_;
    ring_.words->consumed.store(position_, platform::memory_order_release);
  }

  /// Slots finished with since the ring began.
  [[nodiscard]] GYRE_FN std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] GYRE_FN ring<Codec> const& source() const noexcept { return ring_; }

 private:
  GYRE_FN bool gather(message_view& out) const noexcept {
    out.slots = ring_.slots_for(out.head.length);
    std::size_t const room = ring_.slot_payload();
    std::uint64_t const total = sizeof(envelope) + out.head.length;
    if (scratch_ == nullptr || total > scratch_bytes_) return false;  // forbidden by the writer
    for (std::uint64_t i = 0; i < out.slots; ++i) {
      std::uint64_t const from = i * room;
      std::uint64_t const bytes = total - from < room ? total - from : room;
      std::byte* const slot = ring_.at(position_ + i);
      std::uint64_t const lap = ring_.geometry.lap(position_ + i);
      if (!Codec::ready(slot, lap) || !Codec::get(slot, lap, scratch_ + from, bytes)) {
        return false;
      }
    }
    out.payload = scratch_ + sizeof(envelope);
    return true;
  }

  ring<Codec> ring_{};
  std::byte* scratch_ = nullptr;
  std::size_t scratch_bytes_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t posted_ = 0;
  std::uint64_t post_every_ = 1;
  // Where `position_` is, and the lap that it is in, which ends there.
  std::byte* slot_ = nullptr;
  std::uint64_t lap_ = 0;
  std::byte* end_ = nullptr;
};

}  // namespace gyre
