#include <atomic>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <gyre/core/deadline.hpp>
#include <gyre/telemetry/snapshot.hpp>

namespace gyre {
namespace {

constexpr auto patience = std::chrono::seconds(20);

/// A shard has other things to do between two writes: without them a reader may wait long for an
/// even version.
void handle_something() {
  for (int i = 0; i < 200; ++i) platform::pause();
}

/// What is wrong with figures of which every message took 64 ns and was stamped with its number.
std::string fault_in(telemetry_snapshot const& s) {
  auto const& l = s.latency;
  auto const sum = std::accumulate(l.histogram.begin(), l.histogram.end(), std::uint64_t{0});
  auto const said = " of count " + std::to_string(l.count);
  if (sum != l.count) return "a histogram of " + std::to_string(sum) + said;
  if (l.total_ns != 64 * l.count) return "a total of " + std::to_string(l.total_ns) + said;
  if (s.last_time.word != l.count) return "a last time " + std::to_string(s.last_time.word) + said;
  if (l.count != 0 && (l.least_ns != 64 || l.greatest_ns != 64)) return "an extreme" + said;
  return {};
}

// A reader that takes words of two writes shows figures that never were.
TEST(snapshot, is_consistent_while_the_shard_writes) {
  telemetry_block block;
  std::atomic<bool> stop{false};
  std::thread shard([&] {
    telemetry_writer writer(&block);
    std::uint64_t messages = 0;
    while (!stop.load(std::memory_order_relaxed)) {
      std::uint64_t const n = messages % 5 + 1;
      messages += n;
      writer.record(n, 64 * n, messages);
      handle_something();
    }
  });
  deadline const until(patience);
  std::string wrong;
  std::uint64_t moved = 0;
  std::uint64_t last = 0;
  while (moved < 500 && wrong.empty() && !until.expired()) {
    telemetry_snapshot s;
    merge(block, 0, s);
    wrong = fault_in(s);
    if (s.latency.count < last) wrong = "a count that runs backwards";
    moved += s.latency.count != last ? 1 : 0;
    last = s.latency.count;
  }
  stop = true;
  shard.join();
  EXPECT_EQ(wrong, "");
  EXPECT_EQ(moved, 500U) << "snapshots that saw the shard move on, before the time was over";
}

// A snapshot that mixes two epochs counts messages from before a reset.
TEST(snapshot, is_of_one_epoch_while_the_shard_starts_again) {
  telemetry_block block;
  std::atomic<bool> stop{false};
  std::thread shard([&] {
    telemetry_writer writer(&block);
    for (std::uint64_t epoch = 1; !stop.load(std::memory_order_relaxed); ++epoch) {
      writer.reset(epoch);
      writer.record(epoch, 64 * epoch, epoch);  // the figures are the epoch's own
      handle_something();
    }
  });
  deadline const until(patience);
  std::string wrong;
  std::uint64_t seen = 0;
  while (seen < 500 && wrong.empty() && !until.expired()) {
    std::uint64_t const epoch = block.epoch.load(std::memory_order_acquire);
    telemetry_snapshot s;
    merge(block, epoch, s);
    wrong = fault_in(s);
    if (s.latency.count != 0 && s.latency.count != epoch) wrong = "figures of another epoch";
    seen += s.latency.count != 0 ? 1 : 0;
  }
  stop = true;
  shard.join();
  EXPECT_EQ(wrong, "");
  EXPECT_EQ(seen, 500U) << "snapshots of a full epoch, before the time was over";
}

}  // namespace
}  // namespace gyre
