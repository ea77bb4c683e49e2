#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <gyre/core/platform.hpp>
#include <gyre/core/type_name.hpp>
#include <gyre/kernel/keys.hpp>
#include <gyre/ring/envelope.hpp>

namespace gyre {

/// What messages are published to, and actors subscribe to: a number, or a name hashed to one. A
/// group of actors is a topic that they subscribe to. A plain value; it can travel in messages.
struct topic {
  std::uint64_t id = 0;

  [[nodiscard]] static constexpr topic named(std::string_view name) noexcept {
    return {detail::fnv1a(name)};
  }
};

/// One actor's subscription to one topic.
struct subscription {
  std::uint64_t to = 0;
  full_key who{};
  std::uint32_t next = 0;  ///< The next one in the bucket, or of the free ones, + 1.
  std::uint32_t alive = 0;
};

static_assert(sizeof(subscription) == 32);

struct topics_words {
  platform::block_atomic<std::uint32_t> lock{0};  ///< 1: a lane changes the table.
  std::uint32_t fresh = 0;    ///< Rows ever taken: those beyond have never been.
  std::uint32_t free = 0;     ///< The first free row of these, + 1.
  std::uint32_t walking = 0;  ///< Publications on their way through a bucket.
};

/// The subscriptions of one home's actors, as the kernel sees them. Zeroed memory is none.
struct topics_view {
  std::uint32_t* buckets = nullptr;
  subscription* rows = nullptr;
  topics_words* words = nullptr;
  std::uint32_t capacity = 0;
  std::uint32_t log2_buckets = 0;

  /// About as many buckets as rows.
  [[nodiscard]] static constexpr std::uint32_t log2_buckets_for(std::uint64_t rows) noexcept {
    std::uint32_t log2 = 0;
    while ((std::uint64_t{1} << log2) < rows) ++log2;
    return log2;
  }
};

/// Bytes of such a table, its parts on lines of their own.
[[nodiscard]] constexpr std::uint64_t topics_bytes(std::uint64_t rows) noexcept {
  if (rows == 0) return 0;
  auto const lines = [](std::uint64_t bytes) {
    return (bytes + cache_line - 1) / cache_line * cache_line;
  };
  return lines(rows * sizeof(subscription)) +
         lines((std::uint64_t{1} << topics_view::log2_buckets_for(rows)) * 4) +
         lines(sizeof(topics_words));
}

/// Lays a table out in `topics_bytes` of zeroed memory.
[[nodiscard]] inline topics_view lay_out_topics(std::byte* at, std::uint64_t rows) noexcept {
  auto const lines = [](std::uint64_t bytes) {
    return (bytes + cache_line - 1) / cache_line * cache_line;
  };
  topics_view out;
  if (rows == 0) return out;
  out.capacity = static_cast<std::uint32_t>(rows);
  out.log2_buckets = topics_view::log2_buckets_for(rows);
  out.rows = reinterpret_cast<subscription*>(at);
  at += lines(rows * sizeof(subscription));
  out.buckets = reinterpret_cast<std::uint32_t*>(at);
  at += lines((std::uint64_t{1} << out.log2_buckets) * 4);
  out.words = reinterpret_cast<topics_words*>(at);
  return out;
}

/// Who of one home's actors wants to hear of what: chains of subscriptions, by the topic's hash.
/// Its home's alone, one thread at a time. What is given up while a publication is on its way stays
/// in its chain, dead, until it is needed again; so a publication never loses its place.
class topics {
 public:
  static constexpr std::uint32_t none = 0;

  GYRE_FN explicit topics(topics_view const& view) noexcept : v_(view) {}

  /// False: there is no room for more.
  GYRE_FN bool subscribe(topic to, full_key who) noexcept {
    if (v_.capacity == 0) return false;
    guard const held(*v_.words);
    std::uint32_t dead = none;
    for (std::uint32_t at = head(to); at != none; at = v_.rows[at - 1].next) {
      subscription const& s = v_.rows[at - 1];
      if (s.alive != 0 && s.to == to.id && s.who == who) return true;
      if (s.alive == 0) dead = at;
    }
    if (dead == none) {
      dead = take();
      if (dead == none) return false;
      v_.rows[dead - 1].next = head(to);
      v_.buckets[bucket(to)] = dead;
    }
    subscription& s = v_.rows[dead - 1];
    s.to = to.id;
    s.who = who;
    s.alive = 1;
    return true;
  }

  /// False: it had not subscribed.
  GYRE_FN bool unsubscribe(topic to, full_key who) noexcept {
    if (v_.capacity == 0) return false;
    guard const held(*v_.words);
    for (std::uint32_t at = head(to); at != none; at = v_.rows[at - 1].next) {
      subscription& s = v_.rows[at - 1];
      if (s.alive == 0 || s.to != to.id || !(s.who == who)) continue;
      s.alive = 0;
      return true;
    }
    return false;
  }

