// Named queues under many threads: every message once, in its sender's order, none lost, none left
// asleep.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/queue/named_queue.hpp>

namespace gyre {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t threads = 4;
constexpr std::chrono::seconds patience{60};

std::uint64_t scaled(std::uint64_t full) {
  char const* const scale = std::getenv("GYRE_STRESS_SCALE");
  return scale != nullptr && std::string_view(scale) == "small" ? full / 10 : full;
}

struct parcel {
  std::uint64_t sender = 0;
  std::uint64_t number = 0;
};

uuid id_of(parcel const& p) {
  uuid id;
  std::uint64_t const words[2] = {p.sender + 1, p.number};
  std::memcpy(id.bytes.data(), words, sizeof words);
  return id;
}

std::shared_ptr<named_queue> make(queue_options const& options, std::size_t max_bytes = 64,
                                  std::shared_ptr<dead_letter_box> letters = nullptr) {
  return named_queue::create({"stress", "parcel", 1, ""}, options, max_bytes, std::move(letters))
      .value();
}

/// `bytes` of which the parcel is the front; what follows is checked too.
void fill(std::span<std::byte> bytes, parcel const& p) {
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(p.number + i);
  std::memcpy(bytes.data(), &p, sizeof p);
}
bool is_whole(std::span<std::byte const> bytes, parcel const& p) {
  for (std::size_t i = sizeof p; i < bytes.size(); ++i) {
    if (bytes[i] != static_cast<std::byte>(p.number + i)) return false;
  }
  return true;
}

/// What one receiver has seen: every sender's numbers must rise. Written by that receiver alone.
struct ledger {
  std::array<std::uint64_t, threads> next{};
  std::array<std::vector<bool>, threads> seen;
  std::uint64_t wrong = 0;

  explicit ledger(std::uint64_t each) {
    for (auto& s : seen) s.resize(each);
  }
  void enter(std::span<std::byte const> bytes) {
    parcel p;
    std::memcpy(&p, bytes.data(), sizeof p);
    if (p.sender >= threads || p.number >= seen[0].size() || p.number < next[p.sender] ||
        !is_whole(bytes, p)) {
      ++wrong;
      return;
    }
    next[p.sender] = p.number + 1;
    seen[p.sender][p.number] = true;
  }
};

void expect_each_once(std::vector<ledger> const& ledgers, std::uint64_t each) {
  for (auto const& l : ledgers) EXPECT_EQ(l.wrong, 0U) << "out of its sender's order, or torn";
  for (std::size_t sender = 0; sender < threads; ++sender) {
    for (std::uint64_t n = 0; n < each; ++n) {
      auto const times = std::count_if(ledgers.begin(), ledgers.end(),
                                       [&](ledger const& l) { return l.seen[sender][n]; });
      ASSERT_EQ(times, 1) << "sender " << sender << ", message " << n;
    }
  }
}

/// Four senders, four receivers.
void trade(queue_options const& options, std::size_t max_bytes,
           std::function<std::size_t(std::uint64_t)> const& size, std::uint64_t each) {
  auto const q = make(options, max_bytes);
  std::vector<ledger> ledgers(threads, ledger(each));
  std::atomic<std::uint64_t> left{each * threads};
  std::atomic<std::uint64_t> failures{0};
  {
    std::vector<std::jthread> running;
    for (std::size_t t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        std::vector<std::byte> bytes;
        for (std::uint64_t n = 0; n < each; ++n) {
          parcel const p{t, n};
          bytes.resize(size(n));
          fill(bytes, p);
          if (!q->send({id_of(p), 128, 0, {}}, bytes, patience)) {
            ++failures;
            return;
          }
        }
      });
      running.emplace_back([&, t] {
        for (;;) {
          auto const r =
              q->receive([&](std::span<std::byte const> b) { ledgers[t].enter(b); }, patience);
          if (r) {
            if (left.fetch_sub(1) == 1) q->close();
          } else {
            if (r.error().code != errc::terminated) ++failures;
            return;
          }
        }
      });
    }
  }
  EXPECT_EQ(failures, 0U) << "a wait of " << patience.count() << " s was in vain";
  EXPECT_EQ(left, 0U);
  expect_each_once(ledgers, each);
  EXPECT_EQ(q->stats().sleepers, 0U);
}

