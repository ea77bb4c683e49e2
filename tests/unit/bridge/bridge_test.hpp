#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/bridge/bridge.hpp>
#include <gyre/bridge/service.hpp>
#include <gyre/engine/cpu/environment.hpp>

#include "unit/port/fake_kernel.hpp"

namespace gyre::bridge_test {

using namespace port_test;

struct question {
  std::uint64_t n = 0;
};
struct answer {
  std::uint64_t n = 0;
};
struct oracle {
  using handles = gyre::handles<question>;
  std::uint64_t nothing = 0;
  gyre::reply<answer> on(question const& m, auto&) { return answer{m.n}; }
};

/// Its replies are too large to be copied under a queue's lock.
struct page {
  inplace_vector<std::uint32_t, 500> words;
};
struct librarian {
  using handles = gyre::handles<question>;
  std::uint64_t nothing = 0;
  page on(question const&, auto&) { return {}; }
};

template <class Ready>
[[nodiscard]] testing::AssertionResult eventually(std::string_view what, Ready&& ready) {
  deadline const until(patience);
  while (!ready()) {
    if (until.expired()) return testing::AssertionFailure() << "waited in vain for " << what;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return testing::AssertionSuccess();
}

/// A bridge between two named queues and a kernel that the test plays.
class bridged_kernel {
 public:
  explicit bridged_kernel(std::uint64_t inbox_slots = 16, std::uint64_t window = 16,
                          std::uint64_t responses_capacity = 16,
                          kernel_image const& image = image_of<oracle>())
      : kernel(image, inbox_slots) {
    message_entry const& entry = kernel.image->messages[0];
    bridge::parts parts;
    parts.host = &kernel;
    parts.entry = &entry;
    parts.port = 0;
    parts.window = window;
    parts.replies =
        fake_kernel::allocate(bridge::reply_geometry(entry, window, kernel.view.format).bytes());
    parts.requests = make_queue("requests", entry.type, 64, entry.wire_greatest);
    parts.responses =
        make_queue("responses", entry.reply_type, responses_capacity, entry.reply_wire_greatest);
    parts.dead_letters = letters;
    parts.service = service;
    between = std::make_shared<bridge>(std::move(parts));
    kernel.connect(0, between->view());
    if (auto r = between->connect(); !r) throw std::runtime_error(r.error().message());
  }
  ~bridged_kernel() {
    between->disconnect();
    service->remove(*between);
  }
  bridged_kernel(bridged_kernel const&) = delete;
  bridged_kernel& operator=(bridged_kernel const&) = delete;

  /// Sends question `n` with `n` as its id and as its actor's, modulo four.
  result<void> send(std::uint64_t n, std::chrono::nanoseconds timeout = 0ns) {
    message_info info;
    std::memcpy(info.id.bytes.data(), &n, sizeof n);
    info.actor = n % 4;
    std::array<std::byte, 64> bytes{};
    std::size_t const size = wire::encode_unchecked(question{n}, bytes.data());
    return between->requests()->send(info, std::span(bytes).first(size), timeout);
  }
  /// The next answer of the response queue.
  result<std::uint64_t> receive(std::chrono::nanoseconds timeout = 0ns) {
    answer a;
    auto r = between->responses()->receive(
        [&](std::span<std::byte const> b) { return static_cast<bool>(wire::decode(b, a)); },
        timeout);
    if (!r) return tl::unexpected<error>(r.error());
    return a.n;
  }
  /// What has gone past the response queue, and never stood in it.
  [[nodiscard]] bool straight() const { return between->responses()->stats().peak_depth == 0; }
  /// The number in a message that the kernel took.
  static std::uint64_t number_in(taken_message const& m) {
    question q;
    EXPECT_TRUE(wire::decode(std::span<std::byte const>(m.bytes), q));
    return q.n;
  }
  /// Takes what is in the inbox and answers it; the numbers, as they came.
  std::vector<std::uint64_t> serve() {
    std::vector<std::uint64_t> out;
    for (auto const& m : kernel.take_all()) {
      out.push_back(number_in(m));
      kernel.answer(m.head, answer{number_in(m)});
    }
    return out;
  }

  std::shared_ptr<dead_letter_box> letters = std::make_shared<dead_letter_box>(64);
  std::shared_ptr<bridge_service> service = std::make_shared<bridge_service>();
  fake_kernel kernel;
  std::shared_ptr<bridge> between;

 private:
  std::shared_ptr<named_queue> make_queue(char const* name, type_id type, std::uint64_t capacity,
                                          std::size_t max_bytes) {
    queue_options options;
    options.capacity = capacity;
    options.deduplication_window = 16;
    options.time_to_live.reset();
    auto made = named_queue::create({name, "message", type, "fake"}, options, max_bytes, letters);
    if (!made) throw std::runtime_error(made.error().message());
    return *made;
  }
};

inline std::vector<std::uint64_t> numbers(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t n = from; n <= to; ++n) out.push_back(n);
  return out;
}

}  // namespace gyre::bridge_test
