#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <gyre/port/client_port.hpp>

// Many asks, with one reservation and one ring of the bell for each shard.

namespace gyre {

template <class OutOf, class Fill>
client_port::step client_port::attempt_all(std::size_t n, OutOf&& out_of, Fill&& fill,
                                           ticket* sent) {
  constexpr std::uint32_t done_with = ~std::uint32_t{0};
  std::array<pending*, greatest_batch> rows;
  std::array<std::uint32_t, greatest_batch> homes;
  std::array<std::uint64_t, greatest_batch> slots;
  std::array<bool, greatest_batch> whole;
  n = std::min(n, greatest_batch);
  std::fill_n(sent, n, ticket{});

  // What may fail comes first: a slot that was reserved must be published, and soon.
  step outcome = step::done;
  std::size_t claimed = 0;
  for (; claimed < n; ++claimed) {
    outgoing const& out = out_of(claimed);
    std::uint64_t const promised = reply_slots(out.entry);
    if (!fits(out)) {
      outcome = step::too_large;
    } else if (reserved_slots_ + promised > ring_.geometry.slots) {
      outcome = step::window_full;
    } else if ((rows[claimed] = next_free()) == nullptr) {
      outcome = step::window_full;
    }
    if (outcome != step::done) break;
    homes[claimed] = home_of(out);
    any_writer const inbox(host_.view.format, host_.view.shards[homes[claimed]].inbox);
    slots[claimed] = inbox.slots_for(out.length);
    whole[claimed] = inbox.in_place(out.length);
    if (!whole[claimed] && !has_scratch(out.length)) {
      outcome = step::no_memory;
      break;
    }
    take_row(*rows[claimed], promised);
  }
  auto const unclaim = [&](std::size_t i) {
    release_slots(*rows[i]);
    release_entry(*rows[i]);
  };
  if (!visitor_.enter(host_.door)) {
    for (std::size_t i = 0; i < claimed; ++i) unclaim(i);
    return step::shut;
  }

  std::uint64_t const sent_before = sent_.load(std::memory_order_relaxed);
  std::uint64_t written = 0;
  for (std::size_t first = 0; first < claimed; ++first) {
    if (homes[first] == done_with) continue;
    std::uint32_t const home = homes[first];
    shard_view const& shard = host_.view.shards[home];
    any_writer const inbox(host_.view.format, shard.inbox);
    std::size_t count = 0;
    for (std::size_t i = first; i < claimed; ++i) count += homes[i] == home ? 1 : 0;
    auto const slots_of = [&](std::size_t of) {
      std::uint64_t total = 0;
      for (std::size_t i = first; of != 0; ++i) {
        if (homes[i] != home) continue;
        total += slots[i];
        --of;
      }
      return total;
    };
    std::uint64_t at = 0;
    while (count != 0 && !inbox.reserve(slots_of(count), at)) {
      count /= 2;
      outcome = step::ring_full;
    }
    if (count != 0) {
      for (std::size_t i = first, left = count; left != 0; ++i) {
        if (homes[i] != home) continue;
        put(inbox, at, whole[i], out_of(i), rows[i]->correlation, sent_before + written++,
            [&](std::byte* bytes) { fill(i, bytes); });
        at += slots[i];
        sent[i].correlation = rows[i]->correlation;
        homes[i] = done_with;
        --left;
      }
      static_cast<event*>(shard.bell)->notify();
    }
    for (std::size_t i = first; i < claimed; ++i) {
      if (homes[i] != home) continue;
      unclaim(i);
      homes[i] = done_with;
    }
  }
  visitor_.leave();
  sent_.store(sent_before + written, std::memory_order_relaxed);
  return outcome;
}

}  // namespace gyre
