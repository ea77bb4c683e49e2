#include <atomic>
#include <cstdint>
#include <limits>
#include <span>
#include <thread>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "test_actors.hpp"

// Bugs that this suite found in Gyre itself, and that belong to no row of the contract alone.

namespace gyre::conformance {
namespace {

class regression : public on_engine {};
GYRE_ON_EVERY_ENGINE(regression);

// A shard that had read `run`, but had not said `running` yet, was taken for paused: it handled a
// batch after `deactivate` had returned.
TEST_P(regression, deactivated_kernel_handles_nothing_more) {
  auto kernel = launch<account>("switched", {.spin = 10s});
  std::uint64_t behind_our_back = 0;
  deadline const until(1s);
  for (int round = 0; !until.expired(); ++round) {
    if (kernel.status().pending < 2000) {
      for (int i = 0; i < 70; ++i) need(kernel.tell(0, deposit{1}), "tell");
    }
    need(kernel.activate(), "activate");
    for (int i = 0; i < round % 7; ++i) platform::pause();
    need(kernel.deactivate(patience), "deactivate");
    std::uint64_t const handled = kernel.telemetry().handled;
    for (int i = 0; i < 100; ++i) platform::pause();
    behind_our_back += kernel.telemetry().handled - handled;
  }
  EXPECT_EQ(behind_our_back, 0U);
}

// Pausing waited for a batch of 64 handlers, and then said that one of them did not end.
TEST_P(regression, deactivate_waits_for_one_handler_not_for_64) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<account>("napping");
  for (int i = 0; i < 60; ++i) need(kernel.tell(0, nap{20}), "tell");
  EXPECT_TRUE(soon([&] { return kernel.status().handled > 0; }));
  auto const r = kernel.deactivate(600ms);
  EXPECT_TRUE(r) << r.error().message();
  EXPECT_LT(kernel.status().handled, 60U);
}

// A snapshot that was read before a reset, and reckoned from the baseline after it, was below zero.
TEST_P(regression, snapshot_during_a_reset_is_not_below_zero) {
  auto kernel = launch_active<account>("reset");
  std::atomic<bool> stop{false};
  std::thread asker([&] {
    while (!stop) EXPECT_TRUE(kernel.ask(0, deposit{1}));
  });
  std::thread resetter([&] {
    while (!stop) kernel.reset_telemetry();
  });
  std::uint64_t wrong = 0;
  for (int i = 0; i < 50'000; ++i) {
    if (kernel.telemetry().handled > std::numeric_limits<std::uint64_t>::max() / 2) ++wrong;
  }
  stop = true;
  asker.join();
  resetter.join();
  EXPECT_EQ(wrong, 0U);
}

// A port that was opened again with another window freed the bell that a shard was about to ring,
// its reply being out: a use after free, seen by the sanitizers.
TEST_P(regression, port_made_anew_leaves_its_bell_to_the_shards) {
  auto kernel = launch_active<account>("ports", {.ports = 1});
  for (std::int64_t i = 0; i < 3000; ++i) {
    auto port = need(kernel.open_port({.window = (i & 1) != 0 ? 2U : 1U}), "port");
    auto const r = port.ask(0, deposit{1}, patience);
    ASSERT_TRUE(r) << r.error().message();
    EXPECT_EQ(r->cents, i + 1);
  }
}

// Correlations begin at 1 again in a port that was made anew, and an old exception's text was
// found.
TEST_P(regression, exception_text_is_of_this_ask_not_of_an_older_one) {
  GYRE_NEEDS_HOST_HANDLERS();
  auto kernel = launch_active<account>("texts", {.ports = 1});
  for (std::int32_t i = 1; i <= 3; ++i) {
    auto port = need(kernel.open_port({.window = static_cast<std::uint64_t>(i)}), "port");
    auto const r = port.ask(0, blow_up{i}, patience);
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, errc::handler_failed);
    EXPECT_NE(r.error().context.find("number " + std::to_string(i)), std::string::npos)
        << r.error().message();
  }
}

// `first` times the element's size wrapped round 64 bits, and the write went to element 0.
TEST_P(regression, buffer_offset_over_64_bits_is_out_of_range) {
  auto& buffers = rt.buffers();
  auto const buffer = need(buffers.allocate<std::uint64_t>(4), "buffer");
  std::uint64_t value = 5;
  auto const w = buffers.write(buffer, std::span<std::uint64_t const>(&value, 1), 1ULL << 61);
  ASSERT_FALSE(w) << "written somewhere";
  EXPECT_EQ(w.error().code, errc::out_of_range);
  auto const r = buffers.read(buffer, std::span<std::uint64_t>(&value, 1), 1ULL << 61);
  ASSERT_FALSE(r) << "read from somewhere";
  EXPECT_EQ(r.error().code, errc::out_of_range);
}

// The named queue's own bound, four times its capacity, refused launches that the table allows.
TEST_P(regression, smallest_queue_and_greatest_window_go_together) {
  auto const kernel =
      rt.launch<squarer>("small", options({.queue_capacity = 16, .deduplication_window = 1024}));
  ASSERT_TRUE(kernel) << kernel.error().message();
}

}  // namespace
}  // namespace gyre::conformance
