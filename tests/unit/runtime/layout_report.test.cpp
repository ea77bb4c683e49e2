#include <chrono>
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

// Contract, fault 13: host and device disagreed on a layout. Here a kernel reports, from where it
// runs, the layout that it was compiled with; the host compares it with its own.

namespace gyre {
namespace {

struct what_layout {
  std::int64_t nothing = 0;
};
struct layout_report {
  std::uint32_t envelope_bytes = 0;
  std::uint32_t envelope_type = 0;
  std::uint32_t envelope_length = 0;
  std::uint32_t envelope_port = 0;
  std::uint32_t envelope_kind = 0;
  std::uint32_t control_epoch = 0;
  std::uint32_t shard_handled = 0;
  std::uint32_t shard_dropped = 0;
  std::uint32_t telemetry_histogram = 0;
  std::uint32_t row_bytes = 0;
  std::uint32_t ring_reserved = 0;
  std::uint32_t own_last = 0;
};

GYRE_FN constexpr layout_report layout_here() noexcept {
  auto const n = [](std::size_t bytes) { return static_cast<std::uint32_t>(bytes); };
  return {n(sizeof(envelope)),
          n(offsetof(envelope, type)),
          n(offsetof(envelope, length)),
          n(offsetof(envelope, port)),
          n(offsetof(envelope, kind)),
          n(offsetof(control_words, telemetry_epoch)),
          n(offsetof(shard_words, handled)),
          n(offsetof(shard_words, dropped)),
          n(offsetof(telemetry_block, histogram)),
          n(sizeof(buffer_row)),
          n(offsetof(ring_words<>, reserved)),
          n(offsetof(layout_report, own_last))};
}

struct reporter {
  using handles = gyre::handles<what_layout>;
  std::uint64_t asked = 0;
  GYRE_FN layout_report on(what_layout const&, auto&) {
    ++asked;
    return layout_here();
  }
};

TEST(layout, kernel_reports_the_layout_that_the_host_has) {
  for (auto engine : {engine_kind::cpu, engine_kind::cuda}) {
    if (!report_on(engine).found) continue;
    auto rt = runtime::create({.engine = engine}).value();
    auto k = rt.launch<reporter>("layout").value();
    k.activate().value();
    auto const there = k.ask(0, what_layout{}, std::chrono::seconds(20)).value();
    auto const here = layout_here();
    EXPECT_EQ(there.envelope_bytes, here.envelope_bytes);
    EXPECT_EQ(there.envelope_type, here.envelope_type);
    EXPECT_EQ(there.envelope_length, here.envelope_length);
    EXPECT_EQ(there.envelope_port, here.envelope_port);
    EXPECT_EQ(there.envelope_kind, here.envelope_kind);
    EXPECT_EQ(there.control_epoch, here.control_epoch);
    EXPECT_EQ(there.shard_handled, here.shard_handled);
    EXPECT_EQ(there.shard_dropped, here.shard_dropped);
    EXPECT_EQ(there.telemetry_histogram, here.telemetry_histogram);
    EXPECT_EQ(there.row_bytes, here.row_bytes);
    EXPECT_EQ(there.ring_reserved, here.ring_reserved);
    EXPECT_EQ(there.own_last, here.own_last);
  }
}

}  // namespace
}  // namespace gyre
