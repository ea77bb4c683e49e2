#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gyre/core/deadline.hpp>
#include <gyre/core/event.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre::stress {

/// How many messages a test sends: `full`, or 20,000 where GYRE_STRESS_SCALE is "small".
[[nodiscard]] inline std::uint64_t messages(std::uint64_t full) {
  char const* const scale = std::getenv("GYRE_STRESS_SCALE");
  return scale != nullptr && std::string_view(scale) == "small" ? 20'000 : full;
}

/// What the threads of one test share besides the ring: when to give up, and why.
class verdict {
 public:
  explicit verdict(std::chrono::seconds patience) : until_(patience) {}

  /// The first complaint stands; all threads leave off.
  void complain(std::string what) {
    std::scoped_lock const lock(mutex_);
    if (text_.empty()) text_ = std::move(what);
    over_.store(true, std::memory_order_relaxed);
  }
  [[nodiscard]] bool over() const noexcept { return over_.load(std::memory_order_relaxed); }
  [[nodiscard]] deadline until() const noexcept { return until_; }
  /// Empty if all is well.
  [[nodiscard]] std::string text() const {
    std::scoped_lock const lock(mutex_);
    return text_;
  }

 private:
  deadline const until_;
  std::atomic<bool> over_{false};
  mutable std::mutex mutex_;
  std::string text_;
};

/// A wait that yields, for there may be fewer cores than threads, and that ends: with false, and a
/// complaint that says `what` was waited for, when the test's time is over.
class bounded_wait {
 public:
  bounded_wait(verdict& shared, char const* what, std::uint64_t number)
      : shared_(shared), what_(what), number_(number) {}

  [[nodiscard]] bool step() {
    if (shared_.over()) return false;
    wait_.step();
    if (++steps_ % 256 == 0 && shared_.until().expired()) {
      shared_.complain(std::string(what_) + ' ' + std::to_string(number_) + " never came");
      return false;
    }
    return true;
  }

 private:
  verdict& shared_;
  char const* what_;
  std::uint64_t number_;
  backoff wait_{{16, 16, 16}};
  std::uint64_t steps_ = 0;
};

/// Eight bytes that belong to word `i` of message `number` of `writer`, and to no other.
[[nodiscard]] constexpr std::uint64_t word_of(std::uint64_t writer, std::uint64_t number,
                                              std::uint64_t i) noexcept {
  std::uint64_t z = (writer << 56) + (number << 8) + i + 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;  // splitmix64's finish
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

inline void fill(std::byte* to, std::uint32_t length, std::uint64_t writer, std::uint64_t number) {
  for (std::uint32_t at = 0; at < length; at += 8) {
    std::uint64_t const word = word_of(writer, number, at / 8);
    std::memcpy(to + at, &word, length - at < 8 ? length - at : 8);
  }
}

/// Whether every byte is the one that was sent.
[[nodiscard]] inline bool whole(std::byte const* payload, std::uint32_t length,
                                std::uint64_t writer, std::uint64_t number) {
  for (std::uint32_t at = 0; at < length; at += 8) {
    std::uint64_t const word = word_of(writer, number, at / 8);
    if (std::memcmp(payload + at, &word, length - at < 8 ? length - at : 8) != 0) return false;
  }
  return true;
}

/// Checks, at the reader, that each writer's messages come each once, in order and whole.
class ledger {
 public:
  explicit ledger(std::uint64_t writers) : next_(writers) {}

  /// What is wrong with this message, or nothing.
  [[nodiscard]] std::string enter(message_view const& shown, std::uint32_t expected_length) {
    std::uint64_t const writer = shown.head.actor;
    std::uint64_t const number = shown.head.correlation;
    if (writer >= next_.size()) return "a message of writer " + std::to_string(writer);
    std::string const name = std::to_string(number) + " of writer " + std::to_string(writer);
    if (number != next_[writer]) {
      return "message " + name + " instead of " + std::to_string(next_[writer]);
    }
    if (shown.head.length != expected_length) {
      return "message " + name + " has " + std::to_string(shown.head.length) + " bytes";
    }
    if (!whole(shown.payload, shown.head.length, writer, number)) {
      return "message " + name + " is not what was sent";
    }
    ++next_[writer];
    return {};
  }

  [[nodiscard]] std::uint64_t seen_of(std::uint64_t writer) const { return next_[writer]; }

 private:
  std::vector<std::uint64_t> next_;
};

/// A ring in ordinary memory.
template <class Codec>
class owned_ring {
 public:
  explicit owned_ring(std::uint64_t slots) : lines_(slots) {
    source.geometry = ring_geometry::of(slots, line_bytes);
    source.slots = reinterpret_cast<std::byte*>(lines_.data());
    source.words = &words_;
    source.initialise();
  }

  ring<Codec> source;

 private:
  struct alignas(line_bytes) line {
    std::byte bytes[line_bytes];
  };

  std::vector<line> lines_;
  ring_words<typename Codec::memory> words_;
};

}  // namespace gyre::stress
