#include <array>
#include <chrono>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

#include "failing_memory.hpp"

// An allocation that fails while a message of several slots is sent. Its slots had been reserved by
// then, and were never published: the shard's inbox was stuck for every client, and so was the end.

namespace gyre {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t large = 10'000;
constexpr auto patience = 20s;

struct ping {
  std::int64_t v = 0;
};
struct pong {
  std::int64_t v = 0;
};
struct blob {
  std::vector<std::uint8_t> bytes;
};
struct want {
  std::int64_t value = 0;
};
struct page {
  std::array<std::uint8_t, 12'000> bytes{};
};
struct server {
  using handles = gyre::handles<ping, blob, want>;
  std::int64_t got = 0;
  pong on(ping const& m, auto&) { return {m.v + got}; }
  pong on(blob const& m, auto&) {
    got += static_cast<std::int64_t>(m.bytes.size());
    return {static_cast<std::int64_t>(m.bytes.size())};
  }
  page on(want const& m, auto&) {
    page out;
    out.bytes.fill(static_cast<std::uint8_t>(m.value));
    return out;
  }
};

struct fixture {
  runtime rt = runtime::create({.engine = engine_kind::cpu}).value();
  kernel<server> k;
  explicit fixture(std::uint32_t shards = 1)
      : k(rt.launch<server>("k", {.shards = shards, .actors = 4}).value()) {
    k.activate().value();
  }
  /// All is as before: others are served, and the end comes in time and finds nothing left.
  void expect_sound() {
    auto const r = k.ask(0, ping{1}, patience);
    EXPECT_TRUE(r) << r.error().message();
    auto const e = k.terminate(patience);
    ASSERT_TRUE(e) << e.error().message();
    EXPECT_TRUE(e->drained);
  }
};

TEST(no_memory, ask_of_several_slots_leaves_the_inbox_to_others) {
  for (std::size_t bytes : {large, std::size_t{30'000}, std::size_t{60'000}}) {
    fixture f;
    blob const m{std::vector<std::uint8_t>(bytes)};
    ASSERT_TRUE(f.k.ask(0, ping{}, patience));  // opens this thread's port
    {
      failing_memory const from(large);
      auto const r = f.k.ask(0, m, patience);
      ASSERT_FALSE(r);
      EXPECT_EQ(r.error().code, errc::no_memory);
      EXPECT_NE(r.error().context.find(std::to_string(bytes + 5)), std::string::npos)
          << r.error().context;
      EXPECT_EQ(f.k.tell(0, m).error().code, errc::no_memory);
      EXPECT_GE(failing_memory::failed(), 2);
    }
    auto const again = f.k.ask(0, m, patience);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->v, static_cast<std::int64_t>(bytes));
    f.expect_sound();
  }
}

TEST(no_memory, batch_with_a_message_of_several_slots_keeps_the_window) {
  fixture f;
  auto p = f.k.open_port({.window = 8}).value();
  std::vector<blob> messages(8);
  for (auto& m : messages) m.bytes.resize(100);
  for (std::size_t i = 3; i < 8; ++i) messages[i].bytes.resize(large + i);
  std::vector<std::uint64_t> const who(8, 0);
  std::vector<asked<pong>> out(8);
  {
    failing_memory const from(large);
    auto const r = p.submit_all(std::span<std::uint64_t const>(who), messages, std::span(out));
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, errc::no_memory);
  }
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(out[i].in_flight.correlation != 0, i < 3) << i;
    if (i < 3) {
      EXPECT_TRUE(p.wait(out[i], patience)) << i;
    }
  }
  EXPECT_EQ(p.in_flight(), 0U);
  auto const r = p.submit_all(std::span<std::uint64_t const>(who), messages, std::span(out));
  ASSERT_TRUE(r) << r.error().message();
  for (auto const& a : out) EXPECT_TRUE(p.wait(a, patience));
  f.expect_sound();
}

TEST(no_memory, asker_is_told_and_keeps_its_window) {
  fixture f;
  auto a = asker<server>::open(f.k, {.window = 4}).value();
  blob const m{std::vector<std::uint8_t>(large)};
  int refused = 0;
  {
    failing_memory const from(large);
    // The messages are copied into their asks: small ones here, and too large for one slot.
    for (int i = 0; i < 8; ++i) {
      try {
        a.ask_then(
            0, m, [&](result<pong> const& r) { refused += !r; }, patience);
      } catch (std::bad_alloc const&) {
        ++refused;
      }
    }
    while (a.in_flight() != 0) a.wait();
  }
  EXPECT_EQ(refused, 8);
  int answered = 0;
  for (int i = 0; i < 8; ++i) {
    a.ask_then(
        0, m, [&](result<pong> const& r) { answered += r.has_value(); }, patience);
  }
  while (a.in_flight() != 0) a.wait();
  EXPECT_EQ(answered, 8);
  f.expect_sound();
}

TEST(no_memory, reply_that_cannot_be_kept_is_an_error_for_its_asker_alone) {
  fixture f;
  auto p = f.k.open_port({.window = 4}).value();
  auto const first = p.submit(0, want{3}).value();
  auto const second = p.submit(0, ping{7}).value();
  {
    failing_memory const from(large);
    deadline const until(patience);
    while (f.k.telemetry().handled < 2 && !until.expired()) std::this_thread::yield();
    auto const r = p.wait(second, patience);
    ASSERT_TRUE(r) << r.error().message();
    EXPECT_EQ(r->v, 7);
  }
  auto const lost = p.wait(first, patience);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, errc::no_memory);
  EXPECT_EQ(p.in_flight(), 0U);
  auto const again = p.ask(0, want{5}, patience);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->bytes.back(), 5);
  f.expect_sound();
}

}  // namespace
}  // namespace gyre