TEST(queue_stress, every_message_once_and_in_its_senders_order) {
  queue_options o;
  trade(
      o, 64, [](std::uint64_t) { return std::size_t{64}; }, scaled(100'000));
}

TEST(queue_stress, no_wake_up_is_lost_where_all_sleep_much) {
  queue_options o;
  o.capacity = 16;
  o.deduplication_window = 16;
  trade(
      o, 64, [](std::uint64_t) { return std::size_t{16}; }, scaled(50'000));
}

TEST(queue_stress, messages_of_unequal_size_are_not_torn) {
  queue_options o;
  o.capacity = 32;
  o.deduplication_window = 64;
  trade(
      o, SIZE_MAX, [](std::uint64_t n) { return n % 50 == 0 ? 20'000 : 16 + n * 37 % 3000; },
      scaled(10'000));
}

TEST(queue_stress, of_senders_of_the_same_id_one_is_accepted) {
  queue_options o;
  o.capacity = 65'536;
  o.deduplication_window = 4 * o.capacity;
  auto const q = make(o);
  std::uint64_t const each = std::min<std::uint64_t>(scaled(50'000), o.capacity);
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> duplicates{0};
  {
    std::vector<std::jthread> running;
    for (std::size_t t = 0; t < threads; ++t) {
      running.emplace_back([&] {
        for (std::uint64_t n = 0; n < each; ++n) {
          parcel const p{0, n};
          auto const r = q->send({id_of(p), 128, 0, {}}, std::as_bytes(std::span(&p, 1)), 0ns);
          if (r) {
            ++accepted;
          } else if (r.error().code == errc::duplicate) {
            ++duplicates;
          }
        }
      });
    }
  }
  EXPECT_EQ(accepted, each);
  EXPECT_EQ(duplicates, each * (threads - 1));
  EXPECT_EQ(q->depth(), each);
}

TEST(queue_stress, drops_are_counted_to_the_last_message) {
  queue_options o;
  o.capacity = 16;
  o.deduplication_window = 16;
  o.overflow = overflow_policy::drop_oldest;
  o.priority = true;
  auto const letters = std::make_shared<dead_letter_box>(0);
  auto const q = make(o, 64, letters);
  std::uint64_t const each = scaled(50'000);
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> failures{0};
  {
    std::vector<std::jthread> receivers;
    for (std::size_t t = 0; t < threads; ++t) {
      receivers.emplace_back([&](std::stop_token stop) {
        while (q->receive([](auto) {}, patience, stop)) ++received;
      });
    }
    std::vector<std::jthread> senders;
    for (std::size_t t = 0; t < threads; ++t) {
      senders.emplace_back([&, t] {
        for (std::uint64_t n = 0; n < each; ++n) {
          parcel const p{t, n};
          message_info const info{id_of(p), static_cast<std::uint8_t>(n), 0, {}};
          if (!q->send(info, std::as_bytes(std::span(&p, 1)), 0ns)) ++failures;
        }
      });
    }
  }
  EXPECT_EQ(failures, 0U);
  std::uint64_t const left = q->close();
  EXPECT_EQ(received + left + letters->counts()[static_cast<std::size_t>(drop_reason::drop_oldest)],
            each * threads);
}

/// A ring of little room that a thread of its own empties: it refuses often, and is armed.
class narrow_link final : public queue_link {
 public:
  static constexpr std::uint64_t room = 8;

  bool take(message_info const&, std::span<std::byte const> bytes) noexcept override {
    std::uint64_t const at = written_.load(std::memory_order_relaxed);
    if (at - read_.load(std::memory_order_acquire) == room) return false;
    std::memcpy(&slots_[at % room], bytes.data(), sizeof(parcel));
    written_.store(at + 1, std::memory_order_release);
    return true;
  }
  bool pump() noexcept override { return false; }
  void arm() noexcept override { armed_.notify(); }

  /// Empties the ring and drains the queue until everything has come; the service's own thread.
  void serve(std::weak_ptr<named_queue> const& of, ledger& l, std::uint64_t total,
             std::atomic<bool>& gave_up) {
    deadline const until(patience);
    for (std::uint64_t n = 0; n < total;) {
      bool moved = false;
      for (std::uint64_t at = read_.load(std::memory_order_relaxed);
           at != written_.load(std::memory_order_acquire); ++at, ++n) {
        l.enter(std::as_bytes(std::span(&slots_[at % room], 1)));
        read_.store(at + 1, std::memory_order_release);
        moved = true;
      }
      auto const q = of.lock();
      if (q->needs_pump()) moved = q->drain_to_link() != 0 || moved;
      if (moved) continue;
      if (until.expired()) {
        gave_up = true;
        return;
      }
      if (q->needs_pump()) continue;
      armed_.park(deadline(10ms), [&] {
        return q->needs_pump() ||
               written_.load(std::memory_order_acquire) != read_.load(std::memory_order_relaxed);
      });
    }
  }

 private:
  // Written by the queue's threads, under its lock.
  std::array<parcel, room> slots_{};
  std::atomic<std::uint64_t> written_{0};
  // Written by the serving thread.
  std::atomic<std::uint64_t> read_{0};
  event armed_;
};

TEST(queue_stress, a_link_that_refuses_often_loses_and_reorders_nothing) {
  queue_options o;
  o.capacity = 16;
  o.deduplication_window = 16;
  auto const q = make(o);
  auto const link = std::make_shared<narrow_link>();
  ASSERT_TRUE(q->attach(link));
  std::uint64_t const each = scaled(100'000);
  std::vector<ledger> ledgers(1, ledger(each));
  std::atomic<std::uint64_t> failures{0};
  std::atomic<bool> gave_up{false};
  {
    std::jthread server([&] { link->serve(q, ledgers[0], each * threads, gave_up); });
    std::vector<std::jthread> senders;
    for (std::size_t t = 0; t < threads; ++t) {
      senders.emplace_back([&, t] {
        for (std::uint64_t n = 0; n < each; ++n) {
          parcel const p{t, n};
          if (!q->send({id_of(p), 128, 0, {}}, std::as_bytes(std::span(&p, 1)), patience)) {
            ++failures;
            return;
          }
        }
      });
    }
  }
  EXPECT_EQ(failures, 0U) << "a send waited in vain for room";
  EXPECT_FALSE(gave_up) << "messages were left standing in the queue";
  expect_each_once(ledgers, each);
  EXPECT_EQ(q->stats().forwarded, each * threads);
}

TEST(queue_stress, close_in_the_midst_of_traffic_ends_everybody_and_buries_the_rest) {
  for (int round = 0; round < 50; ++round) {
    queue_options o;
    o.capacity = 16;
    o.deduplication_window = 16;
    auto const letters = std::make_shared<dead_letter_box>(0);
    auto const q = make(o, 64, letters);
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> received{0};
    std::atomic<std::uint64_t> failures{0};
    {
      std::vector<std::jthread> running;
      for (std::size_t t = 0; t < threads; ++t) {
        running.emplace_back([&, t] {
          for (std::uint64_t n = 0;; ++n) {
            parcel const p{t, n};
            auto const r =
                q->send({id_of(p), 128, 0, {}}, std::as_bytes(std::span(&p, 1)), patience);
            if (!r) {
              if (r.error().code != errc::terminated) ++failures;
              return;
            }
            ++sent;
          }
        });
        if (t % 2 == 0) {
          running.emplace_back([&] {
            for (;;) {
              auto const r = q->receive([](auto) {}, patience);
              if (!r) {
                if (r.error().code != errc::terminated) ++failures;
                return;
              }
              ++received;
            }
          });
        }
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200 * (round % 10)));
      q->close();
    }
    EXPECT_EQ(failures, 0U) << "somebody waited on in a closed queue";
    EXPECT_EQ(sent,
              received + letters->counts()[static_cast<std::size_t>(drop_reason::terminated)]);
  }
}

}  // namespace
}  // namespace gyre
