#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/queue/named_queue.hpp>

namespace gyre::queue_test {

using namespace std::chrono_literals;

/// Longer than anything here takes, on a loaded machine under a sanitizer: a test that waits so
/// long has failed.
inline constexpr std::chrono::seconds patience{20};

struct fixture {
  std::shared_ptr<dead_letter_box> letters = std::make_shared<dead_letter_box>(4096);
  std::shared_ptr<named_queue> queue;

  explicit fixture(queue_options const& options = {}, std::size_t max_bytes = 64) {
    auto made = named_queue::create({"orders", "order", 1, ""}, options, max_bytes, letters);
    if (!made) throw std::runtime_error(made.error().message());
    queue = *made;
  }
  [[nodiscard]] std::uint64_t buried(drop_reason reason) const {
    return letters->counts()[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] std::uint64_t dropped(drop_reason reason) const {
    return queue->stats().dropped[static_cast<std::size_t>(reason)];
  }
};

/// A queue of 16, the least.
inline queue_options small(overflow_policy overflow = overflow_policy::block) {
  queue_options options;
  options.capacity = 16;
  options.deduplication_window = 16;
  options.overflow = overflow;
  return options;
}

/// The id with this number; 0 is nil.
inline uuid id_of(std::uint64_t n) {
  uuid id;
  std::memcpy(id.bytes.data(), &n, sizeof n);
  return id;
}

/// Sends the number as message and as id, at once or not at all.
inline result<void> send(named_queue& queue, std::uint64_t n, std::uint8_t priority = 128,
                         std::chrono::nanoseconds timeout = 0ns) {
  message_info info;
  info.id = id_of(n);
  info.priority = priority;
  return queue.send(info, std::as_bytes(std::span(&n, 1)), timeout);
}

inline std::uint64_t number_in(std::span<std::byte const> bytes) {
  std::uint64_t n = 0;
  std::memcpy(&n, bytes.data(), std::min(bytes.size(), sizeof n));
  return n;
}

/// The next message's number, or why there is none.
inline result<std::uint64_t> receive(named_queue& queue, std::chrono::nanoseconds timeout = 0ns,
                                     std::stop_token stop = {}) {
  std::uint64_t n = 0;
  auto r = queue.receive([&](std::span<std::byte const> b) { n = number_in(b); }, timeout, stop);
  if (!r) return tl::unexpected<error>(r.error());
  return n;
}

/// Everything in the queue, in the order in which it is handed out.
inline std::vector<std::uint64_t> drain(named_queue& queue) {
  std::vector<std::uint64_t> out;
  while (auto n = receive(queue)) out.push_back(*n);
  return out;
}

inline std::vector<std::uint64_t> numbers(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t n = from; n <= to; ++n) out.push_back(n);
  return out;
}

template <class Ready>
[[nodiscard]] testing::AssertionResult eventually(std::string_view what, Ready&& ready) {
  deadline const until(patience);
  while (!ready()) {
    if (until.expired()) return testing::AssertionFailure() << "waited in vain for " << what;
    std::this_thread::sleep_for(100us);
  }
  return testing::AssertionSuccess();
}

/// `eventually` a thread sleeps on the queue.
[[nodiscard]] inline testing::AssertionResult somebody_sleeps(named_queue const& queue,
                                                              std::uint64_t threads = 1) {
  return eventually("a sleeper on the queue", [&] { return queue.stats().sleepers == threads; });
}

}  // namespace gyre::queue_test