  /// A walk over a topic's subscriptions: `begin`, then `next` until `none`, then `end`. Meanwhile
  /// others may be added, which it may or may not come to, and given up.
  [[nodiscard]] GYRE_FN std::uint32_t begin(topic to) noexcept {
    if (v_.capacity == 0) return none;
    ++v_.words->walking;
    return alive_from(head(to), to);
  }
  [[nodiscard]] GYRE_FN std::uint32_t next(std::uint32_t at, topic to) const noexcept {
    return alive_from(v_.rows[at - 1].next, to);
  }
  GYRE_FN void end() noexcept {
    if (v_.capacity != 0) --v_.words->walking;
  }
  [[nodiscard]] GYRE_FN full_key who(std::uint32_t at) const noexcept {
    return v_.rows[at - 1].who;
  }

 private:
  /// Lanes that run handlers side by side may want to change the table at once.
  class guard {
   public:
    GYRE_FN explicit guard(topics_words& words) noexcept : words_(words) {
      while (words_.lock.exchange(1, platform::memory_order_acquire) != 0) {
      }
    }
    GYRE_FN ~guard() { words_.lock.store(0, platform::memory_order_release); }
    guard(guard const&) = delete;
    guard& operator=(guard const&) = delete;

   private:
    topics_words& words_;
  };

  [[nodiscard]] GYRE_FN std::uint32_t bucket(topic to) const noexcept {
    return static_cast<std::uint32_t>(mixed_bits(to.id)) &
           ((std::uint32_t{1} << v_.log2_buckets) - 1);
  }
  [[nodiscard]] GYRE_FN std::uint32_t head(topic to) const noexcept {
    return v_.buckets[bucket(to)];
  }
  [[nodiscard]] GYRE_FN std::uint32_t alive_from(std::uint32_t at, topic to) const noexcept {
    while (at != none && (v_.rows[at - 1].alive == 0 || v_.rows[at - 1].to != to.id)) {
      at = v_.rows[at - 1].next;
    }
    return at;
  }

  /// A row in no chain, or `none`.
  GYRE_FN std::uint32_t take() noexcept {
    topics_words& w = *v_.words;
    if (w.free == none && w.fresh == v_.capacity && w.walking == 0) collect();
    if (w.free != none) {
      std::uint32_t const at = w.free;
      w.free = v_.rows[at - 1].next;
      return at;
    }
    return w.fresh < v_.capacity ? ++w.fresh : none;
  }

  /// Takes the dead out of their chains.
  GYRE_FN void collect() noexcept {
    for (std::uint32_t b = 0; b < (std::uint32_t{1} << v_.log2_buckets); ++b) {
      std::uint32_t* link = &v_.buckets[b];
      while (*link != none) {
        subscription& s = v_.rows[*link - 1];
        if (s.alive != 0) {
          link = &s.next;
          continue;
        }
        std::uint32_t const gone = *link;
        *link = s.next;
        s.next = v_.words->free;
        v_.words->free = gone;
      }
    }
  }

  topics_view v_;
};

namespace detail {

/// What the host sends an actor's home to have it subscribe to a topic, or give it up.
struct topic_change {
  std::uint64_t topic = 0;
};
inline constexpr type_code subscribe_code = code_of(fnv1a("gyre: subscribe"));
inline constexpr type_code unsubscribe_code = code_of(fnv1a("gyre: unsubscribe"));

}  // namespace detail

/// How many a message without a reply is for. One that is for more than one actor says so where an
/// ask has its correlation: the kind of reach, its target shard, and the worker of that shard.
enum class reach : std::uint8_t {
  one,
  all,          ///< Every actor of a home; `envelope::actor` is 0.
  subscribers,  ///< Those of a topic; `envelope::actor` is its id.
};

[[nodiscard]] GYRE_FN constexpr std::uint64_t reach_word(reach far, std::uint32_t shard,
                                                         std::uint32_t worker) noexcept {
  return static_cast<std::uint64_t>(far) << 48 | std::uint64_t{shard} << 16 | worker;
}
[[nodiscard]] GYRE_FN constexpr reach reach_of(envelope const& head) noexcept {
  return head.port == no_port ? static_cast<reach>(head.correlation >> 48) : reach::one;
}
[[nodiscard]] GYRE_FN constexpr std::uint32_t shard_reached(std::uint64_t word) noexcept {
  return static_cast<std::uint32_t>(word >> 16);
}
[[nodiscard]] GYRE_FN constexpr std::uint32_t worker_reached(std::uint64_t word) noexcept {
  return static_cast<std::uint32_t>(word & 0xFFFF);
}

}  // namespace gyre
