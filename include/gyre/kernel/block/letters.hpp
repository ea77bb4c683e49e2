#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/core/dead_letter.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/ring/codec.hpp>
#include <gyre/ring/geometry.hpp>

namespace gyre::block {

/// Where a block puts the heads of its dead letters for the host: a ring of lines in the host's
/// memory, tagged as every line that crosses the bus. Nobody waits for its reader: the newest
/// letters push out the oldest. (All are counted.)
struct letter_box {
  static constexpr std::uint64_t lines = 64;
  static constexpr ring_geometry geometry{lines, line_bytes, 6};

  alignas(cache_line) std::byte slots[lines * line_bytes];
};

static_assert(letter_box::geometry.lap(letter_box::lines) == 2);

/// What a line of it carries.
struct letter {
  envelope head{};
  std::uint64_t reason = 0;  ///< A `drop_reason`.
  std::uint64_t number = 0;  ///< Of the block's letters, from 0.
};

static_assert(sizeof(letter) <= tag8_codec<>::payload(line_bytes), "a letter is one line");

/// Counts a dead letter and sends its head to the host. Any lane.
GYRE_FN inline void bury(shared_block& shared, block_view const& here, drop_reason reason,
                         envelope const& head) noexcept {
  shared.count.dropped[static_cast<std::size_t>(reason)].fetch_add(1,
                                                                   platform::memory_order_relaxed);
  if (here.letters == nullptr) return;
  std::uint64_t const at = shared.count.letters.fetch_add(1, platform::memory_order_relaxed);
  alignas(8) std::byte bytes[sizeof(letter)];
  letter const l{head, static_cast<std::uint64_t>(reason), at};
  std::memcpy(bytes, &l, sizeof l);
  constexpr ring_geometry geometry = letter_box::geometry;  // a device has no static members
  tag8_codec<>::put(here.letters->slots + geometry.offset(at), line_bytes, geometry.lap(at), bytes,
                    sizeof bytes);
}

/// The host's end of a letter box. One thread at a time.
class letter_reader {
 public:
  explicit letter_reader(letter_box& box) noexcept : box_(&box) {}

  /// The next letter that is still there. False: none is there yet.
  bool take(letter& out) noexcept {
    for (;;) {
      std::byte const* const at = box_->slots + letter_box::geometry.offset(next_);
      std::uint64_t const tag = reinterpret_cast<platform::atomic<std::uint64_t> const*>(at)->load(
                                    platform::memory_order_relaxed) &
                                0xFF;
      alignas(8) std::byte bytes[sizeof(letter)];
      if (!tag8_codec<>::get(at, tag, bytes, sizeof bytes)) return false;  // it is being written
      std::memcpy(&out, bytes, sizeof out);
      // Empty, or last lap's: the next letter has not come.
      bool const real = (letter_box::geometry.lap(out.number) & 0xFF) == tag;
      if (!real || out.number < next_) return false;
      if (out.number == next_) {
        ++next_;
        return true;
      }
      // A later lap's: go on with the oldest that may be left.
      next_ = out.number - letter_box::lines + 1;
    }
  }

  /// Letters taken and pushed out so far.
  [[nodiscard]] std::uint64_t passed() const noexcept { return next_; }

 private:
  letter_box* box_;
  std::uint64_t next_ = 0;
};

}  // namespace gyre::block
