#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "explore.hpp"

namespace gyre::model {

/// The commit codec with its payload in watched cells. Not in place: a model has no bytes to read
/// where they lie, so all payload goes through `put` and `get`.
struct modelled_commit : commit_codec<relacy_memory> {
  static constexpr bool in_place = false;

  static void initialise(std::byte* at, std::size_t stride) noexcept {
    commit_codec::initialise(at, stride);
    for (std::size_t offset = tag_bytes; offset < stride; offset += sizeof(cell)) {
      new (at + offset) cell();
    }
  }
};

using modelled_tag8 = tag8_codec<relacy_memory>;
using modelled_tag16 = tag16_codec<relacy_memory>;

/// A ring of `Slots` slots of one line each, with everything that it needs, made anew by `reset` in
/// each execution. Static, because Relacy's suites have no more than malloc's alignment.
template <class Codec, std::uint64_t Slots, int Tag = 0>
struct modelled_ring {
  static constexpr std::size_t words = 3 + Slots * 8;
  static constexpr std::size_t cells = Slots * 7;

  static void reset() {
    auto* const shared = new (word_bytes) ring_words<relacy_memory>();
    source.geometry = ring_geometry::of(Slots, line_bytes);
    source.slots = slot_bytes;
    source.words = shared;
    source.initialise();
  }

  static inline ring<Codec> source;

 private:
  alignas(cache_line) static inline std::byte slot_bytes[Slots * line_bytes];
  alignas(cache_line) static inline std::byte word_bytes[sizeof(ring_words<relacy_memory>)];
};

/// Message `number` of `writer`: its payload of `length` bytes is derived from both.
struct numbered_message {
  static constexpr std::size_t greatest_length = 120;

  envelope head{};
  alignas(8) std::byte payload[greatest_length]{};

  numbered_message(std::uint64_t writer, std::uint64_t number, std::uint32_t length) {
    head.actor = writer;
    head.correlation = number;
    head.length = length;
    for (std::uint32_t i = 0; i < length; ++i) payload[i] = byte_of(writer, number, i);
  }

  [[nodiscard]] static std::byte byte_of(std::uint64_t writer, std::uint64_t number,
                                         std::uint32_t i) {
    return static_cast<std::byte>(1 + writer * 101 + number * 17 + i * 3);
  }
};

/// Fails the execution unless the message is whole.
inline void check_whole(message_view const& shown) {
  for (std::uint32_t i = 0; i < shown.head.length; ++i) {
    RL_ASSERT(shown.payload[i] ==
              numbered_message::byte_of(shown.head.actor, shown.head.correlation, i));
  }
}

/// `Writers` threads write `Each` messages each, one thread reads them all: each once, whole, and
/// in its writer's order. `length(number)` of `Shape` gives a message's payload in bytes.
template <class Codec, std::uint64_t Slots, std::uint64_t Writers, std::uint64_t Each, class Shape>
struct traffic {
  using ring_type = modelled_ring<Codec, Slots>;
  using writer_type = ring_writer<Codec, Writers == 1 ? writers::one : writers::many>;
  static constexpr std::size_t words = ring_type::words;
  static constexpr std::size_t cells = ring_type::cells;
  static constexpr std::size_t quads = 2 * Slots * 4 + Writers * Each * 12;
  static constexpr std::uint64_t threads = Writers + 1;

  static void run(std::uint64_t thread) {
    if (thread < Writers) {
      write(thread);
    } else {
      read();
    }
  }

  static void write(std::uint64_t self) {
    writer_type const writer(ring_type::source);
    for (std::uint64_t number = 0; number < Each; ++number) {
      numbered_message const message(self, number, Shape::length(number));
      while (!writer.try_push(message.head, message.payload)) yield();
    }
  }

  static void read() {
    alignas(8) std::byte scratch[sizeof(envelope) + numbered_message::greatest_length];
    ring_reader<Codec> reader(ring_type::source, scratch, sizeof scratch);
    std::uint64_t next[Writers]{};
    for (std::uint64_t left = Writers * Each; left > 0; --left) {
      message_view shown;
      while (!reader.peek(shown)) yield();
      RL_ASSERT(shown.head.actor < Writers);
      RL_ASSERT(shown.head.correlation == next[shown.head.actor]++);
      RL_ASSERT(shown.head.length == Shape::length(shown.head.correlation));
      check_whole(shown);
      reader.pop(shown);
    }
    RL_ASSERT(!reader.ready());
  }
};

/// A suite around `traffic`.
template <class Traffic>
struct traffic_suite
    : rl::test_suite<traffic_suite<Traffic>, static_cast<rl::thread_id_t>(Traffic::threads)> {
  void before() { Traffic::ring_type::reset(); }
  void thread(unsigned index) { Traffic::run(index); }
  void after() {
    auto const& words = *Traffic::ring_type::source.words;
    RL_ASSERT(words.consumed.newest() == words.reserved.newest());
  }

  world<Traffic::words, Traffic::cells, Traffic::quads> made;
};

/// Messages of one slot: 16 bytes is a slot's payload with the commit codec, 8 fits tag16's.
struct one_slot {
  static std::uint32_t length(std::uint64_t) { return 8; }
};

/// One slot, then two, then one …
struct mixed {
  static std::uint32_t length(std::uint64_t number) { return number % 2 == 0 ? 8 : 40; }
};

}  // namespace gyre::model
